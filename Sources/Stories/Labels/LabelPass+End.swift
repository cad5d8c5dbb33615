import TCPState
import TCPWire

extension LabelPass {
    /// What is known of one end so far. Its own numbers lie on ``line``, the other end's on the other's.
    struct End {
        var line = SequenceLine()
        var finder = OriginalFinder()
        /// Behind the highest number captured; `nil` before the first.
        var next: Int64?
        /// The highest of its numbers that the other end acknowledged, shown by the segment that did.
        var acknowledged: Shown?
        /// The right edge of the highest SACK block about its numbers.
        var sacked: Int64?
        /// Up to where an ACK spoke of numbers that were never captured.
        var unseen: Int64?
        /// The highest number of the other end that it acknowledged, shown by its segment that did so last.
        var lastACK: Shown?
        /// Its last segment whose window counts: no RST, none that is stray; and the last before it that offered another.
        var windowIndex: Int?
        var windowBefore: Int?
        /// Its longest payload that the other end's maximum segment size allows, in octets.
        var longest: UInt32 = 0
        /// What it sent again in smaller segments than at first.
        var pieces: [Piece] = []
        /// Where its numbers start, in a capture that starts in the middle with the first segment.
        var start: Shown?
        /// The last of its segments whose numbers were not believed.
        var suspects: [Int] = []
        /// Its last segment, and its last one with data or FIN.
        var last: Int?
        var lastData: Int?
        /// The duplicate ACKs in a row that it sent last.
        var duplicates: [Int] = []
        /// Its probe that has not been answered yet.
        var probe: Probe?
        /// Keep-alives in a row that nobody answered.
        var unansweredKeepAlives: [Int] = []
        /// What it has sent again, or asked with, since the other end was heard of.
        var unanswered: [Int] = []
        /// Window probes that carried an octet, by its place.
        var probedPlaces: [Int64: Int] = [:]
        /// What it sends again up to this number, it sends in the recovery that `starter` began.
        var recovery: (point: Int64, starter: Int)?
        var syn: SYNSeries?
        /// All its SYNs with their timestamps, the first ones of them.
        var synStamps: [(index: Int, value: UInt32)] = []
        var synAck: SYNSeries?
        var fin: Int?
        var maximumSegmentSize: UInt16?
        var sackPermitted: Bool?
        /// The least time it took to answer what it received, in nanoseconds, as seen from here.
        var fastestAnswer: Int64?
        var repeats = Repeats()
        var holes: [Hole] = []
        /// How many of the holes, which stand in order, have been acknowledged.
        var acknowledgedHoles = 0
        /// An RST whose number was not the one expected, until what follows tells what became of it.
        var doubtfulReset: Int?
        /// Its RSTs.
        var resets: [Int] = []
        /// What is known of its TTL, and of its checksums.
        var hopLimit = HopLimit()
        var sums = Sums()
    }

    /// A number on an end's line, and the segment that shows it.
    struct Shown {
        let place: Int64
        let index: Int
    }

    /// Part of a segment's numbers, sent again by itself.
    struct Piece {
        var index: Int
        var start: Int64
        var end: Int64
        var original: Int
        /// Behind the original's last number.
        var originalEnd: Int64
    }

    struct Probe {
        var index: Int
        var isKeepAlive: Bool
    }

    /// A SYN or SYN-ACK with those sent again.
    struct SYNSeries {
        var sequence: UInt32
        let first: Int
        var last: Int
        /// How often the timer had been backed off when it last fired, and how long it ran then; nanoseconds.
        var backoffs = 0
        var lastGap: Int64?
        /// The last that carried data.
        var withData: Int?
    }
}
