import TCPWire
import Tracking

/// What both ends of a connection sent, as the receivers' programs read it: each octet once, and in the order of its
/// number. A piece comes at the segment with which it is complete. Octets that were sent with the same numbers and differ
/// come as pieces of their own.
public struct Conversation: Sequence, IteratorProtocol, Sendable {
    /// Consecutive octets of one end, from one segment; or octets that are missing in the capture.
    public struct Piece: Sendable, Equatable {
        /// The end that sent them.
        public let sender: Party
        /// The position of the first octet in the stream, from 0.
        public let place: UInt64
        /// The number of the packet that carried them. For missing octets, the packet after them; `nil` where there is
        /// none.
        public let number: Int?
        /// The octets; empty if ``missing`` is not 0.
        public let octets: ArraySlice<UInt8>
        /// How many octets from `place` on are missing in the capture. If there are any, ``octets`` is empty.
        public let missing: UInt64
        /// Whether its octets are others than were sent with the same numbers before, and not part of the stream.
        public var isOther = false
    }

    /// A segment with payload, by its first number.
    private struct Carried {
        let start: UInt64
        let step: Int
        /// ``SegmentLabel/otherOctets``.
        let isOther: Bool
        /// Whether its octets count where none of others stand.
        let isTaken: Bool
    }

    /// The pieces of one end's stream in order, each with the step at which it can be read.
    private struct Stream: Sendable {
        var pieces: [(piece: Piece, step: Int)] = []
        var next = 0

        var step: Int? { next < pieces.count ? pieces[next].step : nil }

        /// Puts pieces behind those that could be read by then.
        mutating func add(_ others: [(piece: Piece, step: Int)]) {
            guard !others.isEmpty else { return }
            pieces = (pieces + others).enumerated()
                .sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }.map(\.element)
        }
    }

    private var streams: [Stream]

    /// Reads the octets of a story's segments, except those that the receiver did not accept.
    public init(_ story: ConnectionStory) {
        streams = Party.allCases.map { Self.stream(of: $0, in: story) }
    }

    /// The next piece that can be read; `nil` after the last.
    public mutating func next() -> Piece? {
        guard let first = streams.compactMap(\.step).min(),
            let place = streams.indices.first(where: { streams[$0].step == first })
        else { return nil }
        defer { streams[place].next += 1 }
        return streams[place].pieces[streams[place].next].piece
    }

    /// The first octets that an end sent, up to the first gap, and at most `limit`.
    public static func beginning(of party: Party, in story: ConnectionStory, limit: Int) -> [UInt8] {
        var octets: [UInt8] = []
        for (piece, _) in stream(of: party, in: story, limit: limit).pieces {
            guard piece.missing == 0, octets.count < limit else { break }
            octets += piece.octets.prefix(limit - octets.count)
        }
        return octets
    }

    /// How many of a connection's first segments are searched for the octets with which an end begins.
    private static let beginningLimit = 1024

    /// - Parameter limit: segments after this many captured octets are not processed; neither are those long after the
    ///   opening.
    private static func stream(of party: Party, in story: ConnectionStory, limit: Int = .max) -> Stream {
        var carried: [Carried] = []
        /// The number after the last octet, as a FIN shows it.
        var end: UInt64?
        /// The same number, or the next one (a FIN takes a number too), as the other end's ACKs show it.
        var acknowledged: UInt64 = 0
        var isCounted = false
        var held = 0
        let steps = story.steps.prefix(limit == .max ? .max : beginningLimit)
        for (index, step) in steps.enumerated() {
            let isOther = step.has(.otherOctets) && step.sender == party && step.sequence.base != .none
            guard step.fate != .notTaken else {
                if isOther, limit == .max {
                    carried.append(
                        Carried(start: step.sequence.value, step: index, isOther: true, isTaken: false))
                }
                continue
            }
            guard step.sender == party else {
                if let number = step.acknowledgment, number.base == .isn {
                    acknowledged = Swift.max(acknowledged, number.value)
                }
                continue
            }
            guard step.sequence.base != .none else { continue }
            let header = step.segment.header
            isCounted = isCounted || step.sequence.base == .isn
            let start = step.sequence.value &+ (header.flags.contains(.syn) ? 1 : 0)
            if header.flags.contains(.fin) { end = end ?? start &+ UInt64(header.payloadLength) }
            if header.payloadLength > 0 {
                carried.append(
                    Carried(start: start, step: index, isOther: isOther && limit == .max, isTaken: true))
            }
            held += step.segment.payload.count
            if held >= limit { break }
        }
        // Of two segments with the same numbers, the one that came first.
        carried.sort { ($0.start, $0.step) < ($1.start, $1.step) }
        var stream = Stream()
        guard let first = carried.first(where: \.isTaken) else { return stream }
        // Where the handshake was captured, the first octet's number is 1.
        var origin = isCounted ? 1 : first.start
        var next = origin
        var readable = 0
        var others: [(piece: Piece, step: Int)] = []
        func skip(to start: UInt64, before number: Int?) {
            guard start > next else { return }
            let piece = Piece(
                sender: party, place: next &- origin, number: number, octets: [], missing: start &- next)
            stream.pieces.append((piece, readable))
            next = start
        }
        for one in carried {
            let segment = story.steps[one.step].segment
            let last = one.start &+ UInt64(segment.header.payloadLength)
            if one.isOther {
                // Of one that was taken, its octets behind those that are there already are the stream's.
                let octets = segment.payload.prefix(
                    one.isTaken ? Int(clamping: next &- Swift.min(next, one.start)) : .max)
                var piece = Piece(
                    sender: party, place: one.start &- Swift.min(one.start, origin), number: segment.number,
                    octets: octets,
                    missing: 0)
                piece.isOther = true
                if !octets.isEmpty { others.append((piece, one.step)) }
                if !one.isTaken { continue }
            }
            guard last > next, last > one.start else { continue }
            readable = Swift.max(readable, one.step)
            // The FIN takes a number, but carries no octet there.
            if let end, next <= end, one.start > end {
                skip(to: end, before: segment.number)
                next = end &+ 1
                origin = origin &+ 1
            }
            skip(to: one.start, before: segment.number)
            let octets = segment.payload.dropFirst(Int(clamping: next &- one.start))
            if !octets.isEmpty {
                let piece = Piece(
                    sender: party, place: next &- origin, number: segment.number, octets: octets, missing: 0)
                stream.pieces.append((piece, readable))
                next = next &+ UInt64(octets.count)
            }
            // The octets of the segment that were not captured.
            skip(to: last, before: segment.number)
        }
        if isCounted, limit == .max { skip(to: end ?? acknowledged &- Swift.min(acknowledged, 1), before: nil) }
        stream.add(others)
        return stream
    }
}
