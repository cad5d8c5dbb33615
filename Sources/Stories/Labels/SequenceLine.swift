import TCPState

/// One direction's sequence numbers as 64-bit places, which do not wrap around.
struct SequenceLine {
    private var anchor: (number: SequenceNumber, place: Int64)?

    /// The place of a number that lies near the highest one so far. The first number that is asked for gets place 0.
    mutating func place(of number: UInt32) -> Int64 {
        guard let anchor else {
            anchor = (SequenceNumber(number), 0)
            return 0
        }
        return anchor.place &+ Int64(SequenceNumber(number).distance(from: anchor.number))
    }

    /// Notes the place of the direction's highest number.
    mutating func advance(to place: Int64) {
        guard let anchor, place > anchor.place else { return }
        self.anchor = (anchor.number + UInt32(truncatingIfNeeded: place &- anchor.place), place)
    }
}
