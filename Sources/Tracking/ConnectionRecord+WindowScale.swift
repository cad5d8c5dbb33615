extension ConnectionRecord {
    /// By how many bits the window field of `side` is shifted: 0 unless both ends offered to scale (RFC 7323 2.2).
    /// `nil` where a SYN that would tell was not captured, or was cut off before the option.
    package func windowShift(of side: Int) -> UInt8? {
        let (own, its) = (halves[side], halves[peer(of: side)])
        // If one end does not offer to scale, neither end's window is scaled.
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

    /// Whether its SYN was captured completely enough to tell which ``windowScale`` it offered, if any.
    fileprivate var isWindowScaleKnown: Bool {
        !marks.isDisjoint(with: [.syn, .synAck]) && !marks.contains(.scaleCutOff)
    }
}
