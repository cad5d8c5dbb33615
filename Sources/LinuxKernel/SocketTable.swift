#if os(Linux)
    import FlatMemory
    import Glibc
    import Synchronization
    import TCPState
    import TCPWire

    /// Why the kernel's socket table could not be read.
    public enum SocketTableError: Error, Hashable, Sendable {
        /// This kernel, or the sandbox around us, has no sock_diag.
        case unsupported(SystemError)
        /// The kernel refused a request or the socket to it failed.
        case failed(SystemError)
        /// An answer that contradicts itself.
        case malformed

        fileprivate var code: Int32? {
            switch self {
            case .unsupported(let error), .failed(let error): error.code
            case .malformed: nil
            }
        }
    }

    /// Which sockets to list.
    public struct SocketQuery: Sendable {
        public var states: Set<State>
        public var families: Set<SocketEntry.Family>
        /// Whether to ask for ``SocketEntry/info`` and ``SocketEntry/congestionControl`` (a fifth more time).
        public var measures: Bool

        public init(
            states: Set<State> = Set(State.allCases).subtracting([.closed]),
            families: Set<SocketEntry.Family> = [.ipv4, .ipv6], measures: Bool = false
        ) {
            self.states = states
            self.families = families
            self.measures = measures
        }
    }

    /// The TCP sockets of this network namespace, asked of the kernel by sock_diag (sock_diag(7)). Needs no privilege.
    ///
    /// It stays with the network namespace in which it was made. Threads may share one; they take turns.
    public final class SocketTable: Sendable {
        private let channel: Mutex<Channel>

        /// - Throws: ``SocketTableError/unsupported(_:)`` where sock_diag is not to be had.
        public init() throws(SocketTableError) {
            channel = try Mutex(Channel())
        }

        /// All sockets that the query asks for, in the kernel's order.
        ///
        /// The kernel walks its table while sockets come and go: one that changes state meanwhile may be missing or come
        /// twice. ``lookUp(local:remote:interface:)`` is exact.
        public func sockets(_ query: SocketQuery = SocketQuery()) throws(SocketTableError) -> [SocketEntry] {
            try channel.withLock { channel throws(SocketTableError) in
                var found: [SocketEntry] = []
                for family in SocketEntry.Family.allCases where query.families.contains(family) {
                    let sequence = channel.nextSequence()
                    try channel.send(
                        SocketDiagnostics.dumpRequest(
                            family: family, states: query.states, measures: query.measures, sequence: sequence))
                    do throws(SocketTableError) {
                        try channel.receive(sequence, isDump: true) { found.append($0) }
                    } catch {
                        // A kernel without this family.
                        guard error.code == ENOENT else { throw error }
                    }
                }
                return found
            }
        }

        /// The socket of one connection, as `local` sees it; `nil` where there is none.
        ///
        /// - Parameters:
        ///   - local: the socket's own address and port.
        ///   - remote: its peer's.
        ///   - interface: the index of the interface that the socket is bound to, where it is (link-local addresses).
        public func lookUp(
            local: Endpoint, remote: Endpoint, interface: UInt32 = 0
        ) throws(SocketTableError) -> SocketEntry? {
            let entry = try find(local: local, remote: remote, interface: interface)
            // Where the connection is gone the kernel answers with the listener on the port, if there is one.
            guard let entry, entry.state != .listen, entry.local == local, entry.remote == remote else { return nil }
            return entry
        }

        /// The socket that listens on an address and port, or on its port for all addresses; `nil` where there is none.
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
                    try channel.receive(sequence, isDump: false) { found = $0 }
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

        /// Hands out the sockets of the answer to one request, and returns at the answer's end.
        mutating func receive(
            _ sequence: UInt32, isDump: Bool, _ visit: (SocketEntry) -> Void
        ) throws(SocketTableError) {
            while true {
                let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_TRUNC))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw .failed(.last("recv")) }
                guard count > 0, count <= buffer.count else { throw .malformed }
                let bytes = buffer.octets.extracting(0..<count)
                var offset = 0
                while let message = NetlinkMessage.next(in: bytes, at: &offset) {
                    // What was left behind by a request that failed half-way.
                    guard message.sequence == sequence else { continue }
                    switch message.type {
                    case NetlinkMessage.done:
                        let code = message.code(in: bytes)
                        guard code == 0 else { throw .failed(SystemError(call: "sock_diag", code: code)) }
                        return
                    case NetlinkMessage.error:
                        throw .failed(SystemError(call: "sock_diag", code: message.code(in: bytes)))
                    case SocketDiagnostics.byFamily:
                        if let entry = SocketDiagnostics.entry(bytes.extracting(message.body)) { visit(entry) }
                        if !isDump { return }
                    default:
                        continue
                    }
                }
            }
        }
    }
#endif
