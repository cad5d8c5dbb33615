import FlatMemory

/// Everything that a frame's headers say, down to TCP's, field by field. It is made for one frame at a time, to be
/// shown.
///
/// The texts in a report are names and terms of the protocols' own documents, and numbers; never sentences.
public struct HeaderReport: Sendable {
    /// The headers, outermost first, as ``PacketDecoder`` went through them. Those after ``HeaderLayer/icmp`` or
    /// ``HeaderLayer/icmpv6`` are quoted.
    public private(set) var layers: [Layer] = []
    /// The verdict of ``PacketDecoder`` on the same octets.
    public private(set) var verdict = PacketVerdict.notIP
    /// Why no whole TCP header was reached; `nil` where one was. With ``PacketVerdict/quotedSegment``: why the quote
    /// ended.
    public private(set) var stop: HeaderStop?
    /// The link type the octets were read as; `nil` for a bare TCP header.
    public private(set) var link: LinkType?
    /// The segment, where the verdict is ``PacketVerdict/segment``.
    public private(set) var segment: SegmentHeader?
    /// How many packets the frame carries; more than 1 where 802.11 puts several into one (A-MSDU).
    public private(set) var partCount = 1

    /// Reads a frame.
    ///
    /// - Parameters:
    ///   - originalLength: the frame's length on the wire; `nil` where all of it was captured.
    ///   - part: the index, from 0, of the packet to be read, where the frame carries several; `nil` for the first that
    ///     carries TCP, or else the first.
    public init(_ frame: [UInt8], link: LinkType, originalLength: Int? = nil, part: Int? = nil) {
        self.link = link
        var bounds = PacketDecoder.bounds(of: frame.octets, originalLength: originalLength ?? frame.count)
        bounds.part = part
        var recorder = LayerRecorder()
        var segment = SegmentHeader()
        verdict = HeaderWalk.frame(frame.octets, link: link, in: bounds, &segment, &recorder)
        finish(frame, recorder, segment)
    }

    /// Reads a TCP header without a packet around it: the octets after it are its payload, and its checksum cannot be
    /// verified.
    ///
    /// Nothing says where the octets should end, so octets that are missing from the header count as cut off by the
    /// capture.
    public init(bareTCP octets: [UInt8]) {
        let dataOffset = octets.count > 12 ? Int(octets[12] >> 4) : 0
        let bounds = WalkBounds(captured: octets.count, end: max(octets.count, dataOffset * 4))
        var recorder = LayerRecorder()
        var segment = SegmentHeader()
        verdict = HeaderWalk.tcp(octets.octets, at: 0, in: bounds, &segment, &recorder)
        if octets.count < 20 {
            verdict = .truncated
            recorder.reason = .truncated(.tcp, have: octets.count, need: 20)
        }
        finish(octets, recorder, segment)
    }

    private mutating func finish(_ frame: [UInt8], _ recorder: LayerRecorder, _ header: SegmentHeader) {
        stop = recorder.reason
        partCount = recorder.partCount
        if verdict == .segment { segment = header }
        layers = recorder.marks.indices.map { index in
            let next = index + 1 < recorder.marks.count ? recorder.marks[index + 1].offset : nil
            return Layer(recorder.marks[index], until: next, in: frame)
        }
        guard let segment, let last = layers.indices.last else { return }
        if link != nil { layers[last].checksum = TCPChecksum.verify(segment, in: frame.octets) }
    }
}

extension HeaderReport {
    /// One header.
    public struct Layer: Sendable {
        /// Which header.
        public var kind: HeaderLayer
        /// The header's octets in the frame, as far as they were captured.
        public var range: Range<Int>
        /// How many octets the whole header has according to its own fields; more than ``range`` holds where the
        /// capture cut it off.
        public var length: Int
        /// The fields in wire order, as far as they were captured.
        public var fields: [Field] = []
        /// TCP's options.
        public var options: [Option] = []
        /// Why the options end; `nil` where there are none.
        public var optionStop: TCPOptionStop?
        /// The verdict on IPv4's header checksum, or on TCP's, which covers the payload too; `nil` for other headers.
        public var checksum: ChecksumVerdict?
    }

    /// One field of a header.
    public struct Field: Hashable, Sendable {
        /// The name, as the protocol's document spells it.
        public var name: String
        /// The offset of its first bit from the header's first bit.
        public var bitOffset: Int
        /// The width in bits: 1 to 128.
        public var bitWidth: Int
        /// The bits as a number, in network order.
        public var value: UInt128
        /// The value in the field's own terms: an address, a protocol's name, a count of octets. `nil` where the number
        /// itself says it.
        public var meaning: String?
    }

    /// One TCP option.
    public struct Option: Sendable {
        /// The option's octets in the frame.
        public var range: Range<Int>
        /// The option, decoded.
        public var option: TCPOption
    }
}

/// Remembers the headers a walk opened, and why it ended.
struct LayerRecorder: LayerObserver {
    struct Mark {
        var layer: HeaderLayer
        var offset: Int
        var form: HeaderForm
    }

    private(set) var marks: [Mark] = []
    var reason: HeaderStop?
    private(set) var partCount = 1

    mutating func meet(parts count: Int) {
        if partCount == 1 { partCount = max(1, count) }
    }

    var mark: Int { marks.count }

    mutating func enter(_ layer: HeaderLayer, at offset: Int, as form: HeaderForm) {
        marks.append(Mark(layer: layer, offset: offset, form: form))
    }

    mutating func stop(_ reason: HeaderStop) { self.reason = reason }

    mutating func rewind(to mark: Int) { marks.removeSubrange(mark...) }
}
