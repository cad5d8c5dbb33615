#if os(Linux)
    import CLinux
    import CaptureFile
    import Glibc
    import TCPWire

    /// A network interface whose cable ends in this process: what is written to it comes in from the network, and what the
    /// kernel sends by it is read here, with the time at which the kernel let it go.
    ///
    /// It lives in a network namespace and has the default route there, so that nothing which is sent in that namespace goes
    /// anywhere else. Used by one thread at a time.
    package final class TUNDevice {
        /// A packet that the kernel sent.
        package struct Packet {
            /// Nanoseconds of ``SystemClock/ticks()``.
            package var time: Int64
            /// From the IP header on.
            package var octets: [UInt8]
        }

        private let device: Int32
        private let tap: Int32
        private var buffer = [UInt8](repeating: 0, count: 1 << 17)
        private static let name = "tun0"

        /// Makes the interface.
        ///
        /// - Parameters:
        ///   - namespace: where; nothing else may have a TUN interface there.
        ///   - path: the device's node.
        /// - Throws: ``SystemError`` with `open` where the node may not be opened or is not there.
        package init(
            in namespace: NetworkNamespace, address: IPAddress, prefix: Int, mtu: Int, path: String = "/dev/net/tun"
        ) throws {
            (device, tap) = try namespace.run {
                let device = unsafe clinux_tun_open(path, Self.name)
                guard device >= 0 else { throw SystemError.last("open") }
                let family = address.isIPv4 ? AF_INET : AF_INET6
                guard
                    unsafe clinux_tun_configure(Self.name, Int32(mtu), family, address.networkOctets, Int32(prefix))
                        == 0
                else {
                    let error = SystemError.last("ioctl")
                    close(device)
                    throw error
                }
                let tap = unsafe clinux_tap_open(Self.name)
                guard tap >= 0 else {
                    let error = SystemError.last("socket")
                    close(device)
                    throw error
                }
                return (device, tap)
            }
        }

        deinit {
            close(tap)
            close(device)
        }

        /// Hands a packet to the kernel, which receives it before this returns.
        package func write(_ packet: [UInt8]) throws(SystemError) {
            guard unsafe Glibc.write(device, packet, packet.count) == packet.count else { throw .last("write") }
        }

        /// The oldest packet that was not taken yet; waits for one until `deadline` (``SystemClock/ticks()``).
        package func next(until deadline: Int64) throws(SystemError) -> Packet? {
            while true {
                drain()
                if let packet = try take() { return packet }
                let now = SystemClock.ticks()
                guard now < deadline else { return nil }
                _ = clinux_wait(tap, deadline &- now)
            }
        }

        /// Waits until one of several devices has sent something that was not taken yet, or the time has come.
        package static func wait(for devices: [TUNDevice], until deadline: Int64) {
            var watched = devices.map { pollfd(fd: $0.tap, events: Int16(POLLIN), revents: 0) }
            while true {
                for device in devices { device.drain() }
                let left = deadline &- SystemClock.ticks()
                guard left > 0 else { return }
                // Never longer than was asked for: what is left of a millisecond passes without looking.
                guard left >= 1_000_000 else {
                    if unsafe poll(&watched, nfds_t(watched.count), 0) > 0 { return }
                    SystemClock.sleep(microseconds: 20)
                    continue
                }
                if unsafe poll(&watched, nfds_t(watched.count), Int32(clamping: left / 1_000_000)) > 0 { return }
            }
        }

        /// Lets the time pass; what is sent meanwhile is kept.
        package func wait(until deadline: Int64) {
            while true {
                drain()
                let now = SystemClock.ticks()
                guard now < deadline else { return }
                _ = clinux_wait(device, deadline &- now)
            }
        }

        private func take() throws(SystemError) -> Packet? {
            var realTime: Int64 = 0
            let length = unsafe clinux_tap_next(tap, &buffer, Int64(buffer.count), &realTime)
            guard length >= 0 else { throw .last("recvmsg") }
            guard length > 0 else { return nil }
            // The kernel stamps with the wall clock; how long ago that was counts.
            let now = SystemClock.ticks()
            let age = realTime == 0 ? 0 : SystemClock.now().nanoseconds &- realTime
            let octets = Array(buffer.prefix(min(Int(length), buffer.count)))
            return Packet(time: now &- max(0, age), octets: octets)
        }

        /// Empties the interface's queue, which the kernel would fill up: the packets themselves come by the other door.
        private func drain() {
            while unsafe read(device, &buffer, buffer.count) > 0 {}
        }
    }

    extension IPAddress {
        /// Four or sixteen octets in network order.
        fileprivate var networkOctets: [UInt8] {
            if let word = ipv4 { return (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
            return [high, low].flatMap { half in
                (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
            }
        }
    }
#endif
