import FlatMemory

/// Packets that lie in a reader's window together, so that whoever reads asks for some hundred at a time instead of one.
///
/// Of a pcap file they are found as they are taken: where a record starts is known only when the length before it has arrived
/// from memory, and meanwhile there is the packet before to work on.
///
///     while try reader.next(&batch) {
///         while let packet = batch.next(in: reader.bytes) { … }
///         reader.finish(&batch)
///     }
public struct PacketBatch: ~Copyable {
    /// Packets in a batch: so many that the work done once for each batch does not count.
    @usableFromInline static let limit = 512

    /// Where a batch meets a section or an interface: what described the packets before no longer does.
    package struct NewDescription {
        /// Where in the file to read on from, to meet it again: where a block starts.
        package let position: Int
        /// How many records that have a packet number, packets or not, come before that place.
        package let numbered: Int
        /// Packets of the batch that come before it.
        package let packets: Int
    }

    /// Of a pcap file, how its records are written; else `nil`.
    @usableFromInline var records: PcapRecords?
    /// ``PcapRecords/isUsual``.
    @usableFromInline var isUsual = false
    /// Where the next record starts in the window, and where none is taken any more.
    @usableFromInline var place = 0
    @usableFromInline var stop = 0
    /// Where the window starts in the file, and packets before the batch.
    @usableFromInline var windowStart = 0
    @usableFromInline var before = 0
    /// Of any other file: the packets, read.
    @usableFromInline var packets = FlatStore<CapturedPacket>()
    /// How many were taken.
    @usableFromInline var taken = 0

    /// Where the file goes on behind the last packet, and how many packets (and what else is numbered) come before that, where
    /// there is a packet. Of a pcap file only once it is finished.
    package fileprivate(set) var end: (position: Int, numbered: Int)?
    /// The first such place.
    package fileprivate(set) var newDescription: NewDescription?

    /// An empty batch, for ``CaptureReader/next(_:before:)`` to fill. Used again for each batch, it keeps its memory.
    public init() {}

    /// Takes the next packet, in file order.
    ///
    /// - Parameter bytes: ``CaptureReader/bytes``, in which the packet's ``CapturedPacket/offset`` counts.
    @inlinable @inline(__always)
    public mutating func next(in bytes: RawSpan) -> CapturedPacket? {
        guard let records else {
            guard taken < packets.count else { return nil }
            taken &+= 1
            return packets[taken &- 1]
        }
        guard taken < Self.limit, place < stop else { return nil }
        let number = before &+ taken &+ 1
        guard
            let packet = isUsual
                ? records.usualPacket(at: place, in: bytes, from: windowStart, number: number)
                : records.packet(at: place, in: bytes, from: windowStart, number: number)
        else { return nil }
        taken &+= 1
        place = packet.end
        return packet
    }

    fileprivate mutating func clear() {
        records = nil
        packets.removeAll()
        (taken, end, newDescription) = (0, nil, nil)
    }
}

extension CaptureReader {
    /// Goes to the next packets: one at least, for which it waits where they come from a stream, and those that are at hand
    /// behind it. ``finish(_:)`` then moves on.
    ///
    /// - Parameter limit: nothing is looked at that starts there in the file, or behind. What starts before and holds no
    ///   packet may lead to one behind it.
    /// - Returns: false at the limit, and at the end, of which ``ending`` tells the kind.
    /// - Throws: ``CaptureError`` where the operating system fails to read on.
    public mutating func next(_ batch: inout PacketBatch, before limit: Int = .max) throws(CaptureError) -> Bool {
        batch.clear()
        while true {
            let step = input.window.gather(&walk, at: &place, before: limit, into: &batch)
            if batch.packets.count > 0 || step == .packet { return true }
            guard let step, try goOn(after: step) else { return false }
        }
    }

    /// Goes on behind the batch, whose packets were taken; any that were left are passed over.
    public mutating func finish(_ batch: inout PacketBatch) {
        while batch.next(in: bytes) != nil {}
        guard batch.records != nil else { return }
        let isEmpty = batch.taken == 0
        place = batch.place
        walk.numbered = batch.before &+ batch.taken
        batch.clear()
        if !isEmpty { batch.end = (position, walk.numbered) }
    }
}

extension ByteWindow {
    /// Steps of `format` over these bytes until they, the batch or the limit end; of a pcap file a look at whether there is a
    /// step to make.
    ///
    /// - Returns: the last step, if it led to no packet and is why this ended; of a pcap file also ``CaptureFormat/Step/packet``.
    fileprivate func gather(
        _ format: inout CaptureFormat, at offset: inout Int, before limit: Int, into batch: inout PacketBatch
    ) -> CaptureFormat.Step? {
        let bytes = bytes
        while format.kind == .pcap, batch.packets.count == 0 {
            guard format.windowStart &+ offset < limit else { return nil }
            guard format.records.packet(at: offset, in: bytes, from: format.windowStart, number: 0) != nil else {
                guard format.records.isJoined(at: offset, in: bytes) else {
                    return format.records.obstacle(at: offset, in: bytes)
                }
                // Another file was appended: it describes what comes behind its header.
                let start = format.windowStart &+ offset
                if let step = format.join(in: bytes, at: &offset) { return step }
                if batch.newDescription == nil {
                    batch.newDescription = PacketBatch.NewDescription(
                        position: start, numbered: format.numbered, packets: 0)
                }
                continue
            }
            (batch.records, batch.place, batch.before) = (format.records, offset, format.numbered)
            batch.isUsual = format.records.isUsual
            (batch.windowStart, batch.stop) = (format.windowStart, limit &- format.windowStart)
            return .packet
        }
        var packet = CapturedPacket()
        while batch.packets.count < PacketBatch.limit {
            let (position, numbered) = (format.windowStart &+ offset, format.numbered)
            guard position < limit else { return nil }
            let (described, blockStart) = (format.described, position &+ format.skipping)
            let step = format.next(in: bytes, at: &offset, packet: &packet)
            if format.described != described, batch.newDescription == nil {
                batch.newDescription = PacketBatch.NewDescription(
                    position: blockStart, numbered: numbered, packets: batch.packets.count)
            }
            guard case .packet = step else { return step }
            batch.packets.append(packet)
            batch.end = (format.windowStart &+ offset, format.numbered)
        }
        return nil
    }
}
