import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Where the time of a connection went: in the network, or waiting for one of the two programs.
///
/// In most protocols the ends send data in turns. When one end begins to send after the other has sent, the time
/// between went to the path beyond the capture point and back, and the rest to the program that had to answer. For the
/// path the round trip of the handshake is taken, which kernels answer at once. Only new octets begin a turn. The time
/// until lost octets are sent again counts as the network's.
struct TimeAttribution: Sendable, BitwiseCopyable {
    /// Round trips in the handshake from the capture point to each side and back, by side, as the record measures them.
    /// Where the SYN, or the SYN-ACK, was sent again, there is none (RFC 6298 3), unless the answer names its SYN by
    /// the timestamp (RFC 7323 4).
    private(set) var roundTrip: InlineArray<2, Int64?> = [nil, nil]
    /// By side: nanoseconds for which its program was waited for, and how many turns it had.
    private(set) var thinking: InlineArray<2, Int64> = [0, 0]
    private(set) var count: InlineArray<2, Int> = [0, 0]
    /// Nanoseconds that went to the path, handshake included.
    private(set) var network: Int64 = 0
    /// Which side sent data last, when, and for how long each side's window had been closed by then.
    private var speaker: (side: Int, last: Int64)?
    private var closedBefore: InlineArray<2, Int64> = [0, 0]
    private var isOpen = false
    /// A SYN without ACK: when it was captured, its timestamp, and whether another SYN has the same timestamp.
    private struct SYN: BitwiseCopyable {
        var time: Int64
        var stamp: UInt32
        var isAmbiguous = false
    }
    private var firstSYN: SYN?
    private var lastSYN: SYN?

    /// - Parameter record: the connection's record after the segment.
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

    /// Notes which side sent data at this time. After a clock was set back, the latest time stays, so that nobody waits
    /// longer.
    private mutating func noteSpeaker(_ side: Int, at time: Timestamp, _ record: ConnectionRecord) {
        speaker = (side, max(time.nanoseconds, speaker?.last ?? time.nanoseconds))
        for side in 0...1 { closedBefore[side] = record.halves[side].closedTime }
    }

    /// For how many nanoseconds a side's window has been closed since data was last sent.
    private func waitedForWindow(of side: Int, _ record: ConnectionRecord) -> Int64 {
        max(0, record.halves[side].closedTime &- closedBefore[side])
    }

    /// Measures the round trip of a SYN that was sent several times: the timestamps tell which of them the SYN-ACK
    /// answers.
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

    /// Processes the SYN-ACK, or the ACK of it.
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
        // The ACK that completes the handshake and the first data may come from the same side: then no round trip lies
        // between.
        let way = speaker.side == side ? 0 : min(gap, roundTrip[side] ?? 0)
        network &+= way
        // A program cannot answer what it had no room to receive: the time in which its window was closed does not
        // count as its thinking.
        thinking[side] &+= max(0, gap &- way &- waited)
        count[side] += 1
    }

    /// Processes octets that are sent again and that, by its ACKs, the receiver still lacks: the wait until now was for
    /// the network.
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
    /// Time spent waiting for the client's program.
    public let client: Int64
    /// Time spent waiting for the server's program.
    public let server: Int64
    /// Time on the path, handshake included.
    public let network: Int64
    /// For how long the client's window was closed, so that the server could not send what it had to say.
    public let clientWindow: Int64
    /// For how long the server's window was closed.
    public let serverWindow: Int64
    /// How often the client began to send data after the server had, or as the first.
    public let clientTurns: Int
    /// How often the server began to send data after the client had, or as the first.
    public let serverTurns: Int
    /// The round trip from the capture point to the client and back, from the handshake; `nil` where it was not
    /// captured, or was sent again so that nothing shows which segment was answered.
    public let toClient: Int64?
    /// The round trip from the capture point to the server and back, under the same conditions.
    public let toServer: Int64?

    /// The round trip of the whole path; `nil` where one part of it is not known.
    public var roundTrip: Int64? {
        guard let toClient, let toServer else { return nil }
        return toClient &+ toServer
    }
}

extension ConnectionMeasures {
    /// Where the connection's time went. `record` must be the connection's record after all its segments.
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
