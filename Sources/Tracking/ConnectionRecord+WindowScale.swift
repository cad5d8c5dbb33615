extension ConnectionRecord {
    /// By how many bits the windows of `side` are shifted: none unless both ends offered to scale (RFC 7323 2.2). `nil` where
    /// the SYN that would tell was not captured, or not so far.
    package func windowShift(of side: Int) -> UInt8? {
        let (own, its) = (halves[side], halves[peer(of: side)])
        // It takes one end that does not offer it.
        if own.isWindowScaleKnown, own.windowScale == nil { return 0 }
        if its.isWindowScaleKnown, its.windowScale == nil { return 0 }
        return own.isWindowScaleKnown && its.isWindowScaleKnown ? own.windowScale : nil
    }
}

extension HalfConnection {
    /// - Parameter code: ``TrackedSegment/scaleCode`` of its SYN or SYN-ACK.
    mutating func noteScale(_ code: UInt8) {
        let isCutOff = code == TrackedSegment.cutOff
        windowScale = code == 0 || isCutOff ? nil : code - 1
        if isCutOff { marks.insert(.scaleCutOff) } else { marks.remove(.scaleCutOff) }
    }

    /// Whether its SYN was captured as far as to tell what ``windowScale`` it offered, if any.
    fileprivate var isWindowScaleKnown: Bool {
        !marks.isDisjoint(with: [.syn, .synAck]) && !marks.contains(.scaleCutOff)
    }
}
