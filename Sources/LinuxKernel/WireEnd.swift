#if os(Linux)
    import CLinux
    import CaptureFile
    import Glibc
    import TCPWire

    /// A network interface whose other end is this process. A packet written to it arrives from the network; a packet
    /// that the kernel sends by it is read here, with the time at which the kernel sent it.
    ///
    /// The interface is in a network namespace of its own and has the default route there, so that nothing sent in that
    /// namespace goes anywhere else. A ``mirror(path:)`` is instead among this process's other interfaces, with a route
    /// to one address. The interface ends with this value, and with this process however that ends. Must be used by one
    /// thread at a time.
    package final class WireEnd {
        /// A packet that the kernel sent.
        package struct Packet {
            /// When the kernel sent the packet, in nanoseconds of ``SystemClock/ticks()``.
            package var time: Int64
            /// The packet, from the IP header on.
            package var octets: [UInt8]
        }

        /// The kind of interface.
        package enum Device {
            /// A TUN device, created by opening the device node at this path.
            case tun(path: String)
            /// One interface of a veth pair, for IPv4 only; this process uses the other one by a packet socket.
            case veth
        }

        private enum Cable {
            case tun(Int32)
            case veth(clinux_veth)
        }

        /// The kernel's own address on the interface.
        package let address: IPAddress
        /// The namespace of the interface; sockets created in it send by the interface.
        package let namespace: NetworkNamespace
        private let cable: Cable
        /// A packet socket that sees the packets sent; `nil` if this process may not open one.
        private let tap: Int32?
        private var buffer = [UInt8](repeating: 0, count: 1 << 17)

        /// Creates a namespace and the interface in it.
        ///
        /// - Throws: ``SystemError``: of `open` if the TUN device's node does not exist or may not be opened, of
        ///   `unshare` if no namespace can be created, and of other calls.
        package convenience init(_ device: Device, address: IPAddress, prefix: Int, mtu: Int = 1500) throws {
            try self.init(NetworkNamespace(), device, address: address, prefix: prefix, mtu: mtu, peer: nil)
        }

        /// Creates a TUN device in this process's own namespace, with a route to one of the addresses reserved for
        /// documentation (RFC 5737); the device's own address is another of those. Needs CAP_NET_ADMIN.
        ///
        /// - Returns: the interface, and the address that it has the route to.
        package static func mirror(path: String) throws -> (end: WireEnd, peer: IPAddress) {
            let pairs: UInt32 = 126
            let network: UInt32 = 0xc000_0200
            let first = UInt32(truncatingIfNeeded: getpid()) % pairs
            for step in 0..<pairs {
                // Pairs such as 192.0.2.2 and .3, or .4 and .5, so that several devices can exist at a time.
                let own = network + 2 + 2 * ((first + step) % pairs)
                let address = IPAddress(ipv4: own)
                if isTaken(own) { continue }
                let peer = IPAddress(ipv4: own + 1)
                let end = try WireEnd(.own, .tun(path: path), address: address, prefix: 32, mtu: 1500, peer: peer)
                return (end, peer)
            }
            throw SystemError(call: "bind", code: EADDRINUSE)
        }

        private init(
            _ namespace: NetworkNamespace, _ device: Device, address: IPAddress, prefix: Int, mtu: Int, peer: IPAddress?
        ) throws {
            self.namespace = namespace
            self.address = address
            func make() throws -> (Cable, Int32?) {
                var name = [CChar](repeating: 0, count: 16)
                let cable = try Self.makeCable(device, &name)
                do {
                    let family = address.isIPv4 ? AF_INET : AF_INET6
                    guard
                        unsafe clinux_interface_configure(
                            name, Int32(mtu), family, address.networkOctets, Int32(prefix), peer?.networkOctets) == 0
                    else { throw SystemError.last("ioctl") }
                    let tap = unsafe clinux_tap_open(name)
                    // The packets sent on a TUN device can be read from the device as well, but without the kernel's
                    // timestamps.
                    if tap < 0, case .veth = device { throw SystemError.last("socket") }
                    return (cable, tap < 0 ? nil : tap)
                } catch {
                    Self.close(cable)
                    throw error
                }
            }
            (cable, tap) = try namespace.run(make)
        }

        private static func makeCable(_ device: Device, _ name: inout [CChar]) throws(SystemError) -> Cable {
            func spell(_ text: String) { for (place, octet) in text.utf8.enumerated() { name[place] = CChar(octet) } }
            switch device {
            case .tun(let path):
                spell("tcplens%d")
                let device = unsafe open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
                guard device >= 0 else { throw .last("open") }
                guard unsafe clinux_tun_make(device, &name) == 0 else {
                    let error = SystemError.last("TUNSETIFF")
                    Glibc.close(device)
                    throw error
                }
                return .tun(device)
            case .veth:
                spell("tcplens0")
                var veth = clinux_veth()
                guard unsafe clinux_veth_open(name, "cable0", &veth) == 0 else { throw .last("veth") }
                return .veth(veth)
            }
        }

        /// Whether an address is already one of this namespace's own.
        private static func isTaken(_ address: UInt32) -> Bool {
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return false }
            defer { Glibc.close(descriptor) }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = address.bigEndian
            return unsafe withUnsafePointer(to: &name) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }

        deinit {
            if let tap { Glibc.close(tap) }
            Self.close(cable)
        }

        private static func close(_ cable: Cable) {
            switch cable {
            case .tun(let device): Glibc.close(device)
            case .veth(let veth):
                Glibc.close(veth.sender)
                Glibc.close(veth.receipts)
            }
        }

        // MARK: Packets

        /// Delivers a packet to the kernel, which has received it when this returns.
        package func write(_ packet: [UInt8]) throws(SystemError) {
            switch cable {
            case .tun(let device):
                guard unsafe Glibc.write(device, packet, packet.count) == packet.count else { throw .last("write") }
            case .veth(var veth):
                guard unsafe clinux_veth_write(&veth, packet, Int64(packet.count)) == 0 else { throw .last("sendto") }
            }
        }

        /// The oldest packet not returned yet; waits until `deadline` (``SystemClock/ticks()``) for one, and returns
        /// `nil` if none has come.
        package func next(until deadline: Int64) throws(SystemError) -> Packet? {
            while true {
                drain()
                if let packet = try take() { return packet }
                guard SystemClock.ticks() < deadline else { return nil }
                Self.wait(for: [self], until: deadline)
            }
        }

        /// Waits until one of at most four interfaces has a packet that was not returned yet, or until `deadline`
        /// (``SystemClock/ticks()``).
        package static func wait(for ends: [WireEnd], until deadline: Int64) {
            let watched = ends.map(\.watched)
            while true {
                for end in ends { end.drain() }
                let left = deadline &- SystemClock.ticks()
                guard left > 0 else { return }
                if unsafe clinux_wait(watched, Int32(watched.count), left) > 0 { return }
            }
        }

        /// Waits until `deadline` (``SystemClock/ticks()``); packets sent in the meantime are kept.
        package func wait(until deadline: Int64) {
            while true {
                drain()
                let left = deadline &- SystemClock.ticks()
                guard left > 0 else { return }
                // A TUN device's own queue must be emptied in the meantime.
                var device: Int32 = -1
                if tap != nil, case .tun(let queue) = cable { device = queue }
                _ = unsafe clinux_wait(&device, device < 0 ? 0 : 1, left)
            }
        }

        private var watched: Int32 {
            switch cable {
            case .tun(let device): tap ?? device
            case .veth: tap ?? -1
            }
        }

        private func take() throws(SystemError) -> Packet? {
            guard let tap else { return read() }
            var realTime: Int64 = 0
            let length = unsafe clinux_tap_next(tap, &buffer, Int64(buffer.count), &realTime)
            guard length >= 0 else { throw .last("recvmsg") }
            guard length > 0 else { return nil }
            // The kernel timestamps with the wall clock, so the packet's age by that clock is subtracted from the
            // monotonic time.
            let now = SystemClock.ticks()
            let age = realTime == 0 ? 0 : SystemClock.now().nanoseconds &- realTime
            let octets = Array(buffer.prefix(min(Int(length), buffer.count)))
            return Packet(time: now &- max(0, age), octets: octets)
        }

        /// The next packet in a TUN device's own queue; `nil` if it is empty.
        private func read() -> Packet? {
            guard case .tun(let device) = cable else { return nil }
            let length = unsafe Glibc.read(device, &buffer, buffer.count)
            return length > 0 ? Packet(time: SystemClock.ticks(), octets: Array(buffer.prefix(length))) : nil
        }

        /// Empties a TUN device's own queue if the packets are read by the packet socket; otherwise it would fill up.
        private func drain() {
            guard tap != nil, case .tun(let device) = cable else { return }
            while unsafe Glibc.read(device, &buffer, buffer.count) > 0 {}
        }
    }

    extension IPAddress {
        /// The address's four or sixteen octets in network byte order.
        fileprivate var networkOctets: [UInt8] {
            if let word = ipv4 { return (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
            return [high, low].flatMap { half in
                (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
            }
        }
    }
#endif
