import CaptureFile
import TCPWire
import Tracking

/// What is measured of a connection beyond its record, where it is asked for: each direction, where the time went, and
/// Zeek's history. Its memory is bounded, whatever the connection sends.
public struct ConnectionMeasures: Sendable {
    /// The end that sent the first segment, with the index 0.
    let first: Endpoint
    private let isReflexive: Bool
    private var directions: InlineArray<2, DirectionMeasures> = [DirectionMeasures(), DirectionMeasures()]
    private(set) var turns = Turns()
    private(set) var zeek = ZeekWatch()
    private var lastTime: Int64?
    /// The longest time in which neither end sent anything, in nanoseconds.
    public private(set) var idleMaximum: Int64 = 0

    package init(_ segment: SegmentHeader) {
        first = segment.sourceEndpoint
        isReflexive = segment.sourceEndpoint == segment.destinationEndpoint
    }

    /// Takes one more segment of the connection.
    ///
    /// - Parameter isCutOff: whether the capture kept only the beginning of its frame.
    package mutating func take(_ segment: SegmentHeader, in frame: RawSpan, at timestamp: Timestamp, isCutOff: Bool) {
        let time = timestamp.nanoseconds
        let side = segment.sourceEndpoint == first ? 0 : 1
        let other = isReflexive ? side : 1 - side
        if let lastTime { idleMaximum = max(idleMaximum, time &- lastTime) }
        lastTime = time
        // What lacks payload in a whole frame is the first fragment of a packet: the rest went by in others.
        let lost = isCutOff ? segment.payloadLength &- min(segment.payloadLength, segment.capturedPayloadLength) : 0
        directions[side].cutOff(lost)
        let offer = PeerOffer(
            windowMaximum: directions[other].windowMaximum,
            lastWindow: directions[other].segments > 0 ? directions[other].lastWindow : nil)
        directions[side].send(segment, in: frame, at: time, to: offer)
        directions[side].answer(
            segment, in: frame, shift: shift(of: side, other),
            expectsData: directions[other].next > directions[other].acknowledged ?? .max)
        if segment.flags.contains(.ack), !segment.flags.contains(.rst) {
            directions[other].acknowledge(
                segment.acknowledgment, at: time, window: directions[side].windowMaximum)
        }
        if segment.flags.contains(.rst) { directions[other].noteReset() }
        turns.take(segment, from: side, at: time)
        zeek.take(segment, from: side, to: other, isWhole: lost == 0, at: time)
    }

    /// RFC 7323 2.2: windows are shifted where both SYNs said by how much.
    private func shift(of side: Int, _ other: Int) -> UInt8? {
        guard let mine = directions[side].options, let its = directions[other].options else { return nil }
        guard let shift = mine.windowScale, its.windowScale != nil else { return 0 }
        return shift
    }

    /// What `party` sent. Of a connection of a socket with itself every segment counts as the client's.
    public func sent(by party: Party, of record: ConnectionRecord) -> DirectionMeasures {
        isReflexive && party == .server ? DirectionMeasures() : directions[side(of: party, record)]
    }

    func side(of party: Party, _ record: ConnectionRecord) -> Int {
        let client = record.clientEndpoint == first ? 0 : 1
        return party == .client || isReflexive ? client : 1 - client
    }
}
