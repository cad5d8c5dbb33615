#if os(Linux)
    import CLinux
    import CaptureFile
    import Glibc
    import TCPWire

    /// A network interface whose cable ends in this process: what is written to it comes in from the network, and what the
    /// kernel sends by it is read here, with the time at which the kernel let it go.
    ///
    /// It lives in a network namespace of its own and has the default route there, so that nothing which is sent in that namespace
    /// goes anywhere else; or, as a ``mirror(path:)``, beside the others of this process, with a route to one address. It goes
    /// with this value and with this process, however that ends. Used by one thread at a time.
    package final class WireEnd {
        /// A packet that the kernel sent.
        package struct Packet {
            /// Nanoseconds of ``SystemClock/ticks()``.
            package var time: Int64
            /// From the IP header on.
            package var octets: [UInt8]
        }

        /// What the interface is.
        package enum Device {
            /// A TUN device, made by this node.
            case tun(path: String)
            /// One of a veth pair, for IPv4; this process has the other by a packet socket.
            case veth
        }

        private enum Cable {
            case tun(Int32)
            case veth(clinux_veth)
        }

        /// The kernel's own address on it.
        package let address: IPAddress
        /// Where it lives; sockets that are made there send by it.
        package let namespace: NetworkNamespace
        private let cable: Cable
        /// A packet socket that sees what is sent; `nil` where this process may have none.
        private let tap: Int32?
        private var buffer = [UInt8](repeating: 0, count: 1 << 17)

        /// Makes a namespace and the interface in it.
        ///
        /// - Throws: ``SystemError``: `open` where the TUN device's node may not be opened or is not there, `unshare` where no
        ///   namespace can be had, and others.
        package convenience init(_ device: Device, address: IPAddress, prefix: Int, mtu: Int = 1500) throws {
            try self.init(NetworkNamespace(), device, address: address, prefix: prefix, mtu: mtu, peer: nil)
        }

        /// Makes a TUN device in this process's own namespace, by which one of the addresses for documentation (RFC 5737) is
        /// reached; its own is another of those. Needs CAP_NET_ADMIN.
        ///
        /// - Returns: the interface, and the address that is reached by it.
        package static func mirror(path: String) throws -> (end: WireEnd, peer: IPAddress) {
            let pairs: UInt32 = 126
            let network: UInt32 = 0xc000_0200
            let first = UInt32(truncatingIfNeeded: getpid()) % pairs
            for step in 0..<pairs {
                // 192.0.2.2 and .3, .4 and .5 and so on, so that several can be had at a time.
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
                    // A TUN device can be read as well, only without the kernel's time stamps.
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

        /// Whether an address is this namespace's already.
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

        /// Hands a packet to the kernel, which receives it before this returns.
        package func write(_ packet: [UInt8]) throws(SystemError) {
            switch cable {
            case .tun(let device):
                guard unsafe Glibc.write(device, packet, packet.count) == packet.count else { throw .last("write") }
            case .veth(var veth):
                guard unsafe clinux_veth_write(&veth, packet, Int64(packet.count)) == 0 else { throw .last("sendto") }
            }
        }

        /// The oldest packet that was not taken yet; waits for one until `deadline` (``SystemClock/ticks()``).
        package func next(until deadline: Int64) throws(SystemError) -> Packet? {
            while true {
                drain()
                if let packet = try take() { return packet }
                guard SystemClock.ticks() < deadline else { return nil }
                Self.wait(for: [self], until: deadline)
            }
        }

        /// Waits until one of several, four at most, has sent something that was not taken yet, or the time has come.
        package static func wait(for ends: [WireEnd], until deadline: Int64) {
            let watched = ends.map(\.watched)
            while true {
                for end in ends { end.drain() }
                let left = deadline &- SystemClock.ticks()
                guard left > 0 else { return }
                if unsafe clinux_wait(watched, Int32(watched.count), left) > 0 { return }
            }
        }

        /// Lets the time pass; what is sent meanwhile is kept.
        package func wait(until deadline: Int64) {
            while true {
                drain()
                let left = deadline &- SystemClock.ticks()
                guard left > 0 else { return }
                // Of a TUN device the queue wants to be emptied meanwhile.
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
            // The kernel stamps with the wall clock; how long ago that was counts.
            let now = SystemClock.ticks()
            let age = realTime == 0 ? 0 : SystemClock.now().nanoseconds &- realTime
            let octets = Array(buffer.prefix(min(Int(length), buffer.count)))
            return Packet(time: now &- max(0, age), octets: octets)
        }

        /// Takes a packet off a TUN device's own queue.
        private func read() -> Packet? {
            guard case .tun(let device) = cable else { return nil }
            let length = unsafe Glibc.read(device, &buffer, buffer.count)
            return length > 0 ? Packet(time: SystemClock.ticks(), octets: Array(buffer.prefix(length))) : nil
        }

        /// Empties a TUN device's queue, which the kernel would fill up, where the packets come by the other door.
        private func drain() {
            guard tap != nil, case .tun(let device) = cable else { return }
            while unsafe Glibc.read(device, &buffer, buffer.count) > 0 {}
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
