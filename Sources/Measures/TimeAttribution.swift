import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Where the time of a connection went: in the network, or waiting for one of the two programs.
///
/// The data of most protocols takes turns. When one end begins to send after the other has sent, the time in between went to
/// the way there and back beyond the capture, and the rest to the program that had to think. The way is taken from the
/// handshake, which kernels answer at once. Only octets that are new are somebody's turn; until octets are sent again that were
/// lost, the network is waited for.
struct TimeAttribution: Sendable, BitwiseCopyable {
    /// Round trips from the capture to each side and back in the handshake, by side, as the record's timer has them: where the
    /// SYN, or the SYN-ACK, was sent again (RFC 6298 3), none but for a SYN that the answer names by its timestamp (RFC 7323 4).
    private(set) var roundTrip: InlineArray<2, Int64?> = [nil, nil]
    /// By side: how long it thought, how often it had a turn.
    private(set) var thinking: InlineArray<2, Int64> = [0, 0]
    private(set) var count: InlineArray<2, Int> = [0, 0]
    /// On the way, handshake included.
    private(set) var network: Int64 = 0
    /// Who sent data last, when, and how long either side had left the other no room by then.
    private var speaker: (side: Int, last: Int64)?
    private var closedBefore: InlineArray<2, Int64> = [0, 0]
    private var isOpen = false
    /// A SYN without ACK: when it was captured, its timestamp, and whether another one has the same.
    private struct SYN: BitwiseCopyable {
        var time: Int64
        var stamp: UInt32
        var isAmbiguous = false
    }
    private var firstSYN: SYN?
    private var lastSYN: SYN?

    /// - Parameter record: the connection's, after the segment.
    mutating func take(
        _ segment: TrackedSegment, _ detail: SegmentDetail, _ reading: SegmentReading, _ record: ConnectionRecord,
        to other: Int
    ) {
        let side = segment.side
        let flags = segment.flags
        guard !flags.contains(.rst), !reading.classes.contains(.stray) else { return }
        if flags.contains(.syn), let stamps = detail.timestamps {
            noteStamps(stamps, isAnswer: flags.contains(.ack), from: side, at: segment.time.nanoseconds, reading)
        }
        if !isOpen, flags.contains(.ack), !reading.classes.contains(.invalidACK) {
            noteHandshake(segment, reading, record, to: other)
        }
        if !flags.contains(.syn), segment.payloadLength > 0 { noteData(segment, reading, record, to: other) }
    }

    /// Who sent data at this time. A clock that was set back makes nobody wait longer.
    private mutating func noteSpeaker(_ side: Int, at time: Timestamp, _ record: ConnectionRecord) {
        speaker = (side, max(time.nanoseconds, speaker?.last ?? time.nanoseconds))
        for side in 0...1 { closedBefore[side] = record.halves[side].closedTime }
    }

    /// How long a side has left the other no room since data was last sent.
    private func waitedForWindow(of side: Int, _ record: ConnectionRecord) -> Int64 {
        max(0, record.halves[side].closedTime &- closedBefore[side])
    }

    /// Which of several SYNs an answer is to, their timestamps tell.
    private mutating func noteStamps(
        _ stamps: TCPTimestamps, isAnswer: Bool, from side: Int, at time: Int64, _ reading: SegmentReading
    ) {
        guard isAnswer else {
            let isKnown = [firstSYN, lastSYN].contains { $0?.stamp == stamps.value }
            if firstSYN?.stamp == stamps.value { firstSYN?.isAmbiguous = true }
            lastSYN = SYN(time: time, stamp: stamps.value, isAmbiguous: isKnown)
            if firstSYN == nil { firstSYN = lastSYN }
            return
        }
        let named = [lastSYN, firstSYN].compactMap { $0 }.first { $0.stamp == stamps.echoReply }
        guard let syn = named, !syn.isAmbiguous, roundTrip[side] == nil,
            !isOpen, reading.classes.isDisjoint(with: [.endsRoundTrip, .repeats]), time >= syn.time
        else { return }
        roundTrip[side] = time &- syn.time
        network &+= time &- syn.time
    }

    /// The SYN-ACK, and the ACK of it.
    private mutating func noteHandshake(
        _ segment: TrackedSegment, _ reading: SegmentReading, _ record: ConnectionRecord, to other: Int
    ) {
        let side = segment.side
        let isAnswer = segment.flags.contains(.syn)
        guard isAnswer || record.halves[other].marks.isSuperset(of: [.synAck, .synAcknowledged]) else { return }
        if reading.classes.contains(.endsRoundTrip), roundTrip[side] == nil {
            let trip = Int64(reading.roundTrip) * ConnectionRecord.tick
            roundTrip[side] = trip
            network &+= trip
        }
        guard !isAnswer else { return }
        isOpen = true
        // From here on either program may speak first.
        speaker = (side, segment.time.nanoseconds)
    }

    private mutating func noteData(
        _ segment: TrackedSegment, _ reading: SegmentReading, _ record: ConnectionRecord, to other: Int
    ) {
        let (side, time) = (segment.side, segment.time.nanoseconds)
        guard reading.classes.contains(.advances), reading.octetsSentAgain < segment.payloadLength else {
            noteRepetition(segment, reading, record, to: other)
            return
        }
        let waited = waitedForWindow(of: side, record)
        defer { noteSpeaker(side, at: segment.time, record) }
        guard let speaker, speaker.side != side || count[0] + count[1] == 0 else { return }
        let gap = max(0, time &- speaker.last)
        // The ACK of the handshake and the first data come from the same side, without a way in between.
        let way = speaker.side == side ? 0 : min(gap, roundTrip[side] ?? 0)
        network &+= way
        // What it did not read it could not think about: that time is its window's.
        thinking[side] &+= max(0, gap &- way &- waited)
        count[side] += 1
    }

    /// What its receiver still lacks, by its ACKs, comes again: whoever waited so far waited for the network.
    private mutating func noteRepetition(
        _ segment: TrackedSegment, _ reading: SegmentReading, _ record: ConnectionRecord, to other: Int
    ) {
        let time = segment.time.nanoseconds
        let receiver = record.halves[other]
        let end = segment.sequence + segment.payloadLength
        guard reading.classes.isSentAgain, let speaker, speaker.side == segment.side,
            !receiver.marks.contains(.acknowledged) || end.isAfter(receiver.highestAcknowledgment)
        else { return }
        network &+= max(0, time &- speaker.last &- waitedForWindow(of: other, record))
        noteSpeaker(segment.side, at: segment.time, record)
    }
}

/// Where a connection's time went, in nanoseconds.
public struct TimeShares: Sendable, Equatable {
    /// Waited for the client's program.
    public let client: Int64
    /// Waited for the server's program.
    public let server: Int64
    /// On the way, handshake included.
    public let network: Int64
    /// How long the client offered no window, so that the server had to wait with what it had to say.
    public let clientWindow: Int64
    /// How long the server offered none.
    public let serverWindow: Int64
    /// How often each began to send after the other had: the client asked, the server answered.
    public let clientTurns: Int
    public let serverTurns: Int
    /// Round trips from the capture to each end and back, from the handshake; `nil` where it was not captured, or sent again.
    public let toClient: Int64?
    public let toServer: Int64?

    /// The whole way and back.
    public var roundTrip: Int64? {
        guard let toClient, let toServer else { return nil }
        return toClient &+ toServer
    }
}

extension ConnectionMeasures {
    /// Where the connection's time went; `record` is its record after all its segments.
    public func shares(of record: ConnectionRecord) -> TimeShares {
        let client = record.side(of: .client)
        let server = record.side(of: .server)
        let isOneSocket = client == server
        return TimeShares(
            client: attribution.thinking[client], server: isOneSocket ? 0 : attribution.thinking[server],
            network: attribution.network,
            clientWindow: record.client.closedTime, serverWindow: isOneSocket ? 0 : record.server.closedTime,
            clientTurns: attribution.count[client], serverTurns: isOneSocket ? 0 : attribution.count[server],
            toClient: isOneSocket ? nil : attribution.roundTrip[client], toServer: attribution.roundTrip[server])
    }
}
