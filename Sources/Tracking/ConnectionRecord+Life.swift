extension ConnectionRecord {
    /// Whether segments of only one end have been captured.
    var isUnanswered: Bool { halves[0].segments == 0 || halves[peer(of: 0)].segments == 0 }

    /// Whether nothing more is due: both FINs are acknowledged, or one end has sent an RST that counted.
    var isOver: Bool {
        resetter != nil || halves[0].marks.intersection(halves[peer(of: 0)].marks).contains(.finAcknowledged)
    }

    /// Whether this record has the same outcome, states and counters as another one.
    func tellsTheSame(as other: ConnectionRecord) -> Bool {
        outcome == other.outcome
            && (0...1).allSatisfy { side in
                let (one, two) = (halves[side], other.halves[side])
                return one.state == two.state && one.segments == two.segments && one.streamBytes == two.streamBytes
                    && one.retransmittedSegments == two.retransmittedSegments
                    && one.retransmittedBytes == two.retransmittedBytes
                    && one.outOfOrderSegments == two.outOfOrderSegments
                    && one.duplicateAcknowledgments == two.duplicateAcknowledgments
                    && one.zeroWindows == two.zeroWindows && one.windowClosures == two.windowClosures
                    && one.closedTime == two.closedTime && one.shortestRoundTrip == two.shortestRoundTrip
            }
    }
}
