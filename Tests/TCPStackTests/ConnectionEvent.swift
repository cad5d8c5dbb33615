import TCPState
import TCPWire

@testable import TCPStack

/// What can happen to a connection: RFC 9293 3.10's user calls, arriving segments and time-outs, and ICMP; as values, so that a
/// test can hold one event against several copies of a block.
enum ConnectionEvent: Hashable, Sendable {
    /// OPEN (3.10.1).
    case openPassively
    case openActively
    /// SEND (3.10.2).
    case send([UInt8], urgent: Bool)
    /// RECEIVE (3.10.3): the octets are taken and not told; ``ControlBlock/receiveQueue`` has them before.
    case receive(limit: Int)
    /// CLOSE of the sending direction, and of both (3.10.4).
    case shutdownSending
    case close
    /// ABORT (3.10.5).
    case abort
    /// SEGMENT ARRIVES (3.10.7).
    case segment(Segment)
    /// An ICMP error about a segment with that number.
    case icmp(ICMPReason, quoted: SequenceNumber, mtu: UInt32?)
    /// Time has passed (3.10.8).
    case clock
}

extension ControlBlock {
    /// The whole of TCP as one function: the block after an event, and what is to be done. This block stays as it is.
    func after(_ event: ConnectionEvent, now: Instant) throws(CallError) -> (
        block: ControlBlock, actions: [Action]
    ) {
        var block = self
        try block.apply(event, now: now)
        block.flush(now: now)
        // Taken before the block is copied out, or it would keep them.
        let actions = block.takeActions()
        return (block, actions)
    }

    private mutating func apply(_ event: ConnectionEvent, now: Instant) throws(CallError) {
        switch event {
        case .openPassively: try openPassively()
        case .openActively: try openActively(now: now)
        case .send(let octets, let urgent): _ = try send(octets, urgent: urgent, now: now)
        case .receive(let limit):
            var octets: [UInt8] = []
            _ = try receive(into: &octets, limit: limit, now: now)
        case .shutdownSending: try shutdownSending(now: now)
        case .close: close(now: now)
        case .abort: abort()
        case .segment(let segment): receive(segment, now: now)
        case .icmp(let reason, let quoted, let mtu): receiveICMP(reason, quoted: quoted, mtu: mtu, now: now)
        case .clock: expire(now: now)
        }
    }
}
