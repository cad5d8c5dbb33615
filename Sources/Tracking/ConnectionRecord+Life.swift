extension ConnectionRecord {
    /// One end only has been heard of.
    var isUnanswered: Bool { halves[0].segments == 0 || halves[peer(of: 0)].segments == 0 }

    /// Nothing more is due: both FINs acknowledged, or a reset.
    var isOver: Bool {
        resetter != nil || halves[0].marks.intersection(halves[peer(of: 0)].marks).contains(.finAcknowledged)
    }
}
