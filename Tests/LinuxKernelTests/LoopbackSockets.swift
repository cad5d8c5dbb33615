import Foundation
import TCPWire

/// Sockets on this machine's loopback, closed with their last reference.
final class TestSocket {
    enum Failure: Error { case call(String, Int32) }

    let descriptor: Int32
    private var isClosed = false

    init(adopting descriptor: Int32) { self.descriptor = descriptor }

    init(ipv6: Bool = false) throws {
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.call("socket", errno) }
    }

    deinit { close() }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Foundation.close(descriptor)
    }

    static func listener(
        backlog: Int32 = 16, ipv6: Bool = false, port: UInt16 = 0, deferAccept: Bool = false,
        receiveBuffer: Int32? = nil
    ) throws -> TestSocket {
        let made = try TestSocket(ipv6: ipv6)
        // What is accepted has it too, and the window that the SYN-ACK offers is of it.
        if let receiveBuffer { made.set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        if deferAccept { made.set(Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, 30) }
        try check("bind", withAddress(loopback(ipv6: ipv6, port: port)) { bind(made.descriptor, $0, $1) })
        try check("listen", listen(made.descriptor, backlog))
        return made
    }

    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, 4)
    }

    func makeNonBlocking() { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }

    /// Connects; for a socket that does not block, begins to.
    func connect(to remote: Endpoint) throws {
        let result = Self.withAddress(remote) { Foundation.connect(descriptor, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else { throw Failure.call("connect", errno) }
    }

    static func connected(to remote: Endpoint) throws -> TestSocket {
        let made = try TestSocket(ipv6: !remote.address.isIPv4)
        try made.connect(to: remote)
        return made
    }

    func accept() throws -> TestSocket {
        let found = Foundation.accept(descriptor, nil, nil)
        guard found >= 0 else { throw Failure.call("accept", errno) }
        return TestSocket(adopting: found)
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure.call("send", errno)
        }
    }

    @discardableResult func receive() -> Int {
        var buffer = [UInt8](repeating: 0, count: 4096)
        return recv(descriptor, &buffer, buffer.count, 0)
    }

    func shutdownSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    var local: Endpoint { get throws { try name("getsockname", getsockname) } }
    var remote: Endpoint { get throws { try name("getpeername", getpeername) } }

    private func name(
        _ call: String, _ body: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws -> Endpoint {
        var bytes = [UInt8](repeating: 0, count: 28)
        var length = socklen_t(bytes.count)
        try Self.check(
            call,
            bytes.withUnsafeMutableBytes { buffer in
                guard let base = buffer.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
                return body(descriptor, base, &length)
            })
        let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        if length == 16 {
            return Endpoint(address: IPAddress(ipv4: bytes[4..<8].reduce(0) { $0 << 8 | UInt32($1) }), port: port)
        }
        func half(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return Endpoint(address: IPAddress(high: half(8..<16), low: half(16..<24)), port: port)
    }

    static func loopback(ipv6: Bool = false, port: UInt16 = 0) -> Endpoint {
        Endpoint(address: ipv6 ? IPAddress(high: 0, low: 1) : IPAddress(ipv4: 0x7f00_0001), port: port)
    }

    private static func check(_ call: String, _ result: Int32) throws {
        guard result == 0 else { throw Failure.call(call, errno) }
    }

    private static func withAddress(
        _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var bytes: [UInt8] = []
        func append<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
        }
        append(sa_family_t(endpoint.address.isIPv4 ? AF_INET : AF_INET6))
        append(endpoint.port.bigEndian)
        if let word = endpoint.address.ipv4 {
            append(word.bigEndian)
            append(UInt64(0))
        } else {
            append(UInt32(0))
            append(endpoint.address.high.bigEndian)
            append(endpoint.address.low.bigEndian)
            append(UInt32(0))
        }
        return bytes.withUnsafeBytes { buffer in
            guard let base = buffer.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
            return body(base, socklen_t(buffer.count))
        }
    }
}

/// Tries a condition again until it holds, at most some seconds: for what the kernel does a moment later.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<2000 {
        if try condition() { return true }
        usleep(2000)
    }
    return false
}
