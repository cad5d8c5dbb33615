import FlatMemory

/// What a file that is no capture seems to be, judged by its first octets.
public enum FileKind: String, Sendable, CaseIterable {
    case unknown
    case text
    /// Text from which `text2pcap` makes a capture: lines of an offset and octets in hexadecimal.
    case hexDump
    case png, jpeg, gif, pdf, elf, html, json
    /// Compressed or archived by something other than gzip: it may contain a capture.
    case zip, xz, lzma, bzip2, zstandard, lz4, lzip, lzop, compress, sevenZip, rar, tar
    /// Captures of other tools.
    case networkMonitor, sniffer, netXRay, observer, visualNetworks, lanalyzer, fiveViews, k12, k12Text, erf, iptrace
    case netScaler, peek, nettl, ixia, bluetoothSnoop, blf, apple

    /// How a capture can be made from the file.
    public enum Remedy: Sendable, Equatable {
        /// With a program that writes the unpacked file to its standard output.
        case unpack(String)
        /// With a program that takes the path of the file to read and that of the file to write.
        case convert(String)
    }

    /// The program that unpacks or converts a file of this kind; `nil` where none can make packets of it.
    public var remedy: Remedy? {
        switch self {
        case .zip: .unpack("unzip -p")
        case .xz: .unpack("xzcat")
        case .lzma: .unpack("lzcat")
        case .bzip2: .unpack("bzcat")
        case .zstandard: .unpack("zstdcat")
        case .lz4: .unpack("lz4cat")
        case .lzip: .unpack("lzip -dc")
        case .lzop: .unpack("lzop -dc")
        case .compress: .unpack("uncompress -c")
        case .sevenZip: .unpack("7z x -so")
        case .rar: .unpack("unrar p -inul")
        case .tar: .unpack("tar xOf")
        case .networkMonitor, .sniffer, .netXRay, .observer, .visualNetworks, .lanalyzer, .fiveViews, .k12, .k12Text,
            .erf, .iptrace, .netScaler, .peek, .nettl, .ixia:
            .convert("editcap")
        case .hexDump: .convert("text2pcap")
        case .unknown, .text, .png, .jpeg, .gif, .pdf, .elf, .html, .json, .bluetoothSnoop, .blf, .apple: nil
        }
    }

    private static let beginnings: [(bytes: [UInt8], kind: FileKind)] = [
        ([0x89, 0x50, 0x4e, 0x47], .png),
        ([0xff, 0xd8, 0xff], .jpeg),
        (Array("GIF8".utf8), .gif),
        (Array("%PDF".utf8), .pdf),
        ([0x7f, 0x45, 0x4c, 0x46], .elf),
        ([0x50, 0x4b, 0x03, 0x04], .zip),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], .xz),
        ([0x5d, 0x00, 0x00], .lzma),
        (Array("BZh".utf8), .bzip2),
        ([0x28, 0xb5, 0x2f, 0xfd], .zstandard),
        ([0x04, 0x22, 0x4d, 0x18], .lz4),
        (Array("LZIP".utf8), .lzip),
        ([0x89, 0x4c, 0x5a, 0x4f, 0x00], .lzop),
        ([0x1f, 0x9d], .compress),
        ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .sevenZip),
        (Array("Rar!\u{1a}\u{7}".utf8), .rar),
        (Array("GMBU".utf8), .networkMonitor),
        (Array("RTSS".utf8), .networkMonitor),
        (Array("TRSNIFF data".utf8), .sniffer),
        (Array("XCP\0".utf8), .netXRay),
        (Array("ObserverPktBuffe".utf8), .observer),
        ([0x05, 0x56, 0x4e, 0x46], .visualNetworks),
        ([0x01, 0x10, 0x4c, 0x00, 0x01, 0x05], .lanalyzer),
        ([0xaa, 0xaa, 0xaa, 0xaa], .fiveViews),
        ([0x00, 0x00, 0x02, 0x00, 0x12, 0x05, 0x00, 0x10], .k12),
        (Array("+---------+---------------+----------+".utf8), .k12Text),
        (Array("iptrace ".utf8), .iptrace),
        (Array("NetScaler".utf8), .netScaler),
        ([0x7f, 0x76, 0x65, 0x72], .peek),
        ([0x54, 0x52, 0x00, 0x64, 0x00], .nettl),
        ([0x1c, 0x00, 0x01, 0xac], .ixia), ([0xac, 0x01, 0x00, 0x1c], .ixia),
        ([0x1c, 0x00, 0x01, 0xab], .ixia), ([0xab, 0x01, 0x00, 0x1c], .ixia),
        (Array("btsnoop\0".utf8), .bluetoothSnoop),
        (Array("LOGG".utf8), .blf),
        (Array("bplist".utf8), .apple),
    ]

    init(firstBytes bytes: RawSpan) {
        func begins(with beginning: [UInt8], at offset: Int = 0) -> Bool {
            bytes.byteCount - offset >= beginning.count
                && beginning.indices.allSatisfy { bytes.octet(at: offset + $0) == beginning[$0] }
        }
        if let found = FileKind.beginnings.first(where: { begins(with: $0.bytes) }) {
            self = found.kind
        } else if begins(with: Array("ustar".utf8), at: 257) {
            self = .tar
        } else if let text = FileKind.text(in: bytes) {
            self = FileKind.kind(ofText: text)
        } else {
            self = FileKind.isERF(bytes) ? .erf : .unknown
        }
    }

    /// The file's first octets as text; `nil` where they contain control characters that do not occur in text: any but
    /// tab, line feed, form feed, carriage return and escape.
    private static func text(in bytes: RawSpan) -> String? {
        guard bytes.byteCount > 0 else { return nil }
        let octets = (0..<min(bytes.byteCount, 512)).map { bytes.octet(at: $0) }
        let isText = octets.allSatisfy { octet in
            switch octet {
            case 0x09, 0x0a, 0x0c, 0x0d, 0x1b: true
            default: octet >= 0x20 && octet != 0x7f
            }
        }
        return isText ? String(decoding: octets, as: UTF8.self) : nil
    }

    private static func kind(ofText text: String) -> FileKind {
        let lower = text.lowercased().drop { $0.isWhitespace }
        if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") { return .html }
        if isJSON(lower) { return .json }
        // The first line has an offset of four or more digits, all zero, and then octets of two digits.
        let line = lower.prefix { !$0.isNewline }.split(separator: " ")
        if line.count >= 5, line[0].count >= 4, line[0].allSatisfy({ $0 == "0" || $0 == ":" }),
            line[1...4].allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isHexDigit) })
        {
            return .hexDump
        }
        return .text
    }

    /// Whether an object begins, or an array of objects, arrays or strings. A bracket alone does not prove it: it also
    /// begins timestamps in logs, headings, RTF and templates.
    private static func isJSON(_ text: Substring) -> Bool {
        let next = text.dropFirst().first { !$0.isWhitespace }
        return switch text.first {
        case "{": next == "\"" || next == "}"
        case "[": next == "{" || next == "[" || next == "\"" || next == "]"
        default: false
        }
    }

    /// Endace's records have no magic number. The file counts as such if its first record has a known type, and its
    /// length leads to further records like it.
    private static func isERF(_ bytes: RawSpan) -> Bool {
        var place = 0
        for _ in 0..<3 {
            guard bytes.byteCount - place >= 16 else { return place > 0 && place == bytes.byteCount }
            let type = bytes.octet(at: place + 8) & 0x7f
            let length = Int(bytes.uint16(at: place + 10, swapped: true))
            guard type >= 1, type <= 48, length >= 16 else { return false }
            place += length
        }
        return true
    }
}
