import TCPState
import TCPWire

/// Why a call of the program fails; the quotations are RFC 9293's error texts (3.10.1 to 3.10.6).
public enum CallError: Error, Hashable, Sendable {
    /// "connection does not exist"
    case notOpen
    /// "connection already exists"
    case alreadyOpen
    /// "connection closing"
    case closing
    /// Nothing to read yet, or no room to write.
    case wouldBlock
    /// The connection has ended.
    case ended(ConnectionEnd)
}

/// What a program says about what will follow the octets that it sends.
public struct SendHints: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// More octets will follow soon, so a segment that is not full waits for them (MSG_MORE).
    public static let more = SendHints(rawValue: 1)
    /// The octets end a record: no segment carries octets from both before and after its end (MSG_EOR).
    public static let endOfRecord = SendHints(rawValue: 2)
}

extension ControlBlock {
    /// OPEN, passive (RFC 9293 3.10.1).
    public mutating func openPassively() throws(CallError) {
        guard state == .closed, end == nil else { throw .alreadyOpen }
        listen()
    }

    /// OPEN, passive, for a control block that was only just made, so that the call cannot fail.
    mutating func listen() {
        isPassive = true
        enter(.listen, because: .passiveOpen)
    }

    /// OPEN, active, with data in the SYN or a request for a cookie (RFC 7413 4.2.2). The control block must have been
    /// made only just now, and the remote port must not be 0, so that the call cannot fail.
    ///
    /// - Parameter limit: how many octets may be sent with the SYN.
    mutating func connect(
        with option: FastOpenOption?, sending octets: some Collection<UInt8>, limit: Int, now: Instant
    ) {
        fastOpen.option = option
        if let option, option.length == 0 { fastOpen.wish = option.isExperimental ? .experimental : .right }
        let text = octets.prefix(min(limit, options.sendBuffer))
        sendQueue.append(text)
        fastOpen.sent = UInt32(truncatingIfNeeded: text.count)
        sendOpeningSYN(now: now)
    }

    /// OPEN, active (RFC 9293 3.10.1); from LISTEN too.
    public mutating func openActively(now: Instant) throws(CallError) {
        guard state == .closed && end == nil || state == .listen else { throw .alreadyOpen }
        guard remote.port != 0 else { throw .notOpen }
        sendOpeningSYN(now: now)
    }

    private mutating func sendOpeningSYN(now: Instant) {
        clock = now
        isPassive = false
        snd.una = iss
        snd.nxt = iss + 1
        sendSYN(answering: false, text: sendQueue[0..<Int(fastOpen.sent)], because: .activeOpen)
        if fastOpen.sent > 0 {
            ledger.append(start: snd.nxt, length: fastOpen.sent, now: now)
            snd.nxt = snd.nxt + fastOpen.sent
        }
        enter(.synSent, because: .activeOpen)
        lastSent = now
        openedAt = now
        startRetransmissionTimer(now: now)
        unansweredSince = now
        updateUserTimeout()
    }

    /// SEND (RFC 9293 3.10.2): accepts as many octets as there is room for. Octets written before the connection is
    /// open are kept.
    ///
    /// - Parameters:
    ///   - urgent: whether the octets are urgent data, of any length (MUST-31).
    ///   - hints: what the program says about what will follow.
    /// - Returns: how many octets were accepted.
    public mutating func send(
        _ octets: some Collection<UInt8>, urgent: Bool = false, hints: SendHints = [], now: Instant
    ) throws(CallError) -> Int {
        switch state {
        case .closed: throw end.map { .ended($0) } ?? .notOpen
        case .listen: try openActively(now: now)
        case .synSent, .synReceived, .established, .closeWait: break
        case .finWait1, .finWait2, .closing, .lastAck, .timeWait: throw .closing
        }
        guard !finishRequested else { throw .closing }
        let room = options.sendBuffer - sendQueue.count
        clock = now
        isShortOfRoom = !octets.isEmpty && (room < octets.count || !hasRoomForUnsent)
        guard room > 0 && hasRoomForUnsent || octets.isEmpty else { throw .wouldBlock }
        let taken = octets.prefix(room)
        sendQueue.append(taken)
        if urgent { snd.up = queueEnd }
        awaitsMore = hints.contains(.more)
        if hints.contains(.endOfRecord), taken.count == octets.count, recordEnds.count < Self.mostRecords {
            recordEnds.append(queueEnd)
        }
        return taken.count
    }

    /// More than the segments that a send buffer can hold.
    private static let mostRecords = 4096

    @inline(__always)
    private var hasRoomForUnsent: Bool { options.unsentLowWater.map { waiting < max(1, $0) } ?? true }

    /// Removes the ends of records that have been sent.
    mutating func passRecordEnds() {
        while let end = recordEnds.first, end.isAtOrBefore(snd.nxt) { recordEnds.removeFirst() }
    }

    /// How many octets are written but not sent, in any state.
    @inline(__always)
    var waiting: Int { state.isSynchronized || fastOpen.isServing ? Int(unsent) : sendQueue.count }

    /// RECEIVE (RFC 9293 3.10.3): appends at most `limit` octets to `octets`; none at the end of the stream.
    ///
    /// - Returns: how many were appended.
    public mutating func receive(into octets: inout [UInt8], limit: Int, now: Instant) throws(CallError) -> Int {
        if receiveQueue.isEmpty {
            if remoteFinished || readShutdown { return 0 }
            if state == .closed { throw end.map { .ended($0) } ?? .notOpen }
            throw .wouldBlock
        }
        clock = now
        let count = receiveQueue.move(limit, to: &octets)
        offerWindowIfWorthwhile()
        return count
    }

    /// How many octets can be read now; urgent data may be among or after them (MUST-33).
    public var readable: Int { receiveQueue.count }

    /// How many octets there are from the next one to be read to the end of urgent data, which may not all have
    /// arrived; 0 where there is none.
    public var urgentAhead: UInt32 {
        guard let up = rcv.up else { return 0 }
        let next = rcv.nxt - UInt32(truncatingIfNeeded: receiveQueue.count)
        return up.isAfter(next) ? up.relative(to: next) : 0
    }

    /// Whether no more octets will arrive than those that can be read now.
    public var isAtEnd: Bool { remoteFinished || end != nil || readShutdown }

    /// Closes only the sending direction (RFC 9293 3.6: half-close); receiving continues.
    public mutating func shutdownSending(now: Instant) throws(CallError) {
        switch state {
        case .closed: throw end.map { .ended($0) } ?? .notOpen
        case .listen, .synSent: throw .notOpen
        default: finishSending()
        }
    }

    /// Requests that a FIN be sent after the queued octets, unless that was requested before.
    private mutating func finishSending() {
        switch state {
        case .closed, .listen, .synSent: break
        case .synReceived:
            finishRequested = true
            if fastOpen.isServing { enter(.finWait1, because: .closeCall) }
        case .established:
            finishRequested = true
            enter(.finWait1, because: .closeCall)
        case .closeWait:
            finishRequested = true
            enter(.lastAck, because: .closeCall)
        case .finWait1, .finWait2, .closing, .lastAck, .timeWait: break
        }
    }

    /// Closes the receiving direction: nothing more will be read, and what arrives is acknowledged and dropped.
    public mutating func shutdownReceiving() {
        readShutdown = true
        receiveQueue.removeAll()
    }

    /// CLOSE (RFC 9293 3.10.4), for both directions; the program gives up the connection. If octets are unread this is
    /// an abort, since the other end must learn that they are lost (RFC 9293 3.6.1, SHLD-3; RFC 2525 2.17).
    public mutating func close(now: Instant) {
        clock = now
        isOrphan = true
        switch state {
        case .closed: return
        case .listen, .synSent:
            finish(.closed, because: .closeCall)
            return
        default: break
        }
        if case .wait(let time) = options.linger, time <= .zero {
            abort(because: .lingerZero)
            return
        }
        if !receiveQueue.isEmpty {
            abort(because: .unreadData)
            return
        }
        finishSending()
        if state == .finWait2 { startFinWait2Timer(now: now) }
    }

    /// ABORT (RFC 9293 3.10.5).
    public mutating func abort() { abort(because: .abortCall) }

    mutating func abort(because reason: Rule) {
        isOrphan = true
        switch state {
        case .synReceived, .established, .finWait1, .finWait2, .closeWait:
            transmit(flags: [.rst, .ack], at: snd.nxt, kind: .reset, because: reason)
        case .closed, .listen, .synSent, .closing, .lastAck, .timeWait: break
        }
        finish(.aborted, because: reason)
    }

    /// Changes those options that may be changed while the connection exists.
    public mutating func setOptions(_ change: (inout ConnectionOptions) -> Void, now: Instant) {
        change(&options)
        if state.isSynchronized, state != .timeWait { startKeepAliveTimer(now: now) }
        updateUserTimeout()
    }

    /// Whether the other end has closed its direction, and everything that it sent has arrived.
    public var hasRemoteFinished: Bool { remoteFinished }

    /// Whether this end has closed its direction.
    public var hasFinished: Bool { finishRequested }

    /// Whether ``send(_:urgent:hints:now:)`` would accept any octets.
    public var canWrite: Bool {
        (state == .established || state == .closeWait || state == .synReceived && fastOpen.isServing)
            && !finishRequested && sendQueue.count < options.sendBuffer && hasRoomForUnsent
    }

    /// The sequence number after everything written.
    @inline(__always)
    var queueEnd: SequenceNumber { sendBase + UInt32(truncatingIfNeeded: sendQueue.count) }

    /// The sequence number of the first octet in the send queue.
    @inline(__always)
    var sendBase: SequenceNumber {
        switch state {
        case .closed, .listen, .synSent, .synReceived: iss + 1
        default: fastOpen.awaitsHandshake ? iss + 1 : snd.una
        }
    }
}
