#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A kernel's name and release, as uname(2) reports them.
public struct KernelVersion: Hashable, Sendable {
    /// The kernel's name: `Linux`.
    public let system: String
    /// The kernel's release: `6.18.44-generic`.
    public let release: String
    /// The numbers that the release begins with: `[6, 18, 44]`.
    public let numbers: [Int]

    /// A kernel by the values of uname(2); up to three ``numbers`` are read from the release.
    public init(system: String, release: String) {
        self.system = system
        self.release = release
        numbers = release.prefix { $0.isNumber || $0 == "." }.split(separator: ".").prefix(3).compactMap { Int($0) }
    }

    /// The kernel of this machine.
    public static let current: KernelVersion = {
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return KernelVersion(system: "unknown", release: "") }
        return KernelVersion(system: text(&names.sysname), release: text(&names.release))
    }()

    private static func text<Field>(_ field: inout Field) -> String {
        unsafe withUnsafeBytes(of: &field) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension KernelVersion: CustomStringConvertible {
    /// The kernel's name and the first two numbers of its release: `Linux 6.18`.
    public var description: String {
        "\(system) \(numbers.prefix(2).map(String.init).joined(separator: "."))"
    }
}
