import TCPWire

/// What one end sent, measured: the counterpart of what `tcptrace -l` reports for a direction. Octets are of TCP payload
/// unless said otherwise, times are nanoseconds.
public struct DirectionMeasures: Sendable {
    // MARK: Segments

    public internal(set) var segments = 0
    /// Octets of IP packets, headers included.
    public internal(set) var packetOctets: UInt64 = 0
    /// With an ACK and nothing else: no payload, no SYN, FIN or RST.
    public internal(set) var pureAcknowledgments = 0
    public internal(set) var pushes = 0
    public internal(set) var syns = 0
    public internal(set) var fins = 0
    public internal(set) var resets = 0
    public internal(set) var urgents = 0
    /// The time to live (hop limit) of its first segment that was not an RST: those are often made elsewhere.
    public internal(set) var hopLimit: UInt8 = 0

    // MARK: Data

    public internal(set) var dataSegments = 0
    /// As sent, what was sent again counted again.
    public internal(set) var payloadOctets: UInt64 = 0
    public internal(set) var largestPayload: UInt32 = 0
    public internal(set) var smallestPayload: UInt32 = 0
    /// Sent before the other end acknowledged any data.
    public internal(set) var initialWindow: UInt64 = 0
    /// Segments, SYN and FIN among them, whose numbers were all seen before, or that fill a hole later than a detour on the
    /// way explains.
    public internal(set) var retransmittedSegments = 0
    public internal(set) var retransmittedOctets: UInt64 = 0
    /// Segments that fill a hole and were sent before what passed ahead of them.
    public internal(set) var outOfOrderSegments = 0
    /// Acknowledged by the other end, never captured.
    public var missingOctets: UInt64 { UInt64(clamping: ranges?.missing ?? 0) }
    /// Far ahead of everything before and after, and never acknowledged: not of this stream, and not counted in ``octets``.
    public internal(set) var straySegments = 0
    /// Segments, and their payload octets, that the capture cut off.
    public internal(set) var truncatedSegments = 0
    public internal(set) var truncatedOctets: UInt64 = 0
    public internal(set) var keepAlives = 0
    public internal(set) var windowProbes = 0
    /// From the first data segment to the last.
    public internal(set) var firstData: Int64?
    public internal(set) var lastData: Int64?

    // MARK: Acknowledgments and windows

    /// RFC 5681 2: no payload, nothing new acknowledged while data is on its way, the window unchanged (or SACK).
    public internal(set) var duplicateAcknowledgments = 0
    /// Runs of three duplicates and more, which make the other end send again.
    public internal(set) var tripleDuplicates = 0
    public internal(set) var sackSegments = 0
    /// With a D-SACK (RFC 2883): the first block lies below the ACK, or inside the second.
    public internal(set) var dsackSegments = 0
    /// Segments that offered no window; SYN and RST do not count.
    public internal(set) var zeroWindows = 0
    /// In octets, where ``isWindowScaleKnown``; else as the header says.
    public internal(set) var windowMaximum: UInt32 = 0
    public internal(set) var windowMinimum: UInt32 = 0
    var windowTotal: UInt64 = 0
    var windowCount: UInt64 = 0
    /// Whether the handshake's options were captured: without them nobody can say what a window means.
    public internal(set) var isWindowScaleKnown = false
    /// The most that was on its way unacknowledged, as seen at the capture.
    public internal(set) var flightMaximum: UInt64 = 0
    /// Options of the SYN, `nil` where it was not captured.
    public internal(set) var options: SYNOptions?

    // MARK: Time

    /// The longest pause between two of its segments.
    public internal(set) var idleMaximum: Int64 = 0
    public internal(set) var roundTrips = RoundTrips()

    // MARK: What the counting needs

    /// Where position 0 lies, and the position that its raw number is at: moves on with the stream.
    var anchor: (raw: UInt32, position: Int64)?
    var hasStream = false
    var hasSynAck = false
    /// The other end answered with an RST, before any data.
    var wasRefused = false
    var ranges: StreamRanges?
    /// The first position of data, and the one behind the last.
    var dataStart: Int64 = 0
    var next: Int64 = 0
    var finEnd: Int64?
    var acknowledged: Int64?
    var suspect: Range<Int64>?
    var newestData: (time: Int64, timestamp: UInt32?) = (0, nil)
    var lastTime: Int64?
    var lastAcknowledgment: UInt32?
    var lastWindow: UInt16 = 0
    var duplicateRun = 0

    init() {}

    /// Octets by sequence space: each once, with those that were acknowledged but not captured.
    public var octets: UInt64 {
        guard hasStream else { return 0 }
        let end = max(next, min(acknowledged ?? next, finEnd ?? .max)) - (finEnd == nil ? 0 : 1)
        return UInt64(clamping: max(0, end - dataStart))
    }

    /// The mean window, by segments; `nil` where none was offered.
    public var windowMean: UInt32? { windowCount == 0 ? nil : UInt32(clamping: windowTotal / windowCount) }

    /// Routers passed, by the usual initial values 64, 128 and 255; `nil` where nothing was seen.
    public var hops: Int? {
        guard hopLimit > 0 else { return nil }
        return ([64, 128, 255].first { $0 >= Int(hopLimit) } ?? 255) - Int(hopLimit)
    }

    /// How long data was sent; `nil` where there was none.
    public var dataDuration: Int64? {
        guard let firstData, let lastData else { return nil }
        return max(0, lastData &- firstData)
    }
}
