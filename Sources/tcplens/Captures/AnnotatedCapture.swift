import CaptureFile
import FlatMemory
import Narration
import Stories
import TCPWire
import Tracking

/// The packets of one connection, each with a comment that explains it, to be written as pcapng.
struct AnnotatedCapture {
    private struct Packet {
        let frame: [UInt8]
        let link: LinkType
        let time: Timestamp
        let originalLength: Int
        var comments: [String]
    }

    private let language: Language
    /// The packets, keyed by their numbers in the capture that they come from.
    private var packets: [Int: Packet] = [:]

    /// The comments on packets that are not segments of the connection: the ICMP errors about it, and the RST that
    /// ended it but belongs to the next connection. Keyed by their numbers in the source capture.
    private var others: [Int: [String]] = [:]

    /// Creates the capture of a story whose packets have the same numbers in the file that is written.
    init(_ story: ConnectionStory, _ language: Language) {
        self.language = language
        for step in story.steps { add(step, told: step) }
    }

    /// Creates the capture of a connection that was stored from a capture with other packets. A segment that came in IP
    /// fragments is written as all its fragments. The comments refer to packets by their numbers in the file that is
    /// written. Comments that the source capture has on a packet precede the new one.
    init(_ stored: StoredConnection, _ story: ConnectionStory, _ language: Language) {
        self.language = language
        let own = stored.renumbered
        let told = ConnectionStory(own) ?? story
        for (step, told) in zip(story.steps, told.steps) { add(step, told: told) }
        var words: [Int: [String]] = [:]
        for report in told.reports {
            let (what, remark) = (report.what, report.remark)
            words[report.error.number, default: []].append(
                Text(en: "\(what.english), \(remark.english)", zh: "\(what.chinese)，\(remark.chinese)")(language))
        }
        for (error, own) in zip(stored.errors, own.errors) { others[error.number] = words[own.number] ?? [] }
        if let reset = stored.endedBy { others[reset] = [FlowWords.endedFromNext(language)] }
    }

    /// - Parameter told: the same step with the numbers that the comments refer to, which may differ.
    private mutating func add(_ step: ConnectionStory.Step, told: ConnectionStory.Step) {
        let segment = step.segment
        let comments = segment.comments.kept.map(\.text) + [told.comment(language)]
        guard segment.fragments.isEmpty else {
            let part = FlowWords.fragment(of: told.segment.number)(language)
            for fragment in segment.fragments {
                let packet = Packet(
                    frame: fragment.frame, link: fragment.link, time: fragment.time,
                    originalLength: fragment.originalLength, comments: [])
                add(packet, fragment.number == segment.number ? comments : [part], fragment.number)
            }
            return
        }
        let packet = Packet(
            frame: segment.frame, link: segment.link, time: segment.time, originalLength: segment.originalLength,
            comments: [])
        add(packet, comments, segment.number)
    }

    /// One frame may hold several segments, and is written once.
    private mutating func add(_ packet: Packet, _ comments: [String], _ number: Int) {
        var known = packets[number] ?? packet
        for comment in comments where !known.comments.contains(comment) { known.comments.append(comment) }
        packets[number] = known
    }

    /// Adds the packets that are not segments of the connection, by reading the source capture again.
    ///
    /// - Returns: how many of these packets could not be read.
    mutating func addOthers(from reader: borrowing CaptureReader) throws(CaptureError) -> Int {
        guard let last = others.keys.max() else { return 0 }
        var missing = others.count
        guard var source = try reader.again() else { return missing }
        var packet = CapturedPacket()
        while packet.number < last, try source.next(&packet) {
            guard let words = others[packet.number] else { continue }
            missing -= 1
            let frame = source.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
            add(
                Packet(
                    frame: Array(copying: frame), link: LinkType(rawValue: packet.linkType), time: packet.time,
                    originalLength: packet.originalLength, comments: []),
                source.comments(of: packet).kept.map(\.text) + words, packet.number)
        }
        return missing
    }

    /// Writes the packets in the order of their numbers, with one interface for each link type. Where writing fails, a
    /// newly created file is removed.
    func write(to path: String, interfaceName: String? = nil, system: String? = nil) throws(CaptureError) {
        var writer = try PcapngWriter(path: path, application: "tcplens \(TCPLens.version)", system: system)
        do throws(CaptureError) {
            var interfaces: [UInt16: UInt32] = [:]
            for (_, packet) in packets.sorted(by: { $0.key < $1.key }) {
                let type = packet.link.rawValue
                let interface: UInt32
                if let known = interfaces[type] {
                    interface = known
                } else {
                    interface = try writer.addInterface(CaptureInterface(name: interfaceName, linkType: type))
                    interfaces[type] = interface
                }
                try writer.write(
                    packet.frame.octets, interface: interface, time: packet.time,
                    originalLength: packet.originalLength, comments: packet.comments)
            }
            try writer.flush()
        } catch {
            writer.discard()
            throw error
        }
        try writer.finish()
    }
}
