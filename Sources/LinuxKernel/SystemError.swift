#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call that failed.
public struct SystemError: Error, Hashable, Sendable {
    /// The call's name, as its manual page has it.
    public let call: String
    /// Its errno.
    public let code: Int32

    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// What the C library says of the errno: `Permission denied`.
    public var message: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The error that errno holds now.
    package static func last(_ call: String) -> SystemError { SystemError(call: call, code: errno) }
}

extension SystemError: CustomStringConvertible {
    /// `connect: Permission denied`.
    public var description: String { "\(call): \(message)" }
}
