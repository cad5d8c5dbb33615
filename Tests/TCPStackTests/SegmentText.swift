import TCPState
import TCPStack
import TCPWire

/// Segments as text: `P. 1:101(100) ack 1 win 60000 <mss 1000,sackOK,wscale 7,TS 100 0,sack 5:9 11:13> urg 3 tos 2`.
enum SegmentText {
    static func parse(_ text: String, _ talk: Transcript) -> Segment? {
        var segment = Segment(from: talk.remote, to: talk.local)
        let (head, options) = parts(text)
        var words = head.split(separator: " ").map(String.init)[...]
        guard let letters = words.popFirst(), let flags = flags(letters), let range = words.popFirst(),
            let numbers = range.split(whereSeparator: { ":()".contains($0) }).map({ Int($0) }) as [Int?]?,
            numbers.count == 3, let start = numbers[0], let count = numbers[2]
        else { return nil }
        segment.flags = flags
        segment.sequence = SequenceNumber(talk.theirStart &+ UInt32(truncatingIfNeeded: start))
        segment.payload = Transcript.text(count, from: start - 1)
        segment.window = 60_000
        while let word = words.popFirst() {
            guard let value = words.popFirst().flatMap({ Int($0) }) else { return nil }
            switch word {
            case "ack":
                segment.acknowledgment = SequenceNumber((talk.ourStart ?? 0) &+ UInt32(truncatingIfNeeded: value))
            case "win": segment.window = UInt16(clamping: value)
            case "urg": segment.urgentPointer = UInt16(clamping: value)
            case "tos": segment.trafficClass = UInt8(clamping: value)
            default: return nil
            }
        }
        segment.options = self.options(options, base: talk.ourStart ?? 0)
        return segment
    }

    /// `nil` where every part that `text` has is the same in `segment`.
    static func differs(_ segment: Segment, from text: String, _ talk: Transcript) -> String? {
        let shown = render(segment, talk)
        let (head, options) = parts(text)
        let words = head.split(separator: " ").map(String.init)
        let shownWords = parts(shown).0.split(separator: " ").map(String.init)
        guard words.prefix(2) == shownWords.prefix(2) else { return shown }
        for index in stride(from: 2, to: words.count - 1, by: 2) {
            guard let place = shownWords.firstIndex(of: words[index]), shownWords[place + 1] == words[index + 1] else {
                return shown
            }
        }
        let shownOptions = parts(shown).1
        return options.allSatisfy { shownOptions.contains($0) } ? nil : shown
    }

    static func render(_ segment: Segment, _ talk: Transcript) -> String {
        let letters: [(TCPFlags, String)] = [
            (.syn, "S"), (.fin, "F"), (.psh, "P"), (.rst, "R"), (.urg, "U"), (.ece, "E"), (.cwr, "W"), (.ack, "."),
        ]
        var text = letters.filter { segment.flags.contains($0.0) }.map(\.1).joined()
        let start = Int32(bitPattern: segment.sequence.rawValue &- (talk.ourStart ?? 0))
        let isForeign = segment.flags.contains(.rst) && segment.sequence.rawValue == 0
        let first = isForeign ? 0 : start
        text += " \(first):\(Int(first) + segment.payload.count)(\(segment.payload.count))"
        if segment.flags.contains(.ack) { text += " ack \(segment.acknowledgment.rawValue &- talk.theirStart)" }
        text += " win \(segment.window)"
        if segment.flags.contains(.urg) { text += " urg \(segment.urgentPointer)" }
        text += " tos \(segment.trafficClass) ttl \(segment.hopLimit)"
        var options: [String] = []
        if let size = segment.options.maximumSegmentSize { options.append("mss \(size)") }
        if segment.options.sackPermitted { options.append("sackOK") }
        if let stamps = segment.options.timestamps { options.append("TS \(stamps.value) \(stamps.echoReply)") }
        if segment.options.timestamps != nil { options.append("TS") }
        if let shift = segment.options.windowScale { options.append("wscale \(shift)") }
        if let option = segment.options.fastOpen {
            options.append(fastOpen(option))
        } else if segment.flags.contains(.syn) {
            options.append("noFO")
        }
        if !segment.options.sack.isEmpty {
            let blocks = segment.options.sack.map {
                "\($0.left &- talk.theirStart):\($0.right &- talk.theirStart)"
            }
            options.append("sack " + blocks.joined(separator: " "))
        } else if !options.isEmpty {
            options.append("nosack")
        }
        if options.isEmpty { options.append("none") }
        return text + " <" + options.joined(separator: ",") + ">"
    }

    /// `FO 0102030405060708`, `FOEXP`.
    static func fastOpen(_ option: FastOpenOption) -> String {
        let octets = option.octets.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        return (option.isExperimental ? "FOEXP" : "FO") + (octets.isEmpty ? "" : " " + octets)
    }

    private static func cookie(_ hex: String) -> FastOpenOption? {
        let digits = Array(hex)
        let octets = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return FastOpenOption(octets)
    }

    private static func parts(_ text: String) -> (String, [String]) {
        let pieces = text.split(separator: "<", maxSplits: 1).map(String.init)
        guard pieces.count == 2 else { return (text, []) }
        let inside = pieces[1].split(separator: ">", omittingEmptySubsequences: false).map(String.init)
        let rest = inside.count > 1 ? inside[1] : ""
        return (pieces[0] + rest, inside[0].split(separator: ",").map(String.init))
    }

    private static func flags(_ letters: String) -> TCPFlags? {
        var flags: TCPFlags = []
        for letter in letters {
            switch letter {
            case "S": flags.insert(.syn)
            case "F": flags.insert(.fin)
            case "P": flags.insert(.psh)
            case "R": flags.insert(.rst)
            case "U": flags.insert(.urg)
            case "E": flags.insert(.ece)
            case "W": flags.insert(.cwr)
            case ".": flags.insert(.ack)
            case "-": break
            default: return nil
            }
        }
        return flags
    }

    private static func options(_ list: [String], base: UInt32) -> SegmentOptions {
        var options = SegmentOptions()
        for option in list {
            let words = option.split(separator: " ").map(String.init)
            let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
            switch words.first {
            case "mss": options.maximumSegmentSize = UInt16(clamping: number)
            case "wscale": options.windowScale = UInt8(clamping: number)
            case "FO": options.fastOpen = cookie(words.count > 1 ? words[1] : "")
            case "sackOK": options.sackPermitted = true
            case "TS":
                let echo = words.count > 2 ? UInt32(words[2]) ?? 0 : 0
                options.timestamps = TCPTimestamps(value: UInt32(truncatingIfNeeded: number), echoReply: echo)
            case "sack":
                let blocks = words.dropFirst().map { $0.split(separator: ":").compactMap { UInt32($0) } }
                options.sack = SACKBlocks(blocks.map { SACKBlock(left: base &+ $0[0], right: base &+ $0[1]) })
            default: break
            }
        }
        return options
    }
}
