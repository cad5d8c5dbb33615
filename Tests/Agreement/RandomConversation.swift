import TCPWire
import Transcripts

/// A conversation by chance: data, holes, repetitions, probes, wild numbers, resets and new lives, at times that leap and go
/// back. Nobody would hold it; whatever is told of it has to agree all the same.
package struct RandomConversation {
    private var dice: SplitMix
    private let transcript = Transcript()
    /// By end: the next number, a few that were sent before, the stamp, and the window.
    private var next: [UInt32]
    private var sent: [[(UInt32, Int)]] = [[], []]
    private var isClosed = [false, false]
    private let hasStamps: Bool
    private var stamp: UInt32 = 1000

    package init(seed: UInt64) {
        var dice = SplitMix(state: seed)
        let nearEnd = Bool.random(using: &dice)
        next = (0..<2).map { _ in
            nearEnd ? .random(in: (.max - 5000)...(.max), using: &dice) : .random(in: 0...(.max), using: &dice)
        }
        hasStamps = Bool.random(using: &dice)
        self.dice = dice
    }

    /// Its packets as a capture file.
    package mutating func capture(segments: Int = 40) -> [UInt8] {
        if Int.random(in: 0..<6, using: &dice) > 0 { open() }
        for _ in 0..<segments { act() }
        return transcript.capture
    }

    private func end(_ side: Int) -> Transcript.End { side == 0 ? transcript.c : transcript.s }

    private mutating func open() {
        let options: [TCPOption] =
            Bool.random(using: &dice) ? [.maximumSegmentSize(1460), .sackPermitted, .windowScale(7)] : []
        transcript.c.syn(next[0], options: options)
        transcript.s.synAck(next[1], ack: next[0] &+ 1, options: options)
        next = next.map { $0 &+ 1 }
        transcript.c.ack(next[0], ack: next[1])
    }

    private mutating func send(
        _ side: Int, _ flags: TCPFlags, _ number: UInt32, _ ack: UInt32, _ length: Int, window: UInt16 = 1000
    ) {
        stamp &+= UInt32.random(in: 0...3, using: &dice)
        let isLate = Int.random(in: 0..<8, using: &dice) == 0
        let stamps = TCPTimestamps(value: isLate ? stamp &- 5 : stamp, echoReply: stamp)
        end(side).send(
            flags, number, ack, payload: length,
            options: hasStamps ? [.noOperation, .noOperation, .timestamps(stamps)] : [], window: window)
    }

    private mutating func act() {
        wait()
        let side = Int.random(in: 0...1, using: &dice)
        let ack = Int.random(in: 0..<12, using: &dice) == 0 ? wildly(next[1 - side]) : next[1 - side]
        let window: UInt16 = [1000, 1000, 1000, 1000, 500, 0].randomElement(using: &dice) ?? 0
        switch Int.random(in: 0..<26, using: &dice) {
        case 0..<9: data(side, ack, window)
        case 9..<14: send(side, .ack, next[side], ack, 0, window: window)
        case 14..<17:
            guard let (number, length) = sent[side].randomElement(using: &dice) else { return }
            let cut = Int.random(in: 0...2, using: &dice)
            send(side, [.ack, .psh], number &- UInt32(cut == 1 ? 5 : 0), ack, length + (cut == 2 ? 50 : 0))
        case 17:
            // Not captured, or captured later.
            let length = Int.random(in: 1...1460, using: &dice)
            sent[side].append((next[side], length))
            next[side] &+= UInt32(length)
        case 18: send(side, .ack, next[side] &- 1, ack, Int.random(in: 0...1, using: &dice))
        case 19: send(side, [.ack, .psh], next[side], ack, 1)
        case 20: send(side, [.ack, .psh], wildly(next[side]), ack, 100)
        case 21: close(side, ack)
        case 22: send(side, [.rst, .ack], Bool.random(using: &dice) ? next[side] : wildly(next[side]), ack, 0)
        case 23: send(side, .syn, Bool.random(using: &dice) ? next[side] &- 1 : wildly(next[side]), 0, 0)
        case 24: send(side, [.syn, .ack], wildly(next[side]), ack, 0)
        default:
            if let last = transcript.segments.last { transcript.repeatSegment(last) }
        }
    }

    private mutating func data(_ side: Int, _ ack: UInt32, _ window: UInt16) {
        let length = [1, 10, 100, 1460].randomElement(using: &dice) ?? 1
        send(side, [.ack, .psh], next[side], ack, length, window: window)
        sent[side] = sent[side].suffix(8) + [(next[side], length)]
        if !isClosed[side] { next[side] &+= UInt32(length) }
    }

    private mutating func close(_ side: Int, _ ack: UInt32) {
        send(side, [.fin, .ack], isClosed[side] ? next[side] &- 1 : next[side], ack, 0)
        if !isClosed[side] { next[side] &+= 1 }
        isClosed[side] = true
    }

    private mutating func wildly(_ number: UInt32) -> UInt32 {
        switch Int.random(in: 0..<5, using: &dice) {
        case 0: .random(in: 0...(.max), using: &dice)
        case 1: number &+ .random(in: 0...3_000_000, using: &dice)
        case 2: number &- .random(in: 0...3_000_000, using: &dice)
        default: number &+ UInt32(bitPattern: .random(in: -2000...2000, using: &dice))
        }
    }

    private mutating func wait() {
        switch Int.random(in: 0..<40, using: &dice) {
        case 0: transcript.wait(milliseconds: .random(in: 100_000...500_000, using: &dice))
        case 1: transcript.wait(milliseconds: -.random(in: 1...100, using: &dice))
        case 2..<8: transcript.wait(milliseconds: .random(in: 1...300, using: &dice))
        default: transcript.wait(nanoseconds: -.random(in: 0...999_000, using: &dice))
        }
    }
}
