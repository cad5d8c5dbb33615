import TCPState

/// One direction's sequence numbers as 64-bit places, which do not wrap.
struct SequenceLine {
    private var anchor: (number: SequenceNumber, place: Int64)?

    /// The place of a number, near those seen last; the first number asked for is where the line starts.
    mutating func place(of number: UInt32) -> Int64 {
        guard let anchor else {
            anchor = (SequenceNumber(number), 0)
            return 0
        }
        return anchor.place &+ Int64(SequenceNumber(number).distance(from: anchor.number))
    }

    /// Moves on with the direction's highest number.
    mutating func advance(to place: Int64) {
        guard let anchor, place > anchor.place else { return }
        self.anchor = (anchor.number + UInt32(truncatingIfNeeded: place &- anchor.place), place)
    }
}
