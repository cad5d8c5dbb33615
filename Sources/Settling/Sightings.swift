import FlatMemory
import TCPWire
import Tracking

/// The segments of one tuple, in the capture's order: its own stretch of those that were gathered of many.
package struct Sightings: RandomAccessCollection, Sendable {
    /// Whose they are.
    package let key: FlowKey
    private let room: SightingRoom
    private let start: Int
    package let endIndex: Int

    /// - Parameter range: which of the room's are of this tuple.
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

/// Sightings that were gathered. Nothing changes them any more, so that any number of tuples may share them.
package final class SightingRoom: Sendable {
    let sightings: FlatStore<Sighting>

    /// What was gathered, taken over without a copy.
    package init(_ sightings: consuming FlatStore<Sighting>) { self.sightings = sightings }
}

/// What may be among a tuple's segments at all, found in one walk: most rules have nothing to do for most tuples, and each
/// walk over the segments of a large one waits for all of its memory.
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
