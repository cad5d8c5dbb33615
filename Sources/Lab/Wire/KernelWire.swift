#if os(Linux)
    import CaptureFile
    import FlatMemory
    import Glibc
    import LinuxKernel
    import TCPWire
    import Tracking

    /// A cable between two ends of the kernel's own TCP, held by this process. The code that carries the packets
    /// decides what becomes of each one, and may ask for both ends' sockets meanwhile. Nothing leaves the machine. Only
    /// one thread at a time may use it.
    ///
    /// A packet that is written to an end has been received there before the call returns, so the sockets can be asked
    /// for at once.
    final class KernelWire {
        /// A packet that one end sent, with the addresses that it would have if the ends were two machines.
        struct Departure {
            /// Nanoseconds of ``SystemClock/ticks()``.
            let time: Int64
            let sender: Party
            /// The octets from the IP header on.
            let octets: [UInt8]
        }

        private struct End {
            let cable: WireEnd
            let table: SocketTable
            /// The end's counters; `nil` if the kernel does not show them, or counts other segments together with this
            /// end's.
            let counters: KernelCounters?

            /// - Parameter isAlone: whether no other segments are counted in the end's namespace.
            init(_ cable: WireEnd, isAlone: Bool) throws {
                self.cable = cable
                table = try cable.namespace.run { try SocketTable() }
                counters = isAlone ? try cable.namespace.run { try? KernelCounters() } : nil
            }
        }

        let kind: WireKind
        /// The kinds that would have been better, and why they were not available.
        let refusals: [WireRefusal]
        /// The client's address, and the address by which the client knows the server.
        let clientAddress: IPAddress
        let serverAddress: IPAddress
        /// The server's port. On a mirror it shows who sent a packet.
        private var serverPort: UInt16 = 0
        /// The two ends. On a mirror they are the same.
        private let client: End
        private let server: End

        /// Makes the best wire of these kinds that is available. This needs the rights that ``PrivateRun`` gives, or
        /// CAP_NET_ADMIN for a mirror.
        ///
        /// - Throws: ``NoWire`` if none is available.
        static func best(of kinds: [WireKind] = WireKind.allCases, tunPath: String) throws(NoWire) -> KernelWire {
            var refusals: [WireRefusal] = []
            for kind in kinds {
                do {
                    let wire = try KernelWire(kind, tunPath: tunPath, refusals)
                    try wire.prove()
                    // What was counted during the proof does not belong to the experiment.
                    for party in Party.allCases { _ = wire.counts(of: party) }
                    return wire
                } catch {
                    refusals.append(WireRefusal(kind, Self.reason(error)))
                }
            }
            throw NoWire(refusals)
        }

        static func reason(_ error: any Error) -> SystemError {
            switch error {
            case let error as SystemError: error
            case let error as SocketTableError: SystemError(call: "sock_diag", code: error.code ?? EPROTO)
            default: SystemError(call: "wire", code: EIO)
            }
        }

        private init(_ kind: WireKind, tunPath: String, _ refusals: [WireRefusal]) throws {
            self.kind = kind
            self.refusals = refusals
            if kind == .mirror {
                let (cable, peer) = try WireEnd.mirror(path: tunPath)
                client = try End(cable, isAlone: false)
                server = client
                (clientAddress, serverAddress) = (cable.address, peer)
            } else {
                (clientAddress, serverAddress) = (IPAddress(ipv4: 0x0a00_0001), IPAddress(ipv4: 0x0a00_0002))
                let device: WireEnd.Device = kind == .vethPair ? .veth : .tun(path: tunPath)
                client = try End(WireEnd(device, address: clientAddress, prefix: 24), isAlone: true)
                server = try End(WireEnd(device, address: serverAddress, prefix: 24), isAlone: true)
            }
        }

        deinit {
            // A namespace is removed with everything in it. In this process's own namespace, a TIME-WAIT would stay for
            // a minute, and open connections would go on sending.
            guard kind == .mirror else { return }
            for entry in (try? client.table.sockets()) ?? [] where entry.local.address == clientAddress {
                _ = try? client.table.destroy(entry)
            }
        }

        private func end(_ party: Party) -> End { party == .client ? client : server }

        /// Runs code in an end's namespace, to make sockets or anything else there.
        func at<Value>(_ party: Party, _ body: () throws -> Value) throws -> Value {
            try end(party).cable.namespace.run(body)
        }

        /// Listens on a port of the server's end. Returns the socket, and the endpoint by which the client knows it.
        func listen(on port: UInt16) throws -> (socket: StreamSocket, endpoint: Endpoint) {
            let socket = try at(.server) {
                let name = SocketName(Endpoint(address: server.cable.address, port: port))
                let socket = try StreamSocket.make(family: name.family)
                try socket.bind(to: name)
                // With a backlog of 0 the kernel would answer with SYN cookies and keep no state.
                try socket.listen(backlog: 16)
                return socket
            }
            serverPort = port
            return (socket, Endpoint(address: serverAddress, port: port))
        }

        // MARK: Packets

        /// Passes a packet to an end's kernel, which has received it before this returns.
        func deliver(_ packet: [UInt8], to party: Party) throws(SystemError) {
            try end(party).cable.write(kind == .mirror && party == .server ? Self.swapped(packet) : packet)
        }

        /// The oldest packet that an end has sent and that was not taken yet, of the client's end first; `nil` if there
        /// is none.
        func departure() throws(SystemError) -> Departure? {
            for party in Party.allCases {
                // The deadline has passed already, so this does not wait.
                guard let packet = try end(party).cable.next(until: .min) else { continue }
                guard kind == .mirror else { return Departure(time: packet.time, sender: party, octets: packet.octets) }
                let isServers = Self.sourcePort(packet.octets) == serverPort
                return Departure(
                    time: packet.time, sender: isServers ? .server : .client,
                    octets: isServers ? Self.swapped(packet.octets) : packet.octets)
            }
            return nil
        }

        /// Waits until an end has sent something, or until the deadline (``SystemClock/ticks()``).
        func wait(until deadline: Int64) {
            WireEnd.wait(for: kind == .mirror ? [client.cable] : [client.cable, server.cable], until: deadline)
        }

        /// The packet with source and destination address exchanged. Every checksum stays right, because it is a sum.
        private static func swapped(_ packet: [UInt8]) -> [UInt8] {
            guard packet.count >= 20, packet[0] >> 4 == 4 else { return packet }
            return Array(packet[..<12] + packet[16..<20] + packet[12..<16] + packet[20...])
        }

        private static func sourcePort(_ packet: [UInt8]) -> UInt16? {
            guard let first = packet.first, first >> 4 == 4 else { return nil }
            let place = 4 * Int(first & 15)
            guard packet.count >= place + 2 else { return nil }
            return UInt16(packet[place]) << 8 | UInt16(packet[place + 1])
        }

        // MARK: Sockets

        /// An end's socket of one connection, given by the client's endpoints; `nil` if it has none. Throws if the
        /// kernel does not answer.
        func socket(of party: Party, client: Endpoint, server: Endpoint) throws(SocketTableError) -> SocketEntry? {
            guard party == .server else { return try self.client.table.lookUp(local: client, remote: server) }
            guard kind == .mirror else { return try self.server.table.lookUp(local: server, remote: client) }
            return try self.server.table.lookUp(
                local: Endpoint(address: clientAddress, port: server.port),
                remote: Endpoint(address: serverAddress, port: client.port))
        }

        /// The listening socket of an endpoint, given as the client knows it.
        func listener(on server: Endpoint) throws(SocketTableError) -> SocketEntry? {
            try self.server.table.listener(on: Endpoint(address: self.server.cable.address, port: server.port))
        }

        /// What an end's kernel has counted since this was last called.
        func counts(of party: Party) -> [KernelCounters.Change] { end(party).counters?.changes() ?? [] }

        // MARK: Proof that it carries packets

        /// The longest time for each step of the proof, in nanoseconds.
        private static let patience: Int64 = 300_000_000

        /// Sends a SYN to a port on which nobody listens yet, and waits for the RST. Without this proof, the experiment
        /// would wait in vain if a filter drops packets, or a device is not what it seems.
        ///
        /// - Throws: ETIMEDOUT, or the errno of the call that failed.
        private func prove() throws {
            let holder = try at(.server) { try StreamSocket.make(family: AF_INET) }
            try holder.bind(to: SocketName(Endpoint(address: server.cable.address, port: 0)))
            guard let port = holder.local?.port else { throw SystemError(call: "bind", code: EADDRNOTAVAIL) }
            defer { holder.close() }
            serverPort = port
            let socket = try at(.client) { try StreamSocket.make(family: AF_INET) }
            if case .failed(let error) = socket.connect(
                to: SocketName(Endpoint(address: serverAddress, port: port)))
            {
                throw error
            }
            guard let own = socket.local else { throw SystemError(call: "connect", code: ETIMEDOUT) }
            for sender in [Party.client, .server] {
                let ports = sender == .client ? (own.port, port) : (port, own.port)
                try deliver(awaited(from: sender, ports), to: sender.other)
            }
            let code = socket.pendingError()
            guard code == ECONNREFUSED else { throw SystemError(call: "connect", code: code == 0 ? ETIMEDOUT : code) }
        }

        private func awaited(from sender: Party, _ ports: (source: UInt16, destination: UInt16)) throws -> [UInt8] {
            let deadline = SystemClock.ticks() &+ Self.patience
            while true {
                while let departure = try departure() {
                    var header = SegmentHeader()
                    let verdict = PacketDecoder.decode(
                        departure.octets.octets, link: .raw, originalLength: departure.octets.count, into: &header)
                    if verdict == .segment, departure.sender == sender, header.sourceEndpoint.port == ports.source,
                        header.destinationEndpoint.port == ports.destination
                    {
                        return departure.octets
                    }
                }
                guard SystemClock.ticks() < deadline else { throw SystemError(call: "connect", code: ETIMEDOUT) }
                wait(until: deadline)
            }
        }
    }
#endif
