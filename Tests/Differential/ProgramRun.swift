/// What a socket call comes to.
enum CallOutcome<Value> {
    case done(Value)
    /// Nothing there yet, or no room.
    case notNow
    case failed(errno: Int32)
}

/// The calls that programs make, none of which blocks.
protocol ProgramSocket {
    /// Whether the connection is open, with the errno where it will not be.
    mutating func isOpen() -> CallOutcome<Void>
    /// An empty result is the end of the stream.
    mutating func receive() -> CallOutcome<[UInt8]>
    mutating func send(_ octets: [UInt8]) -> CallOutcome<Int>
    mutating func hurry()
    mutating func finish() -> CallOutcome<Void>
    mutating func close()
    mutating func abort()
}

/// A program on its way through its steps.
struct ProgramRun {
    private let steps: [ExchangePlan.Step]
    private var place = 0
    private(set) var read = 0
    private var written = 0
    /// Of the step in hand.
    private var writtenOfStep = 0
    private var isAtEnd = false
    private(set) var isGarbled = false
    private(set) var ending: ExchangeTrace.Ending?
    /// When a pause is over.
    private(set) var resumption: Int64?
    /// Whether it has let go of its socket.
    private(set) var hasClosed = false

    init(_ steps: [ExchangePlan.Step]) { self.steps = steps }

    /// The octet that stands at a place of the stream, in either direction.
    private static func octet(at place: Int) -> UInt8 { UInt8(truncatingIfNeeded: place &* 31 ^ place >> 8) }

    /// How it ended, or where it stands.
    var standing: ExchangeTrace.Ending { ending ?? .waiting(step: place) }

    /// Goes on as far as it can.
    ///
    /// - Returns: whether anything was done.
    mutating func advance(_ socket: inout some ProgramSocket, now: Int64) -> Bool {
        guard ending == nil else { return false }
        switch socket.isOpen() {
        case .done: break
        case .notNow: return false
        case .failed(let errno):
            ending = .failed(errno: errno)
            return true
        }
        var isMoving = false
        while ending == nil {
            guard place < steps.count else {
                ending = .done
                return true
            }
            guard perform(steps[place], on: &socket, now: now) else { return isMoving }
            isMoving = true
        }
        return isMoving
    }

    /// - Returns: whether the step is done, or has brought something.
    private mutating func perform(
        _ step: ExchangePlan.Step, on socket: inout some ProgramSocket, now: Int64
    ) -> Bool {
        switch step {
        case .write(let count): return write(count, to: &socket)
        case .read(let count):
            if read >= count || isAtEnd { return next() }
            return receive(&socket)
        case .readToEnd: return isAtEnd ? next() : receive(&socket)
        case .pause(let milliseconds):
            guard let end = resumption else {
                resumption = now + Int64(milliseconds) * 1_000_000
                return true
            }
            if now < end { return false }
            resumption = nil
            return next()
        case .hurry: socket.hurry()
        case .finish: return settle(socket.finish())
        case .close:
            hasClosed = true
            socket.close()
        case .abort:
            hasClosed = true
            socket.abort()
        }
        return next()
    }

    private mutating func next() -> Bool {
        place += 1
        return true
    }

    private mutating func settle(_ outcome: CallOutcome<Void>) -> Bool {
        switch outcome {
        case .done: return next()
        case .notNow: return false
        case .failed(let errno):
            ending = .failed(errno: errno)
            return true
        }
    }

    private mutating func receive(_ socket: inout some ProgramSocket) -> Bool {
        switch socket.receive() {
        case .done(let octets):
            if octets.isEmpty { isAtEnd = true }
            for (offset, octet) in octets.enumerated() where octet != Self.octet(at: read + offset) { isGarbled = true }
            read += octets.count
            return true
        case .notNow: return false
        case .failed(let errno):
            ending = .failed(errno: errno)
            return true
        }
    }

    private mutating func write(_ count: Int, to socket: inout some ProgramSocket) -> Bool {
        let octets = (writtenOfStep..<count).map { Self.octet(at: written + $0 - writtenOfStep) }
        switch socket.send(octets) {
        case .done(let taken):
            written += taken
            writtenOfStep += taken
            guard writtenOfStep == count else { return taken > 0 }
            writtenOfStep = 0
            return next()
        case .notNow: return false
        case .failed(let errno):
            ending = .failed(errno: errno)
            return true
        }
    }
}
