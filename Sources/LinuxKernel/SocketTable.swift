#if os(Linux)
    import FlatMemory
    import Glibc
    import Synchronization
    import TCPState
    import TCPWire

    /// Why the kernel's socket table could not be read.
    public enum SocketTableError: Error, Hashable, Sendable {
        /// This kernel has no sock_diag, or a sandbox forbids it.
        case unsupported(SystemError)
        /// The kernel refused a request, or the netlink socket failed.
        case failed(SystemError)
        /// The kernel's answer contradicts itself.
        case malformed

        /// Whether a privilege was missing.
        public var isDenied: Bool { code == EPERM || code == EACCES }

        /// The errno of the failed call; `nil` for ``malformed``.
        public var code: Int32? {
            switch self {
            case .unsupported(let error), .failed(let error): error.code
            case .malformed: nil
            }
        }
    }

    extension SocketTableError {
        /// Whether the kernel does not support the type of request, or an instruction in its filter.
        fileprivate var isRefusal: Bool {
            code == ENOENT || code == EOPNOTSUPP || code == EINVAL || code == EPROTONOSUPPORT
        }
    }

    /// The TCP sockets of this network namespace, queried from the kernel by sock_diag(7). Needs no privilege.
    ///
    /// A table keeps to the network namespace in which it was created. Several threads may share one; their queries are
    /// serialized.
    public final class SocketTable: Sendable {
        private let channel: Mutex<Channel>

        /// - Throws: ``SocketTableError/unsupported(_:)`` if sock_diag is not available.
        public init() throws(SocketTableError) {
            channel = try Mutex(Channel())
        }

        /// All sockets that match the query, in the kernel's order.
        ///
        /// The kernel walks its table while sockets come and go: a socket that changes state during the walk may be
        /// missing or listed twice. ``lookUp(local:remote:interface:)`` is exact.
        public func sockets(_ query: SocketQuery = SocketQuery()) throws(SocketTableError) -> [SocketEntry] {
            let bytecode = query.expression?.bytecode
            do throws(SocketTableError) {
                // The older request covers both families in one walk, if the kernel supports it.
                if query.families.count > 1 { return try dump(query, family: nil, bytecode: bytecode) }
            } catch {
                guard error.isRefusal else { throw error }
            }
            do throws(SocketTableError) {
                return try familyByFamily(query, bytecode: bytecode)
            } catch {
                // The kernel does not know an instruction: it is asked without the filter, which `dump` applies here
                // anyway.
                guard bytecode != nil, error.isRefusal else { throw error }
                return try familyByFamily(query, bytecode: nil)
            }
        }

        private func familyByFamily(
            _ query: SocketQuery, bytecode: [UInt8]?
        ) throws(SocketTableError) -> [SocketEntry] {
            var found: [SocketEntry] = []
            for family in SocketEntry.Family.allCases where query.families.contains(family) {
                do throws(SocketTableError) {
                    found += try dump(query, family: family, bytecode: bytecode)
                } catch {
                    // ENOENT: this kernel does not have this address family.
                    guard error.code == ENOENT else { throw error }
                }
            }
            return found
        }

        private func dump(
            _ query: SocketQuery, family: SocketEntry.Family?, bytecode: [UInt8]?
        ) throws(SocketTableError) -> [SocketEntry] {
            let ephemeral = query.expression == nil ? 0...0 : Self.ephemeralPorts
            let withDetails = !query.details.isEmpty || query.expression?.needsDetails ?? false
            return try channel.withLock { channel throws(SocketTableError) in
                var found: [SocketEntry] = []
                let sequence = channel.nextSequence()
                try channel.send(
                    SocketDiagnostics.dumpRequest(
                        family: family, states: query.states, details: query.details, bytecode: bytecode,
                        sequence: sequence))
                try channel.receive(sequence, isDump: true, withDetails: withDetails) { entry in
                    guard query.states.contains(entry.state) else { return }
                    if let expression = query.expression, !expression.matches(entry, ephemeral: ephemeral) { return }
                    found.append(entry)
                }
                return found
            }
        }

        /// The range from which the kernel chooses local ports; if it cannot be read, ss's default.
        private static var ephemeralPorts: ClosedRange<UInt16> {
            let words = WholeFile.text("/proc/sys/net/ipv4/ip_local_port_range")?.split(whereSeparator: \.isWhitespace)
            let ports = words?.compactMap { UInt16($0) } ?? []
            guard ports.count == 2, ports[0] <= ports[1] else { return 1024...4999 }
            return ports[0]...ports[1]
        }

        /// Ends a socket as if its peer had reset it, and sends an RST to the peer (SOCK_DESTROY). Needs CAP_NET_ADMIN.
        ///
        /// - Returns: `false` if the socket no longer existed.
        public func destroy(_ entry: SocketEntry) throws(SocketTableError) -> Bool {
            try channel.withLock { channel throws(SocketTableError) in
                let sequence = channel.nextSequence()
                try channel.send(SocketDiagnostics.destroyRequest(entry, sequence: sequence))
                do throws(SocketTableError) {
                    try channel.receive(sequence, isDump: false, withDetails: false) { _ in }
                } catch {
                    guard error.code == ENOENT else { throw error }
                    return false
                }
                return true
            }
        }

        /// The socket of one connection, at the end `local`; `nil` if there is none.
        ///
        /// - Parameters:
        ///   - local: the socket's own address and port.
        ///   - remote: the peer's address and port.
        ///   - interface: the index of the interface that the socket is bound to, as with link-local addresses; else 0.
        public func lookUp(
            local: Endpoint, remote: Endpoint, interface: UInt32 = 0
        ) throws(SocketTableError) -> SocketEntry? {
            let entry = try find(local: local, remote: remote, interface: interface)
            // If the connection no longer exists, the kernel answers with the listener on the port, if there is one.
            guard let entry, entry.state != .listen, entry.local == local, entry.remote == remote else { return nil }
            return entry
        }

        /// The socket that listens on this address and port, or on the port for all addresses; `nil` if there is none.
        public func listener(on local: Endpoint) throws(SocketTableError) -> SocketEntry? {
            let nobody = Endpoint(
                address: local.address.isIPv4 ? IPAddress(ipv4: 0) : IPAddress(high: 0, low: 0), port: 0)
            let entry = try find(local: local, remote: nobody, interface: 0)
            guard let entry, entry.state == .listen else { return nil }
            return entry
        }

        private func find(
            local: Endpoint, remote: Endpoint, interface: UInt32
        ) throws(SocketTableError) -> SocketEntry? {
            try channel.withLock { channel throws(SocketTableError) in
                var found: SocketEntry?
                let sequence = channel.nextSequence()
                try channel.send(
                    SocketDiagnostics.lookUpRequest(
                        local: local, remote: remote, interface: interface, sequence: sequence))
                do throws(SocketTableError) {
                    try channel.receive(sequence, isDump: false, withDetails: true) { found = $0 }
                } catch {
                    guard error.code == ENOENT else { throw error }
                }
                return found
            }
        }
    }

    /// The netlink socket. Its descriptor is open from `init` to `deinit`.
    private struct Channel: ~Copyable {
        private let descriptor: Int32
        private var sequence: UInt32 = 0
        private var buffer = [UInt8](repeating: 0, count: 65536)

        init() throws(SocketTableError) {
            let netlinkSockDiag: Int32 = 4
            descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), netlinkSockDiag)
            guard descriptor >= 0 else { throw .unsupported(.last("socket")) }
        }

        deinit { if descriptor >= 0 { close(descriptor) } }

        mutating func nextSequence() -> UInt32 {
            sequence &+= 1
            return sequence
        }

        func send(_ request: [UInt8]) throws(SocketTableError) {
            while true {
                let sent = unsafe Glibc.send(descriptor, request, request.count, 0)
                if sent == request.count { return }
                guard sent < 0, errno == EINTR else { throw .failed(.last("send")) }
            }
        }

        /// Passes the sockets of the answer to one request to `visit`, and returns at the answer's end.
        mutating func receive(
            _ sequence: UInt32, isDump: Bool, withDetails: Bool, _ visit: (SocketEntry) -> Void
        ) throws(SocketTableError) {
            while true {
                let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_TRUNC))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw .failed(.last("recv")) }
                guard count > 0, count <= buffer.count else { throw .malformed }
                let bytes = buffer.octets.extracting(0..<count)
                var offset = 0
                while let message = NetlinkMessage.next(in: bytes, at: &offset) {
                    // The rest of an answer to an earlier request, which failed before it was read to its end.
                    guard message.sequence == sequence else { continue }
                    switch message.type {
                    case NetlinkMessage.done:
                        let code = message.code(in: bytes)
                        guard code == 0 else { throw .failed(SystemError(call: "sock_diag", code: code)) }
                        return
                    case NetlinkMessage.error:
                        let code = message.code(in: bytes)
                        // The errno 0 is an acknowledgment.
                        guard code != 0 else { return }
                        throw .failed(SystemError(call: "sock_diag", code: code))
                    case SocketDiagnostics.byFamily, SocketDiagnostics.bothFamilies:
                        let body = bytes.extracting(message.body)
                        if let entry = SocketDiagnostics.entry(body, withDetails: withDetails) { visit(entry) }
                        if !isDump { return }
                    default:
                        continue
                    }
                }
            }
        }
    }
#endif
