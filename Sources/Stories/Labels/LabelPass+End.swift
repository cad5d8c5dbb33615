import TCPState
import TCPWire

extension LabelPass {
    /// What is known of one end so far. Its own numbers are places on ``line``, the other end's are places on the other
    /// end's line.
    struct End {
        var line = SequenceLine()
        var finder = OriginalFinder()
        /// The place after the highest number captured; `nil` before the first.
        var next: Int64?
        /// The highest of its numbers that the other end acknowledged, with the segment that did so.
        var acknowledged: Shown?
        /// The highest right edge of a SACK block about its numbers.
        var sacked: Int64?
        /// The highest place up to which an ACK covered numbers that were never captured.
        var unseen: Int64?
        /// The highest number of the other end that this end acknowledged, with the last of its segments that did so.
        var lastACK: Shown?
        /// Its last segment whose window counts (no RST, not stray); and the last one before that with another window.
        var windowIndex: Int?
        var windowBefore: Int?
        /// The longest payload that it sent and that the other end's maximum segment size allows, in octets.
        var longest: UInt32 = 0
        /// Parts of segments that it sent again in smaller segments.
        var pieces: [Piece] = []
        /// Where its numbers start. In a capture that starts in the middle, this is the first segment.
        var start: Shown?
        /// The latest of its segments whose numbers were not believed.
        var suspects: [Int] = []
        /// Its last segment, and its last one with data or FIN.
        var last: Int?
        var lastData: Int?
        /// Its latest duplicate ACKs in a row.
        var duplicates: [Int] = []
        /// Its probe that has not been answered yet.
        var probe: Probe?
        /// Its latest keep-alives in a row that nobody answered.
        var unansweredKeepAlives: [Int] = []
        /// Its retransmissions and probes since the other end last sent something.
        var unanswered: [Int] = []
        /// Its window probes that carried an octet, by the octet's place.
        var probedPlaces: [Int64: Int] = [:]
        /// The recovery that it is in: what it sends again below `point` belongs to the recovery that the segment
        /// `starter` began.
        var recovery: (point: Int64, starter: Int)?
        var syn: SYNSeries?
        /// Its SYNs with their timestamps, up to a limit.
        var synStamps: [(index: Int, value: UInt32)] = []
        var synAck: SYNSeries?
        var fin: Int?
        var maximumSegmentSize: UInt16?
        var sackPermitted: Bool?
        /// The shortest time that it took to answer a segment, in nanoseconds, as seen at the capture point.
        var fastestAnswer: Int64?
        var repeats = Repeats()
        var holes: [Hole] = []
        /// How many of the holes, which are in order, have been acknowledged.
        var acknowledgedHoles = 0
        /// An RST of this end whose number was not the expected one, until later segments show what became of it.
        var doubtfulReset: Int?
        /// All its RSTs.
        var resets: [Int] = []
        /// What is known of its TTL and of its checksums.
        var hopLimit = HopLimit()
        var sums = Sums()
    }

    /// A place on an end's line, and the segment that shows it.
    struct Shown {
        let place: Int64
        let index: Int
    }

    /// A part of a segment's numbers that was sent again by itself.
    struct Piece {
        var index: Int
        var start: Int64
        var end: Int64
        var original: Int
        /// The place after the original's last number.
        var originalEnd: Int64
    }

    struct Probe {
        var index: Int
        var isKeepAlive: Bool
    }

    /// A SYN or SYN-ACK, with its retransmissions.
    struct SYNSeries {
        var sequence: UInt32
        let first: Int
        var last: Int
        /// How often its timer had been backed off when it last expired, and how long it had run then, in nanoseconds.
        var backoffs = 0
        var lastGap: Int64?
        /// The latest one that carried data.
        var withData: Int?
    }
}
