import FlatMemory
import TCPWire
import Tracking

/// The segments of one tuple, in the capture's order: a slice of the sightings of many tuples.
package struct Sightings: RandomAccessCollection, Sendable {
    /// The key of the tuple.
    package let key: FlowKey
    private let room: SightingRoom
    private let start: Int
    package let endIndex: Int

    /// - Parameter range: which of the room's sightings are of this tuple.
    package init(of key: FlowKey, _ room: SightingRoom, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= room.sightings.count, "no such sightings")
        self.key = key
        self.room = room
        start = range.lowerBound
        endIndex = range.count
    }

    package var startIndex: Int { 0 }

    @inline(__always)
    package subscript(index: Int) -> Sighting {
        _read { yield room.sightings[start &+ index] }
    }
}

/// The sightings of many tuples in one block of memory. Nothing changes them any more, so several tuples may share the
/// block.
package final class SightingRoom: Sendable {
    let sightings: FlatStore<Sighting>

    /// Takes over the sightings without copying them.
    package init(_ sightings: consuming FlatStore<Sighting>) { self.sightings = sightings }
}

/// What a tuple's segments contain at all, found in one pass over them. Most rules have nothing to do for most tuples,
/// and each pass over the segments of a large tuple has to wait for all of its memory.
struct SightingTraits {
    private(set) var hasRefused = false
    private(set) var hasWrongSums = false
    private(set) var hasResets = false
    private(set) var hasSeveralChannels = false
    private(set) var goesBack = false

    init(of sightings: Sightings) {
        guard let first = sightings.first else { return }
        var latest = first.segment.time
        for index in sightings.indices {
            let sighting = sightings[index]
            hasRefused = hasRefused || sighting.isRefused
            hasWrongSums = hasWrongSums || sighting.sum == .wrong
            hasResets = hasResets || sighting.flags.contains(.rst)
            hasSeveralChannels = hasSeveralChannels || sighting.channel != first.channel
            goesBack = goesBack || sighting.segment.time < latest
            latest = sighting.segment.time
        }
    }
}
