import CaptureFile
import TCPState
import TCPWire

/// What the other end offered and acknowledged, as far as counting one end's segments needs it.
struct PeerOffer {
    /// The largest window so far, in octets.
    var windowMaximum: UInt32
    /// The window field of its last segment; `nil` before there was one.
    var lastWindow: UInt16?
}

extension DirectionMeasures {
    /// A jump further than this beyond anything the other end could have let in is not believed until something bears it out.
    private static let believable: Int64 = 1 << 20

    /// Counts a segment of this direction.
    mutating func send(
        _ segment: SegmentHeader, in frame: RawSpan, at time: Int64, to peer: PeerOffer
    ) {
        let flags = segment.flags
        segments += 1
        packetOctets &+=
            UInt64(segment.tcpOffset &- min(segment.tcpOffset, segment.ipOffset)) &+ UInt64(segment.headerLength)
            &+ UInt64(segment.payloadLength)
        if let lastTime { idleMaximum = max(idleMaximum, time &- lastTime) }
        lastTime = time
        if hopLimit == 0, !flags.contains(.rst) { hopLimit = segment.hopLimit }
        if flags.contains(.psh) { pushes += 1 }
        if flags.contains(.urg) { urgents += 1 }
        if flags.contains(.syn) { syns += 1 }
        if flags.contains(.fin) { fins += 1 }
        if segment.payloadLength == 0, flags.contains(.ack), flags.isDisjoint(with: [.syn, .fin, .rst]) {
            pureAcknowledgments += 1
        }
        // An RST stands in nobody's stream (RFC 9293 3.10.7.4).
        if flags.contains(.rst) {
            resets += 1
            return
        }
        begin(segment, in: frame)
        if segment.payloadLength > 0 { noteData(segment, at: time) }
        place(segment, in: frame, at: time, to: peer)
    }

    /// Counts payload octets of the segment that the capture does not hold.
    mutating func cutOff(_ octets: UInt32) {
        guard octets > 0 else { return }
        truncatedSegments += 1
        truncatedOctets &+= UInt64(octets)
    }

    private mutating func noteData(_ segment: SegmentHeader, at time: Int64) {
        let length = segment.payloadLength
        smallestPayload = dataSegments == 0 ? length : min(smallestPayload, length)
        largestPayload = max(largestPayload, length)
        dataSegments += 1
        payloadOctets &+= UInt64(length)
        if firstData == nil { firstData = time }
        lastData = time
    }

    /// Where the stream's numbers begin: at a SYN, else at the first segment captured. A SYN with another ISN begins it anew
    /// as long as there was no data.
    private mutating func begin(_ segment: SegmentHeader, in frame: RawSpan) {
        let isSYN = segment.flags.contains(.syn)
        if isSYN { options = segment.synOptions(in: frame) }
        let isOtherISN = isSYN && dataSegments == 0 && anchor.map { position(of: segment.sequence, $0) != 0 } ?? false
        guard !hasStream || isOtherISN else {
            // A SYN captured after the data that followed it.
            if isSYN, let anchor { dataStart = min(dataStart, position(of: segment.sequence, anchor) + 1) }
            return
        }
        hasStream = true
        anchor = (segment.sequence, 0)
        dataStart = isSYN ? 1 : 0
        next = 0
        acknowledged = nil
        ranges = StreamRanges(from: 0)
        roundTrips.repeated()
    }

    private func position(of raw: UInt32, _ anchor: (raw: UInt32, position: Int64)) -> Int64 {
        anchor.position + Int64(SequenceNumber(raw).distance(from: SequenceNumber(anchor.raw)))
    }

    private mutating func place(
        _ segment: SegmentHeader, in frame: RawSpan, at time: Int64, to peer: PeerOffer
    ) {
        guard let anchor else { return }
        let start = position(of: segment.sequence, anchor)
        let range = start..<start + Int64(segment.sequenceLength)
        if isFar(range, peer) { return }
        if noteProbe(segment, at: start, peer) { return }
        guard !range.isEmpty else { return }
        let newest = range.upperBound > next
        let hadHole = range.lowerBound < next
        let fresh = ranges?.insert(range) ?? 0
        if isFirstSynAck(segment) || isAnotherTry(segment) { return }
        if fresh == 0 || (hadHole && !newest) {
            let isLate = fresh > 0 && isDetour(segment, in: frame, at: time)
            if isLate {
                outOfOrderSegments += 1
            } else {
                retransmittedSegments += 1
                retransmittedOctets &+= UInt64(segment.payloadLength)
                roundTrips.repeated()
            }
        } else if hadHole, range.count > fresh {
            // Old and new in one segment.
            retransmittedSegments += 1
            retransmittedOctets &+= UInt64(clamping: Int64(range.count) - fresh)
            roundTrips.repeated()
        } else {
            roundTrips.sent(upTo: range.upperBound, at: time)
        }
        if segment.flags.contains(.fin) { finEnd = range.upperBound }
        guard newest else { return }
        next = range.upperBound
        self.anchor = (segment.sequence &+ segment.sequenceLength, range.upperBound)
        newestData = (time, segment.timestamps(in: frame)?.value)
        if let acknowledged { flightMaximum = max(flightMaximum, UInt64(clamping: next - acknowledged)) }
        if acknowledged ?? 0 <= 1, segment.payloadLength > 0 {
            initialWindow = UInt64(clamping: next - dataStart)
        }
    }

    /// The SYN-ACK of a simultaneous open repeats its SYN's number, but is not the SYN again (RFC 9293 Figure 7).
    private mutating func isFirstSynAck(_ segment: SegmentHeader) -> Bool {
        guard segment.flags.isSuperset(of: [.syn, .ack]), syns > 1, !hasSynAck else {
            hasSynAck = hasSynAck || segment.flags.isSuperset(of: [.syn, .ack])
            return false
        }
        hasSynAck = true
        return true
    }

    /// A SYN that was refused and is sent again is another try, not a loss: Windows asks three times.
    private mutating func isAnotherTry(_ segment: SegmentHeader) -> Bool {
        guard segment.flags.contains(.syn), wasRefused else { return false }
        wasRefused = false
        return true
    }

    /// The other end sent an RST.
    mutating func noteReset() { if dataSegments == 0 { wasRefused = true } }

    /// A jump ahead that nothing explains yet waits for the next segment or ACK to bear it out. Where the stream goes on from
    /// its old place instead, the jump was not of this stream.
    private mutating func isFar(_ range: Range<Int64>, _ peer: PeerOffer) -> Bool {
        let limit = max(Self.believable, Int64(peer.windowMaximum))
        guard range.lowerBound - next > limit, dataSegments + syns > 1 else { return false }
        if let old = suspect, range.lowerBound >= old.lowerBound, range.lowerBound - old.upperBound <= limit {
            accept(old)
            return false
        }
        suspect = range
        straySegments += 1
        return true
    }

    private mutating func accept(_ range: Range<Int64>) {
        suspect = nil
        straySegments -= 1
        _ = ranges?.insert(range)
        if let anchor {
            self.anchor = (
                anchor.raw &+ UInt32(truncatingIfNeeded: range.upperBound - anchor.position), range.upperBound
            )
        }
        next = max(next, range.upperBound)
    }

    /// Whether the segment only asks for an answer: a keep-alive (RFC 9293 3.8.4), or a probe of a closed window (3.8.6.1).
    private mutating func noteProbe(_ segment: SegmentHeader, at start: Int64, _ peer: PeerOffer) -> Bool {
        guard segment.payloadLength <= 1, segment.flags.isDisjoint(with: [.syn, .fin]), let acknowledged else {
            return false
        }
        let isBehind = start == next - 1 && acknowledged == next
        if peer.lastWindow == 0 {
            guard isBehind || (start == next && segment.payloadLength == 1) else { return false }
            windowProbes += 1
            // One octet beyond the window may be taken after all: then it is data.
            return isBehind
        }
        guard isBehind else { return false }
        keepAlives += 1
        return true
    }

    /// Whether what fills a hole was sent before what passed ahead of it. The sender's clock says so, or how late it comes:
    /// sent again it would come a round trip later, or more.
    private func isDetour(_ segment: SegmentHeader, in frame: RawSpan, at time: Int64) -> Bool {
        if let mine = segment.timestamps(in: frame)?.value, let newest = newestData.timestamp, mine != newest {
            return Int32(bitPattern: mine &- newest) < 0
        }
        let patience = roundTrips.count > 0 ? roundTrips.minimum : 3_000_000
        return time &- newestData.time < patience
    }

    /// The other end acknowledged everything before `raw`.
    mutating func acknowledge(_ raw: UInt32, at time: Int64, window: UInt32) {
        guard hasStream, let anchor else { return }
        let end = position(of: raw, anchor)
        if let suspect, end > suspect.lowerBound, end <= suspect.upperBound { accept(suspect) }
        // Beyond what can have been sent, an ACK proves nothing.
        guard end - next <= max(Self.believable, Int64(window)), end > acknowledged ?? .min else { return }
        acknowledged = end
        ranges?.giveUp(before: end)
        roundTrips.acknowledged(upTo: end, at: time)
    }
}
