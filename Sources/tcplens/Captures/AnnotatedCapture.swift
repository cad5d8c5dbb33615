import CaptureFile
import FlatMemory
import Narration
import Stories
import TCPWire
import Tracking

/// One connection's packets, each with what it is as its comment, to be kept as pcapng.
struct AnnotatedCapture {
    private struct Packet {
        let frame: [UInt8]
        let link: LinkType
        let time: Timestamp
        let originalLength: Int
        var comments: [String]
    }

    private let language: Language
    /// By their numbers in the capture that they come from.
    private var packets: [Int: Packet] = [:]

    /// What is said of packets that are none of its segments: the ICMP errors about it, and the RST that ended it from within the
    /// next connection. By their numbers there.
    private var others: [Int: [String]] = [:]

    /// The packets of a story whose numbers are those of the file that is written.
    init(_ story: ConnectionStory, _ language: Language) {
        self.language = language
        for step in story.steps { add(step, told: step) }
    }

    /// The packets of a connection that lies among others, of a segment that came in IP fragments all of these. The comments call
    /// packets by their numbers in the file that is written. What the capture says of a packet itself stays before them.
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

    /// - Parameter told: the same step as it is told, which may have another number.
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

    /// Adds the packets that are none of its segments, which are read again.
    ///
    /// - Returns: how many could not be.
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

    /// Writes them in the order of their numbers, on one interface for each link type. A new file that could not be written is gone
    /// again.
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
