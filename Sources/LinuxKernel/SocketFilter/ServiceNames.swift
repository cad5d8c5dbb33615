#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The names of TCP ports from the file `/etc/services` (services(5)). No name service is queried.
public struct ServiceNames: Sendable {
    private let ports: [String: UInt16]

    /// Parses the text of the file, whose lines hold a name, `port/protocol` and aliases; `#` begins a comment.
    public init(text: String) {
        var ports: [String: UInt16] = [:]
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, words[1].hasSuffix("/tcp"), let port = UInt16(words[1].dropLast(4)) else {
                continue
            }
            for name in [words[0]] + words[2...] where ports[String(name)] == nil { ports[String(name)] = port }
        }
        self.ports = ports
    }

    /// The names on this machine; none if the file does not exist.
    public static var ofThisMachine: ServiceNames {
        ServiceNames(text: WholeFile.text("/etc/services") ?? "")
    }

    /// The port with this name or alias; `nil` if the file does not have it.
    public func port(_ name: String) -> UInt16? { ports[name] }

    /// All names and aliases, sorted.
    public var all: [String] { ports.keys.sorted() }
}

/// Reads a small file of the system in one piece.
enum WholeFile {
    /// The first megabyte of the file as text; `nil` if it cannot be opened.
    static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16384)
        while bytes.count < 1 << 20 {
            let count = unsafe read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += block[0..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
