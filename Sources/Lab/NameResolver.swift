import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which addresses a name may stand for.
public enum AddressFamily: Hashable, Sendable {
    case any, ipv4, ipv6
}

/// Addresses of a name, as the system's resolver gives them.
enum NameResolver {
    struct Failure: Error {
        /// The resolver's words.
        var message: String
        /// Whether it could not ask anybody, so that the name may exist.
        var isTemporary: Bool
    }

    /// Blocks while the resolver asks.
    static func resolve(_ host: String, port: UInt16, family: AddressFamily) throws(Failure) -> [SocketName] {
        var hints = addrinfo()
        hints.ai_family =
            switch family {
            case .any: AF_UNSPEC
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            }
        #if os(Linux)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw Failure(message: gai_strerror(code).map { String(cString: $0) } ?? "", isTemporary: code == EAI_AGAIN)
        }
        defer { freeaddrinfo(list) }
        var names: [SocketName] = []
        var entry = list
        while let found = entry?.pointee {
            if let address = found.ai_addr, let name = SocketName(address, length: found.ai_addrlen) {
                names.append(name.with(port: port))
            }
            entry = found.ai_next
        }
        return names
    }
}
