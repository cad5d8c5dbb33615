import CaptureFile
import FlatMemory

/// Where the packets of each connection lie: 16 octets a segment, in the order they were read, and 8 a connection.
///
/// The segments of one connection are chained through one table, so that memory does not depend on how they are divided
/// among connections.
package struct SegmentIndex: ~Copyable {
    /// A packet's offset and number, in 48 and 42 bits, its part in the uppermost six, and the connection's next entry
    /// (index + 1; 0 for none).
    struct Entry: BitwiseCopyable {
        var next: UInt32 = 0
        let offsetLow: UInt32
        let numberLow: UInt32
        let offsetHigh: UInt16
        let numberHigh: UInt16

        @inline(__always)
        init(offset: Int, number: Int, part: Int) {
            offsetLow = UInt32(truncatingIfNeeded: offset)
            offsetHigh = UInt16(truncatingIfNeeded: offset >> 32)
            numberLow = UInt32(truncatingIfNeeded: number)
            numberHigh = UInt16(truncatingIfNeeded: number >> 32 & 0x03ff | part << 10)
        }

        var place: PacketPlace {
            PacketPlace(
                offset: Int(offsetHigh) << 32 | Int(offsetLow), number: Int(numberHigh & 0x03ff) << 32 | Int(numberLow),
                part: Int(numberHigh >> 10))
        }
    }

    /// The first and the last entry of one connection.
    struct Chain: BitwiseCopyable {
        var first: UInt32
        var last: UInt32
    }

    private let isKept: Bool
    private var entries = FlatStore<Entry>()
    private var chains = FlatStore<Chain>()

    /// - Parameter isKept: whether places will be asked for; else nothing is noted.
    package init(isKept: Bool) { self.isKept = isKept }

    /// How many packets were noted. Their numbers have 32 bits: the caller must not add more packets than these can
    /// number.
    package var count: Int { entries.count }

    /// Notes where a packet of a connection lies. New connections must come in the order of their numbers.
    @inline(__always)
    package mutating func note(_ connection: Int, offset: Int, number: Int, part: Int) {
        guard isKept else { return }
        entries.append(Entry(offset: offset, number: number, part: part))
        let entry = UInt32(truncatingIfNeeded: entries.count)
        if connection == chains.count {
            chains.append(Chain(first: entry, last: entry))
        } else {
            entries[Int(chains[connection].last) &- 1].next = entry
            chains[connection].last = entry
        }
    }

    /// Where the packets of a connection lie, in the order of the file: at most `limit`, from the first one on.
    package func places(of connection: Int, limit: Int = .max) -> [PacketPlace] {
        guard connection >= 0, connection < chains.count else { return [] }
        var places: [PacketPlace] = []
        var entry = chains[connection].first
        while entry > 0, places.count < limit {
            places.append(entries[Int(entry) - 1].place)
            entry = entries[Int(entry) - 1].next
        }
        return places
    }
}

/// Where a packet lies in the file, so that it can be fetched again, and its number.
package struct PacketPlace: Equatable, BitwiseCopyable, Sendable {
    /// ``CapturedPacket/blockOffset``.
    package let offset: Int
    /// The packet's number in its source, from 1.
    package let number: Int
    /// Which packet of its frame it is, from 0, where the frame carries several.
    package let part: Int

    /// Creates the place of a packet; `part` is 0 for the only packet of its frame.
    package init(offset: Int, number: Int, part: Int = 0) {
        self.offset = offset
        self.number = number
        self.part = part
    }

    /// Unique within the capture.
    package var key: Int { number << 6 | part }
}
