import CaptureFile
import FlatMemory
import TCPWire

/// Copies of the IP fragments that were found while packets were decoded. They are put together later, in the capture's
/// order.
package struct FragmentBatch: ~Copyable {
    /// One fragment's packet.
    struct Entry: BitwiseCopyable, Sendable {
        let place: FragmentPlace
        /// Whether this fragment alone shows what its packet is, so that the other fragments are not needed.
        let isDecided: Bool
        let start: Int
        let count: Int
        /// Where the packet comes from; the offset is ``CapturedPacket/blockOffset``.
        let origin: FragmentOrigin
    }

    typealias Entries = FlatStore<Entry>

    private(set) var entries = Entries()
    private(set) var octets: [UInt8] = []

    /// The largest capacity, in octets, that is kept for the next batch.
    private static let usualCount = 1 << 20

    /// Creates an empty batch, which allocates memory for the first fragment.
    package init() {}

    /// Whether the batch has no fragments.
    package var isEmpty: Bool { entries.count == 0 }

    /// Forgets the fragments; keeps the memory.
    package mutating func removeAll() {
        entries.removeAll()
        octets.removeAll(keepingCapacity: octets.capacity <= Self.usualCount)
    }

    /// Copies a packet in which the decoder found a fragment.
    ///
    /// - Returns: whether the decoder's verdict must be ignored, because what the packet holds is known only when it is
    ///   put together.
    package mutating func add(
        _ frame: RawSpan, at place: FragmentPlace, _ verdict: PacketVerdict, isCutOff: Bool, from origin: FragmentOrigin
    ) -> Bool {
        let isDecided = FragmentedSegments.isDecided(verdict, isCutOff: isCutOff)
        let start = octets.count
        var end = min(Int(place.captured), frame.byteCount)
        if isDecided { end = min(end, Int(place.start) &+ place.headerLength) }
        octets.append(frame.extracting(Int(place.start)..<max(Int(place.start), end)))
        entries.append(
            Entry(
                place: place.alone, isDecided: isDecided, start: start, count: octets.count - start, origin: origin))
        return !isDecided
    }
}

extension FragmentOrigin {
    /// Where a packet of a capture came from.
    package init(_ packet: borrowing CapturedPacket, part: Int) {
        self.init(
            number: packet.number, offset: packet.blockOffset, time: packet.time.nanoseconds,
            part: UInt8(truncatingIfNeeded: part))
    }
}
