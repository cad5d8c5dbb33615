import TCPState
import TCPWire

/// Forming segments: sequence numbers, window and options.
extension ControlBlock {
    /// The MSS to announce: what the interface's MTU leaves after the fixed headers (MUST-67, SHLD-6).
    @inline(__always)
    var announcedSegmentSize: UInt32 {
        options.maximumSegmentSize.map(UInt32.init)
            ?? UInt32(clamping: min(max(pathMTU - (isIPv4 ? 40 : 60), 64), 65_495))
    }

    /// Eff.snd.MSS (RFC 9293 3.7.1, MUST-16): the smaller of what the other end accepts and what the path lets through,
    /// less the options that each segment carries.
    @inline(__always)
    func effectiveSegmentSize(withSACK: Bool = true) -> UInt32 {
        let path = UInt32(clamping: pathMTU - (isIPv4 ? 40 : 60))
        var size = min(snd.mss, max(path, 64))
        if agreed.timestamps { size -= min(12, size / 2) }
        if withSACK, agreed.selectiveAcknowledgment, reassembly.blockCount > 0 {
            let blocks = UInt32(min(reassembly.blockCount, agreed.timestamps ? 3 : 4))
            size -= min(4 + 8 * blocks, size / 2)
        }
        return max(size, 1)
    }

    /// - Parameter answers: whether the other end's SYN has arrived, so that this one acknowledges it and offers only
    ///   the options that it offered.
    mutating func sendSYN(
        answering answers: Bool, text: ArraySlice<UInt8> = [], kind: Transmission = .syn, because reason: Rule
    ) {
        var segment = Segment(from: local, to: remote)
        segment.sequence = iss
        segment.flags = answers ? [.syn, .ack] : .syn
        segment.text = text
        // A retransmitted SYN has no Fast Open option or data: the first may have been dropped for being unusual (RFC
        // 7413 4.2.2).
        if kind == .syn, !answers || isPassive { segment.options.fastOpen = fastOpen.option }
        if answers { segment.acknowledgment = rcv.nxt }
        let space = min(UInt32(clamping: options.receiveBuffer), 65_535)
        if rcv.wnd == 0 { rcv.wnd = space }
        segment.window = UInt16(clamping: min(rcv.wnd, 65_535))
        segment.options.maximumSegmentSize = UInt16(clamping: announcedSegmentSize)
        if answers ? agreed.windowScaling : options.windowScaling {
            rcv.shift = min(options.windowShift ?? Self.windowShift(buffer: options.receiveBuffer), 14)
            segment.options.windowScale = rcv.shift
        }
        segment.options.sackPermitted = answers ? agreed.selectiveAcknowledgment : options.selectiveAcknowledgment
        if answers ? agreed.timestamps : options.timestamps {
            segment.options.timestamps = TCPTimestamps(value: stamps.value(at: clock), echoReply: stamps.recent ?? 0)
        }
        if answers ? agreed.explicitCongestionNotification : options.explicitCongestionNotification {
            segment.flags.formUnion(answers ? .ece : [.ece, .cwr])
        }
        complete(&segment, kind: kind)
        emit(segment, kind, because: reason)
    }

    /// The smallest shift with which the window field can express the whole buffer (RFC 7323 2.3: at most 14).
    static func windowShift(buffer: Int) -> UInt8 {
        var shift: UInt8 = 0
        while shift < 14, buffer >> Int(shift) > 65_535 { shift += 1 }
        return shift
    }

    /// Sends a segment of an open connection: adds the acknowledgment, the window and the options.
    mutating func transmit(
        flags: TCPFlags, at sequence: SequenceNumber, text: ArraySlice<UInt8> = [], kind: Transmission,
        because reason: Rule
    ) {
        var segment = Segment(from: local, to: remote)
        segment.sequence = sequence
        segment.flags = flags
        segment.text = text
        if flags.contains(.ack) {
            segment.acknowledgment = rcv.nxt
            segment.window = chooseWindow(mayGrow: !flags.contains(.rst))
            if agreed.explicitCongestionNotification, ecn.isEchoing, !flags.contains(.rst) {
                segment.flags.insert(.ece)
            }
        }
        if !text.isEmpty, snd.up.isAfter(sequence), state.isSynchronized {
            // MUST-62: the pointer is the offset of the first octet after the urgent data. If that is further away than
            // the field can express, later segments carry the pointer again.
            segment.flags.insert(.urg)
            segment.urgentPointer = UInt16(clamping: snd.up.relative(to: sequence))
        }
        if agreed.timestamps {
            segment.options.timestamps = TCPTimestamps(
                value: stamps.value(at: clock), echoReply: stamps.recent ?? 0)
        }
        if agreed.selectiveAcknowledgment, acknowledgment.duplicate != nil || reassembly.blockCount > 0,
            flags.contains(.ack), !flags.contains(.rst)
        {
            segment.options.sack = SACKBlocks(blocksToReport())
        }
        complete(&segment, kind: kind)
        emit(segment, kind, because: reason)
    }

    /// The SACK blocks to send: first the one that was received twice (RFC 2883 4), then those that have arrived after
    /// a gap.
    private mutating func blocksToReport() -> [SACKBlock] {
        let limit = agreed.timestamps ? 3 : 4
        guard let duplicate = acknowledgment.duplicate else { return reassembly.blocks(limit: limit) }
        acknowledgment.duplicate = nil
        var blocks = [duplicate]
        if let around = reassembly.block(holding: SequenceNumber(duplicate.left)) { blocks.append(around) }
        for block in reassembly.blocks(limit: limit) where blocks.count < limit && !blocks.contains(block) {
            blocks.append(block)
        }
        return blocks
    }

    /// Fills in what all segments have in common, and updates what depends on an ACK having been sent.
    private mutating func complete(_ segment: inout Segment, kind: Transmission) {
        segment.hopLimit = options.hopLimit
        segment.trafficClass = options.trafficClass
        if agreed.explicitCongestionNotification, !segment.text.isEmpty, kind == .data {
            // ECT(0) on new data only (RFC 3168 6.1.4 and 6.1.5).
            segment.trafficClass = options.trafficClass & 0xfc | 0x02
            if ecn.owesCWR {
                segment.flags.insert(.cwr)
                ecn.owesCWR = false
            }
        }
        if segment.flags.contains(.ack), !segment.flags.contains(.rst) {
            stamps.lastAcknowledgment = rcv.nxt
            acknowledgment.isNow = false
            acknowledgment.isWaiting = false
            acknowledgment.octets = 0
            if acknowledgment.quick > 0, state != .listen, state != .synReceived { acknowledgment.quick -= 1 }
            timers.delayedAcknowledgment = nil
        }
        counters.segmentsSent += 1
        counters.octetsSent += UInt64(segment.text.count)
    }

    /// Determines RCV.WND and the window field of the next segment. The right edge never moves back (SHLD-14), and it
    /// advances only in steps that are worth a segment (MUST-39: the receiver's silly-window avoidance).
    private mutating func chooseWindow(mayGrow: Bool) -> UInt16 {
        let unit = UInt32(1) << UInt32(rcv.shift)
        if mayGrow {
            let offer = windowOnOffer
            if offer > rcv.wnd, offer - rcv.wnd >= worthwhileStep { rcv.wnd = offer }
        }
        // Rounding down would move the right edge back.
        let field = min((rcv.wnd &+ unit - 1) >> UInt32(rcv.shift), 65_535)
        rcv.wnd = field << UInt32(rcv.shift)
        return UInt16(clamping: field)
    }

    /// How much the buffer can take, in whole units of the window scale.
    @inline(__always)
    var windowOnOffer: UInt32 {
        let free = UInt32(clamping: options.receiveBuffer - receiveQueue.count)
        let unit = UInt32(1) << UInt32(rcv.shift)
        return min(free, 65_535 << UInt32(rcv.shift)) / unit * unit
    }

    /// The least step of the right edge that is worth announcing (RFC 9293 3.8.6.2.2): min(Fr * RCV.BUFF, Eff.snd.MSS)
    /// with Fr = 1/2.
    @inline(__always)
    private var worthwhileStep: UInt32 {
        min(UInt32(clamping: options.receiveBuffer / 2), max(rcv.mss, min(announcedSegmentSize, 536)))
    }

    /// Must be called after the program has read. Sends a window update if the edge may move by a worthwhile step and
    /// the other end may be waiting for it.
    mutating func offerWindowIfWorthwhile() {
        guard state == .established || state == .finWait1 || state == .finWait2, !remoteFinished else { return }
        let offer = windowOnOffer
        guard offer > rcv.wnd, offer - rcv.wnd >= worthwhileStep, offer >= 2 &* rcv.wnd else { return }
        transmit(flags: .ack, at: snd.nxt, kind: .windowUpdate, because: .windowUpdate)
    }
}
