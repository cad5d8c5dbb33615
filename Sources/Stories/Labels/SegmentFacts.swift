import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// One segment as the label pass uses it, its options read once.
struct SegmentFacts {
    /// Its packet's number.
    let number: Int
    /// The half it came from, in the record's order.
    let side: Int
    let time: Timestamp
    let flags: TCPFlags
    let sequence: UInt32
    let acknowledgment: UInt32
    let payloadLength: UInt32
    let window: UInt16
    let headerLength: UInt8
    let hopLimit: UInt8
    /// IPv4 identification; 0 says nothing.
    let identification: UInt32
    let checksum: ChecksumVerdict
    /// What it is by the record's count.
    let reading: SegmentReading
    /// When a segment reached the other end, where whoever carried it tells.
    enum Arrival: Equatable {
        case unknown
        case at(Timestamp)
        /// Not as far as the story goes.
        case never
    }

    /// What it turned out to be.
    let verdict: Verdict
    var arrival: SegmentFacts.Arrival
    /// Whether it is the first of its IP fragments, whose last ones are not in the capture.
    let isBeginning: Bool
    /// Whether it stands behind others in its frame.
    let sharesFrame: Bool
    /// The octets of its payload that were captured.
    let payload: ArraySlice<UInt8>
    private(set) var timestamps: TCPTimestamps?
    private(set) var blocks: SACKBlocks = []
    private(set) var maximumSegmentSize: UInt16?
    private(set) var sackPermitted = false
    private(set) var fastOpen: FastOpenCookie?

    init(_ segment: StoredSegment, side: Int, _ reading: SegmentReading, arrival: SegmentFacts.Arrival) {
        self.reading = reading
        verdict = segment.verdict
        self.arrival = arrival
        let header = segment.header
        isBeginning = header.isFirstFragment
        sharesFrame = segment.part > 0
        payload = segment.payload
        let frame = segment.frame.octets
        number = segment.number
        self.side = side
        time = segment.time
        flags = header.flags
        sequence = header.sequence
        acknowledgment = header.acknowledgment
        payloadLength = header.payloadLength
        window = header.window
        headerLength = header.headerLength
        hopLimit = header.hopLimit
        identification = header.identification
        checksum = TCPChecksum.verify(header, in: frame)
        guard header.headerLength > 20 else { return }
        var cursor = TCPOptionCursor(header)
        while let option = cursor.next(in: frame) {
            switch option {
            case .timestamps(let stamps): timestamps = stamps
            case .sack(let found): blocks = found
            case .maximumSegmentSize(let size): maximumSegmentSize = size
            case .sackPermitted: sackPermitted = true
            case .fastOpen(let cookie, _): fastOpen = cookie
            default: break
            }
        }
    }

    /// What stands in a capture and did not happen so on the wire, or happened to a copy.
    enum Artefact: Equatable {
        /// Its checksum is wrong, and its receiver dropped it.
        case corrupt
        /// The same packet seen again; the number is the first one's.
        case duplicate(of: Int)
    }

    /// `nil` for what really happened.
    var artefact: Artefact? {
        switch verdict {
        case .corrupt: .corrupt
        case .copy(let original): .duplicate(of: original)
        case .taken, .refused, .foreign: nil
        }
    }

    /// Its class; empty where it was nothing to the connection.
    var classes: SegmentClass { reading.classes }

    /// The round trip that its acknowledgment ends by the record's timer, in nanoseconds.
    var roundTrip: Int64? {
        guard reading.classes.contains(.endsRoundTrip) else { return nil }
        return Int64(reading.roundTrip) * ConnectionRecord.tick
    }

    var isSYN: Bool { flags.contains(.syn) }
    var isACK: Bool { flags.contains(.ack) }
    var isFIN: Bool { flags.contains(.fin) }
    var isRST: Bool { flags.contains(.rst) }

    /// Only an acknowledgment: no data, nothing that takes a number.
    var isPure: Bool { isACK && payloadLength == 0 && flags.isDisjoint(with: [.syn, .fin, .rst]) }

    /// What it takes up behind its SYN: payload, and one for a FIN.
    var length: UInt32 { payloadLength &+ (isFIN ? 1 : 0) }

    /// Tells of octets that came twice.
    var duplicateBlock: SACKBlock? { isACK ? blocks.duplicate(below: acknowledgment) : nil }
}
