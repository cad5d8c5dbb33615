import CaptureFile
import Tracking

/// When each segment of a tuple came, in nanoseconds: the captured time, until it turns out to be wrong.
struct SettledTimes {
    private let sightings: Sightings
    /// The times by sighting; `nil` as long as none was changed.
    private var moved: [Int64]?

    init(of sightings: Sightings) { self.sightings = sightings }

    @inline(__always)
    subscript(index: Int) -> Int64 {
        get {
            if let moved { return moved[index] }
            return sightings[index].segment.time.nanoseconds
        }
        set {
            if moved == nil { moved = sightings.map(\.segment.time.nanoseconds) }
            moved?[index] = newValue
        }
    }
}
