#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The kernel that runs here, as uname(2) names it.
public struct KernelVersion: Hashable, Sendable {
    /// `Linux`.
    public let system: String
    /// `6.18.44-generic`.
    public let release: String
    /// The numbers that the release begins with: `[6, 18, 44]`.
    public let numbers: [Int]

    /// A kernel by what uname(2) says of it; up to three ``numbers`` are read off the release.
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
    /// `Linux 6.18`: what a heading needs.
    public var description: String {
        "\(system) \(numbers.prefix(2).map(String.init).joined(separator: "."))"
    }
}
