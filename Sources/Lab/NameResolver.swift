import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The address families in which a name is resolved.
public enum AddressFamily: Hashable, Sendable {
    case any, ipv4, ipv6
}

/// Why a name has no address.
public struct ResolverError: Error, Hashable, Sendable {
    /// The code of getaddrinfo(3); 0 if it reported no error but found no address.
    public let code: Int32

    /// Whether no name server could be asked, so that the name may exist.
    public var isTemporary: Bool { code == EAI_AGAIN }

    /// The resolver's message, such as `Name or service not known`.
    public var message: String {
        guard code != 0 else { return "no address" }
        return unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// ``message`` in Chinese; in English if there is no Chinese one.
    public var chineseMessage: String { Self.chinese[code] ?? message }

    private static let chinese: [Int32: String] = {
        var texts: [Int32: String] = [
            0: "没有地址", EAI_AGAIN: "域名解析暂时失败", EAI_FAIL: "域名解析失败，无法恢复", EAI_FAMILY: "不支持该地址族",
            EAI_MEMORY: "内存不足", EAI_NONAME: "未知的名称或服务", EAI_SERVICE: "该套接字类型不支持此服务",
            EAI_SYSTEM: "系统错误",
        ]
        #if os(Linux)
            // EAI_NODATA and EAI_ADDRFAMILY, which netdb.h defines only with _GNU_SOURCE.
            texts[-5] = "该名称没有地址"
            texts[-9] = "该名称没有此地址族的地址"
        #endif
        return texts
    }()
}

/// Finds the addresses of a name with the system's resolver.
enum NameResolver {
    /// Resolves a name. It blocks until the resolver answers.
    static func resolve(_ host: String, port: UInt16, family: AddressFamily) throws(ResolverError) -> [SocketName] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family =
            switch family {
            case .any: AF_UNSPEC
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            }
        #if os(Linux)
            unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { throw ResolverError(code: code) }
        defer { unsafe freeaddrinfo(list) }
        var names: [SocketName] = []
        var entry = unsafe list
        while let found = unsafe entry?.pointee {
            if let address = unsafe found.ai_addr, let name = unsafe SocketName(address, length: found.ai_addrlen) {
                names.append(name.with(port: port))
            }
            unsafe entry = unsafe found.ai_next
        }
        return names
    }
}
