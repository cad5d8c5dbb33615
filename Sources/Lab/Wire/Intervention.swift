import TCPWire
import Tracking

/// Something that a wire does to one of its segments.
public struct Intervention: Sendable, Equatable {
    /// Which segment: the first, second and so on that this end sends with exactly these flags; or the segment with
    /// this number on the wire.
    public enum Choice: Sendable, Equatable {
        case flags(Party, TCPFlags, count: Int)
        case number(Int)
    }

    /// What is done to the segment.
    public enum Action: Sendable, Equatable {
        /// It is lost.
        case drop
        /// It arrives twice.
        case duplicate
        /// It arrives later, by this many nanoseconds.
        case hold(Int64)
        /// It arrives directly after the next segment from the same end that arrives, or alone after
        /// ``Intervention/longestWait``.
        case holdBehindNext
    }

    /// The segment to which it is done.
    public var choice: Choice
    /// What is done to the segment.
    public var action: Action

    /// The segment in the syntax of ``init(_:)``: `S:SYN,ACK#1`, `#4`.
    public var segment: String {
        switch choice {
        case .number(let number): "#\(number)"
        case .flags(let party, let flags, let count): "\(party == .client ? "C" : "S"):\(flags)#\(count)"
        }
    }

    /// The intervention in the syntax of ``init(_:)``: `hold C:ACK#1 3s`.
    public var words: String {
        switch action {
        case .drop: "drop \(segment)"
        case .duplicate: "duplicate \(segment)"
        case .hold(let time): "hold \(segment) \(Self.text(of: time))"
        case .holdBehindNext: "hold \(segment) behind next"
        }
    }

    /// Creates an intervention on one segment. The time of a hold is not limited here; ``longestHold`` applies only to
    /// parsed texts.
    public init(_ action: Action, _ choice: Choice) {
        self.action = action
        self.choice = choice
    }

    /// The longest time for which a segment can be held, in seconds.
    public static let longestHold = 60.0

    /// How long a segment that is to arrive after the next one waits for it, in nanoseconds; then it arrives alone.
    public static let longestWait: Int64 = 3_000_000_000

    /// The most octets that the text of an intervention can have.
    private static let longestWords = 200

    /// Parses a text such as `drop S:SYN,ACK#1`, `duplicate #4`, `hold C:ACK#1 3s` or `hold #4 behind next`; `nil` if
    /// it is none of these.
    public init?(_ words: String) {
        guard words.utf8.count <= Self.longestWords else { return nil }
        let parts = words.split(separator: " ")
        guard parts.count >= 2, let choice = Self.choice(parts[1]) else { return nil }
        switch (parts[0], parts.count) {
        case ("drop", 2): self.init(.drop, choice)
        case ("duplicate", 2): self.init(.duplicate, choice)
        case ("hold", 3):
            guard let time = Self.time(parts[2]) else { return nil }
            self.init(.hold(time), choice)
        case ("hold", 4):
            guard parts[2] == "behind", parts[3] == "next" else { return nil }
            self.init(.holdBehindNext, choice)
        default: return nil
        }
    }

    private static func choice(_ word: Substring) -> Choice? {
        if word.hasPrefix("#") { return number(word.dropFirst()).map { .number($0) } }
        let sides = word.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 2, let party = party(sides[0]) else { return nil }
        let halves = sides[1].split(separator: "#", omittingEmptySubsequences: false)
        guard halves.count <= 2, let flags = flags(halves[0]) else { return nil }
        guard halves.count == 2 else { return .flags(party, flags, count: 1) }
        return number(halves[1]).map { .flags(party, flags, count: $0) }
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { $0 > 0 ? $0 : nil }
    }

    private static func party(_ text: Substring) -> Party? {
        switch text {
        case "C": .client
        case "S": .server
        default: nil
        }
    }

    private static func flags(_ text: Substring) -> TCPFlags? {
        let names: [(Substring, TCPFlags)] = [
            ("SYN", .syn), ("ACK", .ack), ("PSH", .psh), ("FIN", .fin), ("RST", .rst), ("URG", .urg), ("ECE", .ece),
            ("CWR", .cwr),
        ]
        var flags: TCPFlags = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let flag = names.first(where: { $0.0 == word })?.1, !flags.contains(flag) else { return nil }
            flags.insert(flag)
        }
        return flags
    }

    /// Parses digits with at most one decimal point.
    private static func decimal(_ text: some StringProtocol) -> Double? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }) else { return nil }
        return Double(text)
    }

    /// A time in the syntax of ``time(_:)``.
    fileprivate static func text(of time: Int64) -> String {
        let (milliseconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000)
        if rest == 0, milliseconds < 1000 { return "\(milliseconds)ms" }
        let (seconds, fraction) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard fraction != 0 else { return "\(seconds)s" }
        var digits = String(fraction + 1_000_000_000).dropFirst()
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(seconds).\(digits)s"
    }

    /// Parses a time such as `300ms` or `3s`, in nanoseconds: at least a millisecond, at most ``longestHold``; `nil`
    /// for anything else.
    public static func time(_ text: some StringProtocol) -> Int64? {
        let isShort = text.hasSuffix("ms")
        guard isShort || text.hasSuffix("s"), let value = decimal(text.dropLast(isShort ? 2 : 1))
        else { return nil }
        let seconds = isShort ? value / 1000 : value
        guard seconds >= 1e-3, seconds <= longestHold else { return nil }
        return Int64((seconds * 1e9).rounded())
    }
}

/// The interventions on a wire.
public struct WirePlan: Sendable, Equatable {
    /// The interventions. If several name the same segment, all of them are applied to it.
    public var interventions: [Intervention] = []
    /// How long the client is silent after it has connected, in nanoseconds.
    public var silence: Int64 = 0

    /// Creates an empty plan.
    public init() {}

    /// A plan in which the segments with these numbers are lost.
    public static func losing(_ numbers: [Int]) -> WirePlan {
        var plan = WirePlan()
        plan.interventions = numbers.map { Intervention(.drop, .number($0)) }
        return plan
    }

    /// The plan in the syntax of ``add(_:)``, one text for each part.
    public var words: [String] {
        (silence > 0 ? ["wait C \(Intervention.text(of: silence))"] : []) + interventions.map(\.words)
    }

    /// Removes the part that was added last; the client's silence only after everything else.
    ///
    /// - Returns: the removed part in the syntax of ``add(_:)``; `nil` if the plan was empty.
    public mutating func takeBack() -> String? {
        let last = words.last
        if interventions.popLast() == nil { silence = 0 }
        return last
    }

    /// Whether the plan contains nothing.
    public var isEmpty: Bool { interventions.isEmpty && silence == 0 }

    /// Adds what a text says: an ``Intervention``, or `wait C 2s`, which keeps the client silent for that time.
    ///
    /// - Returns: whether the text could be parsed.
    public mutating func add(_ words: String) -> Bool {
        if let intervention = Intervention(words) {
            interventions.append(intervention)
            return true
        }
        let parts = words.split(separator: " ")
        guard parts.count == 3, parts[0] == "wait", parts[1] == "C", let time = Intervention.time(parts[2]) else {
            return false
        }
        silence = time
        return true
    }
}
