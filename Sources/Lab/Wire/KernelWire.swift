#if os(Linux)
    import CaptureFile
    import LinuxKernel
    import TCPWire
    import Tracking

    /// A cable between two kernels, held in this process: two network namespaces with a TUN device in each, and the kernel's own
    /// TCP at both ends. Whoever carries the packets decides what becomes of each, and may ask both ends for their sockets
    /// meanwhile. Nothing leaves the namespaces. Used by one thread at a time.
    ///
    /// What is written to an end has been received there before the call returns, so the sockets can be asked at once.
    final class KernelWire {
        /// A packet that one end sent.
        struct Departure {
            /// Nanoseconds of ``SystemClock/ticks()``.
            let time: Int64
            let sender: Party
            /// From the IP header on.
            let octets: [UInt8]
        }

        private struct End {
            let namespace: NetworkNamespace
            let device: TUNDevice
            let table: SocketTable
            /// `nil` where the kernel does not tell what it counts.
            let counters: KernelCounters?

            init(_ address: IPAddress, _ path: String) throws {
                namespace = try NetworkNamespace()
                device = try TUNDevice(in: namespace, address: address, prefix: 24, mtu: 1500, path: path)
                table = try namespace.run { try SocketTable() }
                counters = try namespace.run { try? KernelCounters() }
            }
        }

        static let clientAddress = IPAddress(ipv4: 0x0a00_0001)
        static let serverAddress = IPAddress(ipv4: 0x0a00_0002)

        private let client: End
        private let server: End

        /// Needs the rights that ``PrivateRun`` gives, and a TUN device node that may be opened.
        init(tunPath: String = "/dev/net/tun") throws {
            client = try End(Self.clientAddress, tunPath)
            server = try End(Self.serverAddress, tunPath)
        }

        private func end(_ party: Party) -> End { party == .client ? client : server }

        /// Makes sockets, or whatever else belongs to an end's namespace.
        func at<Value>(_ party: Party, _ body: () throws -> Value) throws -> Value {
            try end(party).namespace.run(body)
        }

        /// Hands a packet to an end's kernel, which receives it before this returns.
        func deliver(_ packet: [UInt8], to party: Party) throws(SystemError) {
            try end(party).device.write(packet)
        }

        /// The oldest packet that an end has sent and nobody has taken yet.
        func departure(from party: Party) throws(SystemError) -> Departure? {
            // A deadline that has passed: not a moment's wait.
            try end(party).device.next(until: .min).map {
                Departure(time: $0.time, sender: party, octets: $0.octets)
            }
        }

        /// Waits until an end has sent something, or the time has come (``SystemClock/ticks()``).
        func wait(until deadline: Int64) { TUNDevice.wait(for: [client.device, server.device], until: deadline) }

        /// An end's socket of one connection; `nil` where it has none. A kernel that does not answer says nothing of that.
        func socket(of party: Party, local: Endpoint, remote: Endpoint) throws(SocketTableError) -> SocketEntry? {
            try end(party).table.lookUp(local: local, remote: remote)
        }

        /// What an end's kernel has counted since this was asked the last time.
        func counts(of party: Party) -> [KernelCounters.Change] { end(party).counters?.changes() ?? [] }

        /// All sockets of an end.
        func sockets(of party: Party) -> [SocketEntry] { (try? end(party).table.sockets()) ?? [] }
    }
#endif
