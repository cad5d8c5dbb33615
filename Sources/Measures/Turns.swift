import CaptureFile
import TCPWire
import Tracking

/// Where the time of a connection went: in the network, or waiting for one of the two programs.
///
/// The data of most protocols takes turns. When one end begins to send after the other has sent, the time in between went to
/// the way there and back beyond the capture, and the rest to the program that had to think. The way is taken from the
/// handshake, which kernels answer at once.
struct Turns: Sendable, BitwiseCopyable {
    /// Nanoseconds, as the first SYN, the SYN-ACK and the ACK passed; a SYN sent again counts from its last copy.
    private var synTime: Int64?
    private var synAckTime: Int64?
    private var synSide = 0
    /// Round trips from the capture to each side and back, by side.
    private(set) var roundTrip: InlineArray<2, Int64?> = [nil, nil]
    /// By side: how long it thought, how often it had a turn.
    private(set) var thinking: InlineArray<2, Int64> = [0, 0]
    private(set) var count: InlineArray<2, Int> = [0, 0]
    /// On the way, handshake included.
    private(set) var network: Int64 = 0
    private var speaker: (side: Int, last: Int64)?
    private var isOpen = false

    mutating func take(_ segment: TrackedSegment, from side: Int) {
        let time = segment.time.nanoseconds
        let flags = segment.flags
        if flags.contains(.rst) { return }
        if flags.contains(.syn) {
            noteSYN(isAnswer: flags.contains(.ack), side, time)
            return
        }
        if !isOpen, let synAckTime, side == synSide, flags.contains(.ack) {
            isOpen = true
            let trip = max(0, time &- synAckTime)
            roundTrip[side] = trip
            network &+= trip
            // From here on either program may speak first.
            speaker = (side, time)
        }
        if segment.payloadLength > 0 { noteData(side, time) }
    }

    private mutating func noteSYN(isAnswer: Bool, _ side: Int, _ time: Int64) {
        if !isAnswer {
            (synTime, synSide) = (time, side)
        } else if let synTime, side != synSide, !isOpen {
            if synAckTime == nil {
                let trip = max(0, time &- synTime)
                roundTrip[side] = trip
                network &+= trip
            }
            synAckTime = time
        }
    }

    private mutating func noteData(_ side: Int, _ time: Int64) {
        defer { speaker = (side, time) }
        guard let speaker, speaker.side != side || count[0] + count[1] == 0 else { return }
        let gap = max(0, time &- speaker.last)
        // The ACK of the handshake and the first data come from the same side, without a way in between.
        let way = speaker.side == side ? 0 : min(gap, roundTrip[side] ?? 0)
        network &+= way
        thinking[side] &+= gap &- way
        count[side] += 1
    }
}

/// Where a connection's time went, in nanoseconds.
public struct TimeShares: Sendable, Equatable {
    public let client: Int64
    public let server: Int64
    public let network: Int64
    /// How often the server answered, and the client asked again.
    public let clientTurns: Int
    public let serverTurns: Int
    /// Round trips from the capture to each end and back, from the handshake; `nil` where it was not captured.
    public let toClient: Int64?
    public let toServer: Int64?

    /// The whole way and back.
    public var roundTrip: Int64? {
        guard let toClient, let toServer else { return nil }
        return toClient &+ toServer
    }
}

extension ConnectionMeasures {
    public func shares(of record: ConnectionRecord) -> TimeShares {
        let client = record.side(of: .client)
        let server = record.side(of: .server)
        let isOneSocket = client == server
        return TimeShares(
            client: turns.thinking[client], server: isOneSocket ? 0 : turns.thinking[server], network: turns.network,
            clientTurns: turns.count[client], serverTurns: isOneSocket ? 0 : turns.count[server],
            toClient: isOneSocket ? nil : turns.roundTrip[client], toServer: turns.roundTrip[server])
    }
}
