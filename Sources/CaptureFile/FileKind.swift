import FlatMemory

/// What a file that is no capture seems to be, by its first bytes.
public enum FileKind: String, Sendable, CaseIterable {
    case unknown
    case text
    case png, jpeg, gif, pdf, elf
    /// Packed by something other than gzip: perhaps a capture once unpacked.
    case zip, xz, bzip2, zstandard, lz4
    /// Captures of other tools: Solaris snoop, Microsoft Network Monitor.
    case snoop, networkMonitor

    private static let beginnings: [(bytes: [UInt8], kind: FileKind)] = [
        ([0x89, 0x50, 0x4e, 0x47], .png),
        ([0xff, 0xd8, 0xff], .jpeg),
        (Array("GIF8".utf8), .gif),
        (Array("%PDF".utf8), .pdf),
        ([0x7f, 0x45, 0x4c, 0x46], .elf),
        ([0x50, 0x4b, 0x03, 0x04], .zip),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], .xz),
        (Array("BZh".utf8), .bzip2),
        ([0x28, 0xb5, 0x2f, 0xfd], .zstandard),
        ([0x04, 0x22, 0x4d, 0x18], .lz4),
        (Array("snoop\0".utf8), .snoop),
        (Array("GMBU".utf8), .networkMonitor),
        (Array("RTSS".utf8), .networkMonitor),
    ]

    init(firstBytes bytes: RawSpan) {
        for (beginning, kind) in FileKind.beginnings where bytes.byteCount >= beginning.count {
            if beginning.indices.allSatisfy({ bytes.octet(at: $0) == beginning[$0] }) {
                self = kind
                return
            }
        }
        // Control characters other than tab, line feed, form feed, carriage return and escape are not text's.
        let isText = (0..<min(bytes.byteCount, 512)).allSatisfy { index in
            switch bytes.octet(at: index) {
            case 0x09, 0x0a, 0x0c, 0x0d, 0x1b: true
            case let byte: byte >= 0x20 && byte != 0x7f
            }
        }
        self = isText && bytes.byteCount > 0 ? .text : .unknown
    }
}
