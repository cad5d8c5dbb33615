import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// One segment as the label pass uses it, its options read once.
struct SegmentFacts {
    /// The number of its packet.
    let number: Int
    /// The side that sent it.
    let side: Int
    let time: Timestamp
    let flags: TCPFlags
    let sequence: UInt32
    let acknowledgment: UInt32
    let payloadLength: UInt32
    let window: UInt16
    let headerLength: UInt8
    let hopLimit: UInt8
    /// The IPv4 identification; 0 for none.
    let identification: UInt32
    let checksum: ChecksumVerdict
    /// How the record counted it.
    let reading: SegmentReading
    /// When a segment reached the other end, if that is reported by whatever carried it.
    enum Arrival: Equatable {
        case unknown
        case at(Timestamp)
        /// It has not arrived by the end of the story.
        case never
    }

    /// What the segment turned out to be.
    let verdict: Verdict
    var arrival: SegmentFacts.Arrival
    /// Whether only the first of its IP fragments was captured, and the last ones are missing.
    let isBeginning: Bool
    /// Whether other packets come before it in its frame.
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

    /// A way in which the capture shows something that did not happen like this on the wire.
    enum Artefact: Equatable {
        /// The checksum is wrong, and the receiver dropped the segment.
        case corrupt
        /// The same packet captured again; with the packet number of the first one.
        case duplicate(of: Int)
    }

    /// `nil` for a segment that the capture shows as it was on the wire.
    var artefact: Artefact? {
        switch verdict {
        case .corrupt: .corrupt
        case .copy(let original): .duplicate(of: original)
        case .taken, .refused, .foreign: nil
        }
    }

    /// Its class; empty where the record did not count it.
    var classes: SegmentClass { reading.classes }

    /// The round trip that its acknowledgment ends, as the record measures it, in nanoseconds; `nil` for none.
    var roundTrip: Int64? {
        guard reading.classes.contains(.endsRoundTrip) else { return nil }
        return Int64(reading.roundTrip) * ConnectionRecord.tick
    }

    var isSYN: Bool { flags.contains(.syn) }
    var isACK: Bool { flags.contains(.ack) }
    var isFIN: Bool { flags.contains(.fin) }
    var isRST: Bool { flags.contains(.rst) }

    /// Whether it is a pure ACK: no data, no SYN, FIN or RST.
    var isPure: Bool { isACK && payloadLength == 0 && flags.isDisjoint(with: [.syn, .fin, .rst]) }

    /// How many numbers it takes up after a SYN: its payload, and one for a FIN.
    var length: UInt32 { payloadLength &+ (isFIN ? 1 : 0) }

    /// The SACK block that reports octets which came twice; `nil` for none.
    var duplicateBlock: SACKBlock? { isACK ? blocks.duplicate(below: acknowledgment) : nil }
}
