/// Packets that lie in a reader's window together, so that whoever reads asks for some hundred at a time instead of one:
/// walking, decoding and tracking are then loops of their own, each with what it works on at hand.
public struct PacketBatch: ~Copyable {
    /// As many as one batch holds: enough that what is done once a batch costs nothing.
    static let limit = 512

    /// Where a batch meets a section or an interface: what described the packets before no longer does.
    package struct NewDescription {
        /// Where in the file to read on from, to meet it again: where a block starts.
        package let position: Int
        /// How many packets (and what else is numbered) come before that place, in the file and in the batch.
        package let numbered: Int
        package let packets: Int
    }

    private var packets = FlatStore<CapturedPacket>()
    /// Where the file goes on behind the last packet, and how many packets (and what else is numbered) come before that.
    package fileprivate(set) var end = (position: 0, numbered: 0)
    /// The first such place.
    package fileprivate(set) var newDescription: NewDescription?

    public init() {}

    /// How many packets it holds.
    public var count: Int { packets.count }

    /// The packets in file order; their ``CapturedPacket/offset`` counts in ``CaptureReader/bytes``.
    @inline(__always)
    public subscript(index: Int) -> CapturedPacket { packets[index] }

    @inline(__always)
    fileprivate mutating func append(_ packet: CapturedPacket) { packets.append(packet) }

    fileprivate mutating func removeAll() {
        packets.removeAll()
        newDescription = nil
    }
}

extension CaptureReader {
    /// Goes to the next packets: one at least, for which it waits where they come from a stream, and those that are at hand
    /// behind it.
    ///
    /// - Parameter limit: nothing is looked at that starts there in the file, or behind. What starts before and holds no
    ///   packet may lead to one behind it.
    /// - Returns: false at the limit, and at the end, of which ``ending`` tells the kind.
    /// - Throws: ``CaptureError`` where the operating system fails to read on.
    public mutating func next(_ batch: inout PacketBatch, before limit: Int = .max) throws(CaptureError) -> Bool {
        batch.removeAll()
        while true {
            let step = input.window.gather(&walk, at: &place, before: limit, into: &batch)
            if batch.count > 0 { return true }
            guard let step, try goOn(after: step) else { return false }
        }
    }
}

extension ByteWindow {
    /// Steps of `format` over these bytes until they, the batch or the limit end.
    ///
    /// - Returns: the step that led to no packet, if that is why it ended.
    fileprivate func gather(
        _ format: inout CaptureFormat, at offset: inout Int, before limit: Int, into batch: inout PacketBatch
    ) -> CaptureFormat.Step? {
        let bytes = bytes
        var packet = CapturedPacket()
        while batch.count < PacketBatch.limit {
            let (position, numbered) = (format.windowStart &+ offset, format.numbered)
            guard position < limit else { return nil }
            if format.kind == .pcap {
                let step = format.nextPcap(in: bytes, at: &offset, packet: &packet)
                guard case .packet = step else { return step }
            } else {
                let (described, blockStart) = (format.described, position &+ format.skipping)
                let step = format.next(in: bytes, at: &offset, packet: &packet)
                if format.described != described, batch.newDescription == nil {
                    batch.newDescription = PacketBatch.NewDescription(
                        position: blockStart, numbered: numbered, packets: batch.count)
                }
                guard case .packet = step else { return step }
            }
            batch.append(packet)
            batch.end = (format.windowStart &+ offset, format.numbered)
        }
        return nil
    }
}
