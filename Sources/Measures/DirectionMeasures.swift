import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What one end sent, measured: the counterpart of what `tcptrace -l` reports for a direction. Octets are of TCP payload
/// unless said otherwise, times are nanoseconds.
///
/// Whatever the record counts is not counted here again, but taken from it: ``cursor``.
public struct DirectionMeasures: Sendable, BitwiseCopyable {
    /// The record's half for this direction; filled in when the measures are asked for.
    var cursor = HalfConnection()

    // MARK: Segments

    /// Octets of IP packets, headers included.
    public internal(set) var packetOctets: UInt64 = 0
    /// With an ACK and nothing else: no payload, no SYN, FIN or RST.
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
    /// The time to live (hop limit) of its first segment that was not an RST: those are often made elsewhere.
    public internal(set) var hopLimit: UInt8 = 0

    // MARK: Data

    /// Segments with payload.
    public internal(set) var dataSegments = 0
    /// As sent, what was sent again counted again.
    public internal(set) var payloadOctets: UInt64 = 0
    /// Of a data segment, in octets.
    public internal(set) var largestPayload: UInt32 = 0
    /// Of a data segment, in octets; 0 where there was none.
    public internal(set) var smallestPayload: UInt32 = 0
    /// Sent before the other end acknowledged any data.
    public internal(set) var initialWindow: UInt64 = 0
    /// Acknowledged by the other end, never captured.
    public internal(set) var missingOctets: UInt64 = 0
    /// Segments whose numbers were not believed and that nothing bore out: ``SegmentClass/stray``.
    public internal(set) var straySegments = 0
    /// Segments, and their payload octets, that the capture cut off.
    public internal(set) var truncatedSegments = 0
    public internal(set) var truncatedOctets: UInt64 = 0
    /// ``SegmentClass/keepAlive``.
    public internal(set) var keepAlives = 0
    /// ``SegmentClass/windowProbe``.
    public internal(set) var windowProbes = 0
    /// When the first data segment was captured, and the latest time since.
    private var firstData: Int64?
    private var lastData: Int64?

    // MARK: Acknowledgments and windows

    /// Runs of three duplicates and more, which make the other end send again.
    public internal(set) var tripleDuplicates = 0
    /// With SACK blocks (RFC 2018).
    public internal(set) var sackSegments = 0
    /// With a D-SACK (RFC 2883).
    public internal(set) var dsackSegments = 0
    /// In octets, where ``isWindowScaleKnown``; else as the header says.
    public internal(set) var windowMaximum: UInt32 = 0
    /// The least window offered, in octets as ``windowMaximum``.
    public internal(set) var windowMinimum: UInt32 = 0
    private var windowTotal: UInt64 = 0
    private var windowCount: UInt64 = 0
    /// Whether enough of the handshake's options was captured: without them nobody can say what a window means.
    public internal(set) var isWindowScaleKnown = false
    /// The most that was on its way unacknowledged, as seen at the capture.
    public internal(set) var flightMaximum: UInt64 = 0
    /// Options of the SYN, `nil` where it was not captured.
    public internal(set) var options: SYNOptions?

    // MARK: Time

    /// The longest pause between two of its segments.
    public internal(set) var idleMaximum: Int64 = 0
    public internal(set) var roundTrips = RoundTrips()

    /// The latest time so far, as ``ConnectionMeasures`` has it of both.
    private var latest: Int64?
    private var duplicateRun = 0

    init() {}
}

extension DirectionMeasures {
    public var segments: Int { Int(cursor.segments) }
    /// Octets by sequence space: each once, with those that were acknowledged but not captured.
    public var octets: UInt64 { cursor.streamBytes }
    public var retransmittedSegments: Int { Int(cursor.retransmittedSegments) }
    public var retransmittedOctets: UInt64 { UInt64(cursor.retransmittedBytes) }
    public var outOfOrderSegments: Int { Int(cursor.outOfOrderSegments) }
    public var duplicateAcknowledgments: Int { Int(cursor.duplicateAcknowledgments) }
    public var zeroWindows: Int { Int(cursor.zeroWindows) }

    /// The mean window, by segments; `nil` where none was offered.
    public var windowMean: UInt32? { windowCount == 0 ? nil : UInt32(clamping: windowTotal / windowCount) }

    /// Routers passed, by the usual initial values 64, 128 and 255; `nil` where nothing was seen.
    public var hops: Int? {
        guard hopLimit > 0 else { return nil }
        let initial = hopLimit <= 64 ? 64 : hopLimit <= 128 ? 128 : 255
        return initial - Int(hopLimit)
    }

    /// The mean payload of a data segment, rounded down; `nil` where there was none.
    public var meanPayload: UInt64? { dataSegments == 0 ? nil : payloadOctets / UInt64(dataSegments) }

    /// ``octets`` a second of ``dataDuration``, rounded; `nil` where that is no time.
    public var octetsPerSecond: UInt64? {
        guard let dataDuration, dataDuration > 0 else { return nil }
        let (octets, time) = (UInt128(octets), UInt128(dataDuration.magnitude))
        return UInt64(clamping: (octets * 1_000_000_000 + time / 2) / time)
    }

    /// How long data was sent; `nil` where there was none.
    public var dataDuration: Int64? {
        guard let firstData, let lastData else { return nil }
        return lastData &- firstData
    }
}

// What one segment adds.
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

    /// What its new octets add to those on their way.
    ///
    /// - Parameters:
    ///   - own: the record's side of this direction, after the segment; `other` that of the other one.
    ///   - window: the largest that the other end has offered: more cannot be on its way, so more only tells of ACKs that were
    ///     not captured.
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

    /// What it says to the other end: its acknowledgment and its window.
    ///
    /// - Parameter shift: by how much its windows are shifted, `nil` where that is not known.
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

    /// Its acknowledgment was new.
    mutating func endRun() { duplicateRun = 0 }

    private mutating func noteWindow(_ window: UInt32, _ isScaleKnown: Bool) {
        isWindowScaleKnown = isScaleKnown
        windowMinimum = windowCount == 0 ? window : min(windowMinimum, window)
        windowMaximum = max(windowMaximum, window)
        windowTotal &+= UInt64(window)
        windowCount += 1
    }

    /// Of its octets, some were acknowledged without having been captured; or came after they had been.
    mutating func noteMissing(_ octets: UInt32, found: UInt32) {
        missingOctets = (missingOctets &+ UInt64(octets)) &- min(missingOctets &+ UInt64(octets), UInt64(found))
    }

    /// A segment that was not believed was of the stream after all.
    mutating func acceptStray() { straySegments = max(0, straySegments - 1) }
}
