#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The names of TCP's ports, as `/etc/services` gives them (services(5)). No name service is asked.
public struct ServiceNames: Sendable {
    private let ports: [String: UInt16]

    /// Reads the file's text: a name, `port/protocol`, aliases; `#` begins a comment.
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

    /// This machine's; without names where there is no such file.
    public static var ofThisMachine: ServiceNames {
        ServiceNames(text: WholeFile.text("/etc/services") ?? "")
    }

    /// The port of a name or an alias; `nil` for a name that is not in the file.
    public func port(_ name: String) -> UInt16? { ports[name] }

    /// All names, in order.
    public var all: [String] { ports.keys.sorted() }
}

/// A small file of the system, read at once.
enum WholeFile {
    /// At most a megabyte of it; `nil` where it cannot be opened.
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
