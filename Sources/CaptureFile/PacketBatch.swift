import FlatMemory

/// Packets that are in a reader's window together, so that the caller asks the reader once for several hundred packets
/// instead of once for each.
///
/// In a pcap file each packet is located only when it is taken: where a record begins is known only after the previous
/// record's length has been loaded from memory, and the caller can process the previous packet during that time.
///
///     while try reader.next(&batch) {
///         while let packet = batch.next(in: reader.bytes) { … }
///         reader.finish(&batch)
///     }
public struct PacketBatch: ~Copyable {
    /// The most packets of a batch: so many that the work done once per batch does not matter.
    @usableFromInline static let limit = 512

    /// A point in the file where a batch met a section, an interface or another file's header, so that the format known
    /// before it does not describe what follows.
    package struct NewDescription {
        /// The offset in the file, at the start of a block, from which reading must continue in order to meet it again.
        package let position: Int
        /// How many numbered records, packets or not, come before that offset.
        package let numbered: Int
        /// How many packets of the batch come before it.
        package let packets: Int
    }

    /// How the records of a pcap file are written; `nil` for other formats.
    @usableFromInline var records: PcapRecords?
    /// ``PcapRecords/isUsual``.
    @usableFromInline var isUsual = false
    /// The index in the window of the next record; no record from index `stop` on is taken.
    @usableFromInline var place = 0
    @usableFromInline var stop = 0
    /// The window's offset in the file; `before` is how many packets come before the batch.
    @usableFromInline var windowStart = 0
    @usableFromInline var before = 0
    /// For other formats than pcap: the packets, already read.
    @usableFromInline var packets = FlatStore<CapturedPacket>()
    /// How many packets have been taken.
    @usableFromInline var taken = 0

    /// Where the file continues after the last packet, and how many packets (and other numbered blocks) come before
    /// that; `nil` for a batch without packets. For a pcap file it is known only once the batch is finished.
    package fileprivate(set) var end: (position: Int, numbered: Int)?
    /// The first new description in the batch, if any.
    package fileprivate(set) var newDescription: NewDescription?

    /// An empty batch, for ``CaptureReader/next(_:before:)`` to fill. A batch that is reused keeps its memory.
    public init() {}

    /// Takes the next packet of the batch, in file order; `nil` after the last.
    ///
    /// - Parameter bytes: ``CaptureReader/bytes``, to which the packet's ``CapturedPacket/offset`` refers.
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
    /// Fills the batch with the next packets: with at least one, for which it waits if the source is a stream, and with
    /// those that follow in the window. ``finish(_:)`` must be called after the packets have been taken.
    ///
    /// - Parameter limit: a file offset. No record or block that begins at or after it is read; but a block before it
    ///   that holds no packet may lead to a packet after it.
    /// - Returns: false at the limit, and at the end, whose kind ``ending`` then tells.
    /// - Throws: ``CaptureError`` where the operating system fails to read.
    public mutating func next(_ batch: inout PacketBatch, before limit: Int = .max) throws(CaptureError) -> Bool {
        batch.clear()
        while true {
            let step = input.window.gather(&walk, at: &place, before: limit, into: &batch)
            if batch.packets.count > 0 || step == .packet { return true }
            guard let step, try goOn(after: step) else { return false }
        }
    }

    /// Moves the reader past the batch. Packets that were not taken are skipped.
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
    /// Makes steps of `format` over these octets until the octets, the batch or the limit end. For a pcap file it only
    /// checks whether a step can be made.
    ///
    /// - Returns: the last step, if it found no packet and so ended the loop; for a pcap file also
    ///   ``CaptureFormat/Step/packet``.
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
                // Another file was appended: its header describes what follows it.
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
