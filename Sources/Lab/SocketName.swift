import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An endpoint in the form of system calls: a `sockaddr_in` or `sockaddr_in6`.
struct SocketName: Sendable {
    private enum Form: Sendable {
        case ipv4(address: UInt32, port: UInt16)
        case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)
    }

    private let form: Form

    /// - Parameter scope: the index of the interface of a link-local address.
    init(_ endpoint: Endpoint, scope: UInt32 = 0) {
        if let word = endpoint.address.ipv4 {
            form = .ipv4(address: word, port: endpoint.port)
        } else {
            form = .ipv6(high: endpoint.address.high, low: endpoint.address.low, port: endpoint.port, scope: scope)
        }
    }

    /// Reads an address that the system wrote; `nil` if it is of another family, or its length does not fit.
    init?(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
        let bytes = unsafe UnsafeRawPointer(address)
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET where Int(length) >= MemoryLayout<sockaddr_in>.size:
            let name = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
            form = .ipv4(address: UInt32(bigEndian: name.sin_addr.s_addr), port: UInt16(bigEndian: name.sin_port))
        case AF_INET6 where Int(length) >= MemoryLayout<sockaddr_in6>.size:
            let name = unsafe bytes.loadUnaligned(as: sockaddr_in6.self)
            let halves = unsafe withUnsafeBytes(of: name.sin6_addr) {
                unsafe ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            form = .ipv6(
                high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1),
                port: UInt16(bigEndian: name.sin6_port), scope: name.sin6_scope_id)
        default:
            return nil
        }
    }

    /// AF_INET or AF_INET6.
    var family: Int32 {
        switch form {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }

    /// The endpoint. An IPv4-mapped address becomes the IPv4 address that it stands for.
    var endpoint: Endpoint {
        switch form {
        case .ipv4(let address, let port): Endpoint(address: IPAddress(ipv4: address), port: port)
        case .ipv6(let high, let low, let port, _): Endpoint(address: IPAddress(high: high, low: low), port: port)
        }
    }

    /// The same address with another port.
    func with(port: UInt16) -> SocketName {
        switch form {
        case .ipv4(let address, _):
            SocketName(Endpoint(address: IPAddress(ipv4: address), port: port))
        case .ipv6(let high, let low, _, let scope):
            SocketName(Endpoint(address: IPAddress(high: high, low: low), port: port), scope: scope)
        }
    }

    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        switch form {
        case .ipv4(let address, let port):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bigEndian
            return unsafe Self.lend(name, body)
        case .ipv6(let high, let low, let port, let scope):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            name.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) {
                unsafe $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return unsafe Self.lend(name, body)
        }
    }

    private static func lend<Name>(_ name: Name, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Name>.size))
            }
        }
    }

    /// The address that a call such as getsockname(2) writes; `nil` if the call fails.
    static func written(
        by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketName? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe call(address, &length) == 0 ? SocketName(address, length: length) : nil
            }
        }
    }
}
