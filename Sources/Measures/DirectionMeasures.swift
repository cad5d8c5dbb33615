import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What one end sent, measured: the counterpart of what `tcptrace -l` reports for a direction. Octets are of TCP
/// payload unless said otherwise, times are nanoseconds.
///
/// What the record already counts is not counted here again, but read from it: ``cursor``.
public struct DirectionMeasures: Sendable, BitwiseCopyable {
    /// The record's half for this direction; filled in when the measures are asked for.
    var cursor = HalfConnection()

    // MARK: Segments

    /// Octets of IP packets, headers included.
    public internal(set) var packetOctets: UInt64 = 0
    /// Segments with an ACK and nothing else: no payload, no SYN, FIN or RST.
    public internal(set) var pureAcknowledgments = 0
    /// Segments with PSH.
    public internal(set) var pushes = 0
    /// Segments with SYN.
    public internal(set) var syns = 0
    /// Segments with FIN.
    public internal(set) var fins = 0
    /// Segments with RST.
    public internal(set) var resets = 0
    /// Segments with URG.
    public internal(set) var urgents = 0
    /// The time to live (hop limit) of the first segment that was not an RST, since devices on the way often send
    /// those; 0 for none.
    public internal(set) var hopLimit: UInt8 = 0

    // MARK: Data

    /// Segments with payload.
    public internal(set) var dataSegments = 0
    /// Payload octets as sent: those that were sent again count each time.
    public internal(set) var payloadOctets: UInt64 = 0
    /// The largest payload of a data segment, in octets.
    public internal(set) var largestPayload: UInt32 = 0
    /// The smallest payload of a data segment, in octets; 0 where there was none.
    public internal(set) var smallestPayload: UInt32 = 0
    /// Octets that were sent before the other end acknowledged any data.
    public internal(set) var initialWindow: UInt64 = 0
    /// Octets that the other end acknowledged but that were never captured.
    public internal(set) var missingOctets: UInt64 = 0
    /// Segments whose numbers were not believed, and that no later segment bore out: ``SegmentClass/stray``.
    public internal(set) var straySegments = 0
    /// Segments of which the capture holds the payload only in part.
    public internal(set) var truncatedSegments = 0
    /// Payload octets of those segments that are missing in the capture.
    public internal(set) var truncatedOctets: UInt64 = 0
    /// Keep-alives: ``SegmentClass/keepAlive``.
    public internal(set) var keepAlives = 0
    /// Window probes: ``SegmentClass/windowProbe``.
    public internal(set) var windowProbes = 0
    /// When the first data segment was captured, and the latest time of a data segment since.
    private var firstData: Int64?
    private var lastData: Int64?

    // MARK: Acknowledgments and windows

    /// Runs of three or more duplicate ACKs, which make the other end send again (fast retransmit).
    public internal(set) var tripleDuplicates = 0
    /// Segments with SACK blocks (RFC 2018).
    public internal(set) var sackSegments = 0
    /// Segments with a D-SACK (RFC 2883).
    public internal(set) var dsackSegments = 0
    /// The largest window offered, in octets if ``isWindowScaleKnown``, otherwise as in the header field.
    public internal(set) var windowMaximum: UInt32 = 0
    /// The smallest window offered, in the unit of ``windowMaximum``.
    public internal(set) var windowMinimum: UInt32 = 0
    private var windowTotal: UInt64 = 0
    private var windowCount: UInt64 = 0
    /// Whether enough of the handshake's options was captured to tell by how much the window field is scaled.
    public internal(set) var isWindowScaleKnown = false
    /// The most octets that were in flight (sent and not acknowledged), as seen at the capture point.
    public internal(set) var flightMaximum: UInt64 = 0
    /// Options of the SYN; `nil` where it was not captured.
    public internal(set) var options: SYNOptions?

    // MARK: Time

    /// The longest pause between two successive segments of this direction.
    public internal(set) var idleMaximum: Int64 = 0
    /// Round trips from the capture point to the other end and back.
    public internal(set) var roundTrips = RoundTrips()

    /// The latest time of this direction's segments so far. After a clock was set back, earlier times do not count as a
    /// pause.
    private var latest: Int64?
    private var duplicateRun = 0

    init() {}
}

extension DirectionMeasures {
    /// The number of segments of this direction, of any kind.
    public var segments: Int { Int(cursor.segments) }
    /// Octets in sequence space: each counted once, including those that were acknowledged but not captured.
    public var octets: UInt64 { cursor.streamBytes }
    /// ``HalfConnection/retransmittedSegments``: segments whose numbers were sent before.
    public var retransmittedSegments: Int { Int(cursor.retransmittedSegments) }
    /// Payload octets that were sent again; the count stays at 2^32 - 1.
    public var retransmittedOctets: UInt64 { UInt64(cursor.retransmittedBytes) }
    /// ``HalfConnection/outOfOrderSegments``: segments that others overtook.
    public var outOfOrderSegments: Int { Int(cursor.outOfOrderSegments) }
    /// The number of segments of the class ``SegmentClass/duplicateACK``.
    public var duplicateAcknowledgments: Int { Int(cursor.duplicateAcknowledgments) }
    /// The number of segments of the class ``SegmentClass/zeroWindow``; stays at 65,535.
    public var zeroWindows: Int { Int(cursor.zeroWindows) }

    /// The mean of all windows offered, each segment counting once; `nil` where none was offered.
    public var windowMean: UInt32? { windowCount == 0 ? nil : UInt32(clamping: windowTotal / windowCount) }

    /// Routers that the segments passed, if their hop limit began at 64, 128 or 255, as usual; `nil` where none was
    /// captured.
    public var hops: Int? {
        guard hopLimit > 0 else { return nil }
        let initial = hopLimit <= 64 ? 64 : hopLimit <= 128 ? 128 : 255
        return initial - Int(hopLimit)
    }

    /// The mean payload of a data segment, rounded down; `nil` where there was none.
    public var meanPayload: UInt64? { dataSegments == 0 ? nil : payloadOctets / UInt64(dataSegments) }

    /// ``octets`` divided by ``dataDuration`` in seconds, rounded; `nil` where that duration is zero or not known.
    public var octetsPerSecond: UInt64? {
        guard let dataDuration, dataDuration > 0 else { return nil }
        let (octets, time) = (UInt128(octets), UInt128(dataDuration.magnitude))
        return UInt64(clamping: (octets * 1_000_000_000 + time / 2) / time)
    }

    /// The time from the first data segment to the last, in nanoseconds; `nil` where there was none.
    public var dataDuration: Int64? {
        guard let firstData, let lastData else { return nil }
        return lastData &- firstData
    }
}

// How one segment changes the measures.
extension DirectionMeasures {
    /// Counts a segment of this direction.
    mutating func send(_ segment: TrackedSegment, _ detail: SegmentDetail, _ classes: SegmentClass) {
        let flags = segment.flags
        let time = segment.time.nanoseconds
        packetOctets &+= UInt64(detail.packetOctets)
        if let latest { idleMaximum = max(idleMaximum, time &- latest) }
        latest = max(latest ?? time, time)
        if hopLimit == 0, !flags.contains(.rst) { hopLimit = detail.hopLimit }
        if flags.contains(.psh) { pushes += 1 }
        if flags.contains(.urg) { urgents += 1 }
        if flags.contains(.syn) {
            syns += 1
            if !classes.contains(.stray) { options = detail.options }
        }
        if flags.contains(.fin) { fins += 1 }
        if flags.contains(.rst) { resets += 1 }
        if detail.cutOff > 0 {
            truncatedSegments += 1
            truncatedOctets &+= UInt64(detail.cutOff)
        }
        if classes.contains(.pureACK) { pureAcknowledgments += 1 }
        if classes.contains(.keepAlive) { keepAlives += 1 }
        if classes.contains(.windowProbe) { windowProbes += 1 }
        if classes.contains(.stray) { straySegments += 1 }
        if segment.payloadLength > 0, !flags.contains(.rst) { noteData(segment.payloadLength, at: time) }
    }

    private mutating func noteData(_ length: UInt32, at time: Int64) {
        smallestPayload = dataSegments == 0 ? length : min(smallestPayload, length)
        largestPayload = max(largestPayload, length)
        dataSegments += 1
        payloadOctets &+= UInt64(length)
        if firstData == nil { firstData = time }
        lastData = max(lastData ?? time, time)
    }

    /// Notes how many octets are in flight after a segment with new octets.
    ///
    /// - Parameters:
    ///   - own: this direction's half of the record, after the segment; `other` is the other direction's.
    ///   - window: the largest that the other end has offered. More octets cannot be in flight; a larger difference
    ///     only shows that ACKs were not captured.
    mutating func noteFlight(_ own: HalfConnection, _ other: HalfConnection, window: UInt32) {
        guard other.marks.contains(.acknowledged) else { return }
        let flight = own.next.distance(from: other.highestAcknowledgment)
        if flight > 0, UInt32(flight) <= window { flightMaximum = max(flightMaximum, UInt64(flight)) }
        if other.highestAcknowledgment.relative(to: own.initialSequence) <= 1, dataSegments > 0,
            own.streamBytes < 1 << 31
        {
            initialWindow = own.streamBytes
        }
    }

    /// Notes what a segment of this direction tells the other end: its acknowledgment and its window.
    ///
    /// - Parameter shift: by how many bits its window field is shifted; `nil` where that is not known.
    mutating func answer(_ segment: TrackedSegment, _ detail: SegmentDetail, _ classes: SegmentClass, shift: UInt8?) {
        guard !segment.flags.contains(.rst), !classes.contains(.stray) else { return }
        // A SYN's window is never scaled (RFC 7323 2.2), and says nothing of the windows to come, unless it is closed.
        if !segment.flags.contains(.syn) || segment.window == 0 {
            noteWindow(UInt32(segment.window) << UInt32(min(14, shift ?? 0)), shift != nil)
        }
        if detail.hasSACK { sackSegments += 1 }
        if detail.hasDuplicateSACK { dsackSegments += 1 }
        if classes.contains(.duplicateACK) {
            duplicateRun += 1
            if duplicateRun == 3 { tripleDuplicates += 1 }
        }
    }

    /// Ends a run of duplicate ACKs, because the end has acknowledged a new number.
    mutating func endRun() { duplicateRun = 0 }

    private mutating func noteWindow(_ window: UInt32, _ isScaleKnown: Bool) {
        isWindowScaleKnown = isScaleKnown
        windowMinimum = windowCount == 0 ? window : min(windowMinimum, window)
        windowMaximum = max(windowMaximum, window)
        windowTotal &+= UInt64(window)
        windowCount += 1
    }

    /// Notes octets of this direction that were acknowledged without having been captured, and those found after that.
    mutating func noteMissing(_ octets: UInt32, found: UInt32) {
        missingOctets = (missingOctets &+ UInt64(octets)) &- min(missingOctets &+ UInt64(octets), UInt64(found))
    }

    /// Notes that a segment which was not believed was of the stream after all.
    mutating func acceptStray() { straySegments = max(0, straySegments - 1) }
}
