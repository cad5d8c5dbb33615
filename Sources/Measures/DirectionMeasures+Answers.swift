import TCPWire

/// What an end says to the other: its acknowledgments and its window.
extension DirectionMeasures {
    /// - Parameters:
    ///   - shift: by how much this end's windows are shifted, `nil` where that is not known.
    ///   - expectsData: whether the other end has something on its way.
    mutating func answer(_ segment: SegmentHeader, in frame: RawSpan, shift: UInt8?, expectsData: Bool) {
        let flags = segment.flags
        guard !flags.contains(.rst) else { return }
        noteWindow(segment, shift: shift)
        guard flags.contains(.ack) else { return }
        let hasSACK = noteSACK(segment, in: frame)
        let isDuplicate =
            lastAcknowledgment == segment.acknowledgment && segment.payloadLength == 0
            && flags.isDisjoint(with: [.syn, .fin]) && expectsData && (lastWindow == segment.window || hasSACK)
            && segment.window > 0
        if isDuplicate {
            duplicateAcknowledgments += 1
            duplicateRun += 1
            if duplicateRun == 3 { tripleDuplicates += 1 }
        } else if lastAcknowledgment != segment.acknowledgment {
            duplicateRun = 0
        }
        lastAcknowledgment = segment.acknowledgment
        lastWindow = segment.window
    }

    private mutating func noteWindow(_ segment: SegmentHeader, shift: UInt8?) {
        // A SYN's window is never scaled (RFC 7323 2.2), and says nothing of the windows to come.
        guard !segment.flags.contains(.syn) else {
            lastWindow = segment.window
            return
        }
        let window = UInt32(segment.window) << UInt32(min(14, shift ?? 0))
        isWindowScaleKnown = shift != nil
        if window == 0 { zeroWindows += 1 }
        windowMinimum = windowCount == 0 ? window : min(windowMinimum, window)
        windowMaximum = max(windowMaximum, window)
        windowTotal &+= UInt64(window)
        windowCount += 1
    }

    private mutating func noteSACK(_ segment: SegmentHeader, in frame: RawSpan) -> Bool {
        // Shorter than a SACK option with one block there is none.
        guard segment.headerLength >= 32 else { return false }
        let blocks = segment.sackBlocks(in: frame)
        guard let first = blocks.first else { return false }
        sackSegments += 1
        let isBelow = Int32(bitPattern: first.right &- segment.acknowledgment) <= 0
        let isInside =
            blocks.count > 1 && Int32(bitPattern: first.left &- blocks[1].left) >= 0
            && Int32(bitPattern: first.right &- blocks[1].right) <= 0
        if isBelow || isInside { dsackSegments += 1 }
        return true
    }
}
