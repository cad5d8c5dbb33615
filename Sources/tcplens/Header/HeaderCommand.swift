import ArgumentParser
import CaptureFile
import Documents
import FlatMemory
import Lab
import Narration
import Passes
import Pictures
import TCPWire

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `tcplens header`: one segment's header bit by bit.
struct HeaderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "header",
        abstract: Text(en: "One segment's header, bit by bit.", zh: "逐位解读一个报文段的首部。").spoken,
        discussion: Text(
            en: """
                tcplens header capture.pcapng#4   packet 4 of a capture
                tcplens header 'c3501f90 10203040 00000000 5002ffff 1c460000'  a TCP header, an IP packet or a frame
                """,
            zh: """
                tcplens header capture.pcapng#4   抓包中的第 4 个报文
                tcplens header 'c3501f90 10203040 00000000 5002ffff 1c460000'  TCP 首部、IP 报文或以太网帧（十六进制）
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(
                en: "FILE#N, or hex; spaces and colons may stand in it.", zh: "FILE#N，或十六进制（可含空格、冒号）。"
            ).spoken, valueName: "file#n | hex"), completion: .file())
    var source: [String]

    @Flag(help: .init(Text(en: "The same facts as JSON.", zh: "以 JSON 输出同样的内容。").spoken))
    var json = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let canvas = output.canvas
        let reading = try read()
        let report = reading.report
        if json {
            try Screen.write(
                JSONDocument.text(HeaderFacts(report, others: reading.others, packets: reading.trace?.packets)))
        } else {
            let all = [report] + reading.others
            for (place, one) in all.enumerated() {
                if all.count > 1 { Screen.write(heading(place + 1, of: all.count, canvas)) }
                Screen.write(HeaderText(one, frame: reading.frame, canvas: canvas).lines())
            }
        }
        let trace = reading.trace?.text(isFirst: report.stop != .laterFragment)
        switch report.verdict {
        case .segment:
            if let trace, !json { Screen.write(Paragraph(canvas: canvas).lines(trace(canvas.language))) }
        case .quotedSegment:
            // Most ICMP errors quote only the beginning of the TCP header (RFC 792), so that a cut-off quotation is not
            // an error.
            if !json { Screen.write(Paragraph(canvas: canvas).lines(report.stopText(canvas.language))) }
        default:
            Screen.complain([canvas.language.speaker + (trace ?? report.stopText)(canvas.language)])
            switch report.stop {
            case .truncated, .invalid: throw ExitStatus.badInput
            default: throw ExitStatus.nothingMatched
            }
        }
    }

    private func heading(_ place: Int, of count: Int, _ canvas: Canvas) -> [String] {
        let text = Text(
            en: "TCP packet \(place) of \(count) in one 802.11 frame (A-MSDU):",
            zh: "同一个 802.11 帧（A-MSDU）中 \(count) 个 TCP 报文的第 \(place) 个：")
        return Paragraph(canvas: canvas).lines(text(canvas.language))
    }

    /// A report, and the octets of the frame that it describes.
    private struct Reading {
        let report: HeaderReport
        let frame: [UInt8]
        /// The reports on the other TCP packets in the same frame.
        var others: [HeaderReport] = []
        /// The trace of the packet's fragments, where the frame holds an IP fragment.
        var trace: FragmentTrace?
    }

    private func read() throws -> Reading {
        if source.count == 1, let (path, number) = Self.fileAndNumber(source[0]) {
            return try readPacket(number, in: path)
        }
        let text = source.joined(separator: " ")
        guard let octets = HexText.octets(text), !octets.isEmpty else { throw Self.notHeader(text) }
        return Reading(report: HeaderReport.guessing(octets), frame: octets)
    }

    private static func fileAndNumber(_ text: String) -> (String, Int)? {
        guard let mark = text.lastIndex(of: "#"), mark > text.startIndex else { return nil }
        let digits = text[text.index(after: mark)...]
        let magnitude = digits.hasPrefix("-") ? digits.dropFirst() : digits
        guard !magnitude.isEmpty, magnitude.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        // A number too large for `Int` is well formed nevertheless; it is read as the largest `Int`, and no capture has
        // such a packet.
        return (String(text[..<mark]), Int(digits) ?? .max)
    }

    private func readPacket(_ number: Int, in path: String) throws -> Reading {
        guard number > 0 else {
            throw Failure(
                .nothingMatched,
                Text(
                    en: "packets are counted from 1: there is no #\(number)", zh: "报文从 1 开始编号，没有 #\(number)"),
                next: [Text(en: "the first:  tcplens header \(path)#1", zh: "第一个：  tcplens header \(path)#1")])
        }
        do {
            var reader = try CaptureReader(path: path, spool: CaptureReader.isStream(path) ? Spool() : nil)
            var packet = CapturedPacket()
            while try reader.next(&packet) {
                guard packet.number == number else { continue }
                let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
                let octets = [UInt8](copying: frame)
                let link = LinkType(rawValue: packet.linkType)
                var reading = Reading(
                    report: HeaderReport(octets, link: link, originalLength: packet.originalLength), frame: octets)
                if reading.report.partCount > 1 {
                    reading.others = (0..<reading.report.partCount).map { part in
                        HeaderReport(octets, link: link, originalLength: packet.originalLength, part: part)
                    }.filter { $0.verdict == .segment }
                    if reading.report.verdict == .segment { reading.others.removeFirst() }
                }
                if reading.report.isFragment { reading.trace = try FragmentTrace(of: number, in: reader) }
                return reading
            }
            let ending = reader.ending ?? .complete
            if packet.number == 0, ending != .complete { throw Failure.nothingReadable(in: path) }
            throw Failure(
                .nothingMatched,
                Text(
                    en: "\(path) holds \(counted(packet.number, "packet")); there is no number \(number)",
                    zh: "\(path) 中共有 \(packet.number) 个报文，没有第 \(number) 个"),
                next: ending.explanation(path))
        } catch let error as CaptureError {
            throw Failure(error)
        }
    }

    private static func notHeader(_ text: String) -> Failure {
        if text.wholeMatch(of: /.+#.*/) == nil, FileManager.default.fileExists(atPath: text) {
            return Failure(
                .usage, Text(en: "which packet of \(text)?", zh: "要看 \(text) 的哪个报文？"),
                next: [Text(en: "the first:  tcplens header \(text)#1", zh: "第一个：  tcplens header \(text)#1")])
        }
        let shown = text.count > 40 ? text.prefix(40) + "..." : text[...]
        return Failure(
            .usage,
            Text(en: "'\(shown)' is neither FILE#N nor hex", zh: "'\(shown)' 既不是 FILE#N，也不是十六进制"),
            next: [
                Text(
                    en: "a packet of a capture:  tcplens header capture.pcapng#4",
                    zh: "抓包中的报文：  tcplens header capture.pcapng#4"),
                Text(
                    en: "or hex:  tcplens header 'c3501f90 10203040 00000000 5002ffff 1c460000'",
                    zh: "或十六进制：  tcplens header 'c3501f90 10203040 00000000 5002ffff 1c460000'"),
            ])
    }
}
