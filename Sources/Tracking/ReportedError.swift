import CaptureFile
import TCPState
import TCPWire

/// What an ICMP error says of the segment that it quotes, reduced to what an outcome distinguishes (RFC 9293 3.9.2.2).
public enum ErrorVerdict: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Protocol or port unreachable: the host says so, or a filter in its name.
    case refused = 1
    /// A router or a host prohibits the communication.
    case prohibited
    /// There is no route to the address.
    case unreachable
    /// The segment's hop limit was used up on the way (time exceeded).
    case expired
    /// The packet was larger than the next link takes (RFC 1191, RFC 8201).
    case tooBig
    /// A router on the way, or the host, could not interpret one of the packet's headers (parameter problem).
    case unreadable
    /// Any other message: advice, which does not say that the segment was dropped.
    case other
    /// The message itself was damaged: its receiver dropped it.
    case damaged

    init(_ reason: ICMPReason) {
        switch reason {
        case .portUnreachable, .protocolUnreachable: self = .refused
        case .networkProhibited, .hostProhibited, .administrativelyProhibited, .policyFailed, .routeRejected:
            self = .prohibited
        case .networkUnreachable, .hostUnreachable, .noRoute, .beyondScope, .addressUnreachable, .sourceRouteFailed,
            .otherUnreachable:
            self = .unreachable
        case .timeExceeded, .reassemblyTimeExceeded: self = .expired
        case .fragmentationNeeded, .packetTooBig: self = .tooBig
        case .parameterProblem: self = .unreadable
        case .sourceQuench, .redirect, .other: self = .other
        }
    }

    /// Its name in filters and JSON.
    public var name: String {
        switch self {
        case .refused: "refused"
        case .prohibited: "prohibited"
        case .unreachable: "unreachable"
        case .expired: "time-exceeded"
        case .tooBig: "too-big"
        case .unreadable: "parameter-problem"
        case .other: "other"
        case .damaged: "damaged"
        }
    }

    /// Whether the error says that the segment was dropped.
    package var isDrop: Bool { self != .other && self != .damaged }
}

/// An ICMP error about a segment, as captured.
public struct ReportedError: Sendable {
    /// The number of the error's own packet.
    public private(set) var number: Int
    /// Its own packet's time.
    public let time: Timestamp
    /// The error, and what it quotes of the segment.
    public let error: ICMPError
    let key: FlowKey
    /// The side that sent the quoted segment.
    package let side: Int

    /// Creates an error that was decoded from a packet. It is not yet known which connection it is about.
    package init(_ error: ICMPError, number: Int, time: Timestamp) {
        self.error = error
        self.number = number
        self.time = time
        var quoted = SegmentHeader()
        (quoted.source, quoted.sourcePort) = (error.source.address, error.source.port)
        (quoted.destination, quoted.destinationPort) = (error.destination.address, error.destination.port)
        let (key, side) = FlowKey.of(quoted)
        self.key = key
        self.side = Int(side)
    }

    /// What the error says of the segment; ``ErrorVerdict/damaged`` where the error's own checksum is wrong.
    public var verdict: ErrorVerdict { error.isDamaged ? .damaged : ErrorVerdict(error.reason) }

    /// By how many nanoseconds an error may stand in a capture before the packet that caused it.
    private static let writingDelay: Int64 = 500_000

    /// Whether the error was captured so shortly before `time` that it may quote a packet captured at that time.
    package func isSoon(before time: Timestamp) -> Bool {
        (0...Self.writingDelay).contains(time.nanoseconds(since: self.time))
    }

    /// How far apart copies of one error may come, in nanoseconds: where the quoted packet's identification shows that
    /// it is the same packet, and where it has none.
    private static let copyReach: (numbered: Int64, unnumbered: Int64) = (100_000_000, 1_000_000)

    /// Whether a later error is this one, captured once more. A router answers each packet once, and both quote the
    /// same packet.
    func isCopied(by other: ReportedError) -> Bool {
        let reach = error.identification == 0 ? Self.copyReach.unnumbered : Self.copyReach.numbered
        return error == other.error && (0...reach).contains(other.time.nanoseconds(since: time))
    }

    /// This error with another packet number.
    package func numbered(_ number: Int) -> ReportedError {
        var own = self
        own.number = number
        return own
    }
}

extension ConnectionRecord {
    /// Whether this connection's end has sent the number that the error quotes. Otherwise the error is old, or forged
    /// (RFC 5927 4.1).
    package func hasSent(_ quoted: ReportedError) -> Bool {
        guard quoted.key == key else { return false }
        let half = halves[quoted.side]
        guard half.marks.contains(.numbered) else { return false }
        let number = SequenceNumber(quoted.error.sequence)
        // A segment that takes up no number, such as a pure ACK, carries SND.NXT.
        if number == half.next { return half.marks.contains(.acknowledged) }
        if half.marks.contains(.initialKnown) {
            return number.isAtOrAfter(half.initialSequence) && number.isBefore(half.next)
        }
        return number.isBefore(half.next) && UInt64(half.next.relative(to: number)) <= half.streamBytes + 1
    }
}

/// ICMP errors of one sender that say the same.
package struct ErrorKind: Sendable {
    /// The first of these errors.
    package let error: ICMPError
    /// The number of these errors.
    package private(set) var times = 1

    /// The most kinds that are kept: a limit for hostile captures.
    private static let most = 16

    /// The kinds of errors about a connection, in the order in which they first came. Those that quote a number which
    /// the connection's end has not sent, and damaged ones, are left out.
    package static func all(_ errors: [ReportedError], about record: ConnectionRecord) -> [ErrorKind] {
        var kinds: [ErrorKind] = []
        for reported in errors where record.hasSent(reported) && reported.verdict != .damaged {
            if let same = kinds.firstIndex(where: { $0.isAlike(reported.error) }) {
                kinds[same].times += 1
            } else if kinds.count < most {
                kinds.append(ErrorKind(error: reported.error))
            }
        }
        return kinds
    }

    private func isAlike(_ other: ICMPError) -> Bool {
        error.reporter == other.reporter && error.reason == other.reason && error.mtu == other.mtu
    }
}

/// Assigns the ICMP errors in a capture to its connections.
package struct ErrorAssignment: Sendable {
    private let errors: [ReportedError]
    /// For each connection, the indices of the errors about it.
    private var places: [Int: [Int]] = [:]
    /// How many quote a segment of no connection in the capture.
    package private(set) var unknown = 0

    /// - Parameter record: returns the record of each of the `count` connections, which are in the order of their first
    ///   segments.
    package init(_ errors: [ReportedError], among count: Int, _ record: (Int) -> ConnectionRecord) {
        self.errors = errors
        guard !errors.isEmpty else { return }
        let wanted = Set(errors.map(\.key))
        var lives: [FlowKey: [Int]] = [:]
        for index in 0..<count {
            let key = record(index).key
            if wanted.contains(key) { lives[key, default: []].append(index) }
        }
        for (place, error) in errors.enumerated() {
            let begun = Self.begun(lives[error.key] ?? [], before: error, record)
            guard let life = begun.last(where: { record($0).hasSent(error) }) ?? begun.last else {
                unknown += 1
                continue
            }
            let isCopy = places[life]?.suffix(Self.copyReach).contains { errors[$0].isCopied(by: error) } ?? false
            if !isCopy { places[life, default: []].append(place) }
        }
    }

    /// How many of a connection's errors, the last ones, are compared when a copy is looked for.
    private static let copyReach = 4

    /// How many lives of a tuple are examined for one error: a limit for hostile captures.
    private static let lifeLimit = 16

    /// Of a tuple's lives, which must be in their order, the last ones that had begun when an error came.
    private static func begun(
        _ lives: [Int], before error: ReportedError, _ record: (Int) -> ConnectionRecord
    ) -> ArraySlice<Int> {
        var (low, high) = (0, lives.count)
        while low < high {
            let middle = (low + high) / 2
            if record(lives[middle]).firstNumber < UInt64(error.number) { low = middle + 1 } else { high = middle }
        }
        if low < lives.count, error.isSoon(before: record(lives[low]).firstTime) { low += 1 }
        return lives[..<low].suffix(lifeLimit)
    }

    /// The errors about a connection, by its index.
    package subscript(connection: Int) -> [ReportedError] { (places[connection] ?? []).map { errors[$0] } }

    /// A connection's record, with the errors about its segments noted.
    package func reported(_ record: ConnectionRecord, _ connection: Int) -> ConnectionRecord {
        guard let places = places[connection] else { return record }
        var record = record
        for place in places { record.note(errors[place]) }
        return record
    }
}

extension ConnectionRecord {
    /// Notes an ICMP error about one of this connection's segments. A later error replaces an earlier one.
    package mutating func note(_ error: ReportedError) {
        guard error.verdict.isDrop, hasSent(error) else { return }
        reported = error.verdict
    }
}
