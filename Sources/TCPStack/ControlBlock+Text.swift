import TCPState
import TCPWire

/// Sixth to eighth step: urgent pointer, text, FIN (RFC 9293 3.10.7.4).
extension ControlBlock {
    /// The pointer is the offset of the first octet after the urgent data (MUST-62), which may be of any length and
    /// need not have arrived completely (MUST-31). The program is told when the pointer advances (MUST-32).
    mutating func processUrgentPointer(of segment: Segment) {
        guard segment.flags.contains(.urg), !remoteFinished else { return }
        let up = segment.sequence + UInt32(segment.urgentPointer)
        if let old = rcv.up, up.isAtOrBefore(old) { return }
        guard up.isAfter(rcv.nxt - UInt32(truncatingIfNeeded: receiveQueue.count)) else { return }
        rcv.up = up
        act(.urgent(octets: urgentAhead), because: .urgentPointer)
    }

    /// Seventh step, the text: text in order is delivered to the program, text after a gap is kept (SHLD-31).
    mutating func processText(of segment: Segment, now: Instant) {
        guard segment.length > 0 || !reassembly.isEmpty || state == .timeWait, state != .closed else { return }
        if state == .timeWait { return arriveInTimeWait(segment, now: now) }
        if remoteFinished {
            if segment.length > 0 { discard(.textAfterFIN) }
            return
        }
        noteCongestion(segment)
        if isOrphan, carriesNewText(segment) {
            // The program cannot read it any more, and the other end should learn that (RFC 9293 3.6.1, MAY-1 and
            // SHLD-3).
            sendReset(answering: segment, because: .textAfterClose)
            return finish(.aborted, because: .textAfterClose)
        }
        if segment.length > 0 { takeText(of: segment, now: now) }
        takeEarlyText(now: now)
        processFIN(now: now)
    }

    /// Fifth and eighth step, in TIME-WAIT. A segment that arrives now shows that the other end has not received our
    /// last ACK: it is acknowledged, and the timer starts anew. An ACK with the right numbers is not answered, since
    /// two ends in TIME-WAIT would answer each other forever.
    private mutating func arriveInTimeWait(_ segment: Segment, now: Instant) {
        startTimeWaitTimer(now: now)
        guard segment.length > 0 || segment.sequence != rcv.nxt && mayChallenge(now: now) else { return }
        let reason: Rule = segment.flags.contains(.fin) ? .finAgainInTimeWait : .segmentInTimeWait
        transmit(flags: .ack, at: snd.nxt, kind: .acknowledgment, because: reason)
        discard(reason)
    }

    private func carriesNewText(_ segment: Segment) -> Bool {
        !segment.text.isEmpty && segment.textEnd.isAfter(rcv.nxt)
    }

    private mutating func takeText(of segment: Segment, now: Instant) {
        var text = segment.text
        noteDuplicate(segment)
        var start = segment.textStart
        if start.isBefore(rcv.nxt) {
            text = text.dropFirst(Int(rcv.nxt.relative(to: start)))
            start = rcv.nxt
        }
        let room = rcv.edge.relative(to: start)
        let hasFIN = segment.flags.contains(.fin)
        if UInt32(truncatingIfNeeded: text.count) > room { text = text.prefix(Int(room)) }
        let end = segment.textEnd
        if hasFIN, end.isInWindow(from: rcv.nxt, size: rcv.wnd), remoteFinish == nil { remoteFinish = end }
        if !text.isEmpty {
            rcv.mss = max(rcv.mss, min(UInt32(truncatingIfNeeded: segment.text.count), announcedSegmentSize))
            // Octets after the FIN's number were never sent.
            if let remoteFinish, (start + UInt32(truncatingIfNeeded: text.count)).isAfter(remoteFinish) {
                text = text.prefix(Int(max(0, remoteFinish.distance(from: start))))
            }
        }
        if start == rcv.nxt {
            deliver(text, closingGap: !reassembly.isEmpty)
            if text.isEmpty, !hasFIN, !segment.text.isEmpty { acknowledgeNow(.duplicateText) }
        } else {
            keepEarly(text, at: start, hasFIN: hasFIN)
        }
    }

    /// Keeps text after a gap, and sends an ACK at once for each such segment, so that the sender can count them (RFC
    /// 5681 4.2, MAY-13).
    private mutating func keepEarly(_ text: ArraySlice<UInt8>, at start: SequenceNumber, hasFIN: Bool) {
        if !text.isEmpty, !reassembly.insert(text, at: start) {
            counters.duplicatesReceived += 1
            let end = start + UInt32(truncatingIfNeeded: text.count) + (hasFIN ? 1 : 0)
            acknowledgment.duplicate = SACKBlock(left: start.rawValue, right: end.rawValue)
            act(.discard, because: .duplicateText)
        }
        if hasFIN, let remoteFinish { reassembly.insertFinish(at: remoteFinish) }
        transmit(flags: .ack, at: snd.nxt, kind: .duplicateAcknowledgment, because: .gap)
    }

    /// Delivers text that was kept after a gap which is closed now.
    private mutating func takeEarlyText(now: Instant) {
        guard !reassembly.isEmpty else { return }
        let text = reassembly.take(continuing: rcv.nxt)
        guard !text.isEmpty else { return }
        deliver(text[...], closingGap: true)
    }

    private mutating func deliver(_ text: ArraySlice<UInt8>, closingGap: Bool) {
        guard !text.isEmpty else { return }
        let count = UInt32(truncatingIfNeeded: text.count)
        // The window is rounded to units of its scale, so text may exceed the buffer a little, but not more each time.
        let overshoot = 2 << Int(rcv.shift)
        if receiveQueue.count + text.count > options.receiveBuffer + overshoot {
            acknowledgeNow(.receiveBufferFull)
            return discard(.receiveBufferFull)
        }
        lastTaken = clock
        rcv.nxt = rcv.nxt + count
        rcv.wnd = rcv.wnd > count ? rcv.wnd - count : 0
        counters.octetsReceived += UInt64(count)
        if !readShutdown {
            receiveQueue.append(text)
            act(.deliver(octets: text.count), because: closingGap ? .gapClosed : .textInOrder)
        }
        acknowledgment.octets = acknowledgment.octets.addingClamped(count)
        acknowledgment.isWaiting = true
        if closingGap || !reassembly.isEmpty {
            acknowledgeNow(.gapClosed)
        } else if acknowledgment.octets >= 2 &* rcv.mss {
            acknowledgeNow(.everySecondSegment)
        } else if acknowledgment.quick > 0 {
            acknowledgeNow(.quickAcknowledgment)
        }
    }

    /// Eighth step, the FIN, once everything before it has arrived.
    private mutating func processFIN(now: Instant) {
        guard let remoteFinish, rcv.nxt == remoteFinish, !remoteFinished else { return }
        remoteFinished = true
        rcv.nxt = rcv.nxt + 1
        rcv.wnd = rcv.wnd > 0 ? rcv.wnd - 1 : 0
        reassembly.removeAll()
        act(.endOfStream, because: .finArrived)
        acknowledgeNow(.finArrived)
        switch state {
        case .synReceived, .established: enter(.closeWait, because: .finArrived)
        case .finWait1 where isFinishAcknowledged: enterTimeWait(now: now, because: .finArrived)
        case .finWait1: enter(.closing, because: .finArrived)
        case .finWait2: enterTimeWait(now: now, because: .finArrived)
        default: break
        }
    }

    /// After a packet with a congestion mark (CE), every ACK carries ECE until the sender's CWR arrives (RFC 3168
    /// 6.1.3).
    private mutating func noteCongestion(_ segment: Segment) {
        guard agreed.explicitCongestionNotification else { return }
        if segment.flags.contains(.cwr) { ecn.isEchoing = false }
        if segment.trafficClass & 0x03 == 0x03 {
            ecn.isEchoing = true
            acknowledgeNow(.congestionMarked)
        }
    }

    mutating func acknowledgeNow(_ reason: Rule) {
        guard !acknowledgment.isNow else { return }
        acknowledgment.isWaiting = true
        acknowledgment.isNow = true
        acknowledgment.reason = reason
    }
}
