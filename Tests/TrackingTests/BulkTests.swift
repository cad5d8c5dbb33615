import CaptureFile
import TCPState
import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// What is taken without a branch is what is taken step by step.
@Suite struct BulkTests {
    private let client = Sample.client
    private let server = Sample.server

    private func segment(
        _ flags: TCPFlags, _ number: UInt32, ack: UInt32, _ length: UInt32, window: UInt16, fromClient: Bool,
        at time: Int64
    ) -> TrackedSegment {
        var header = SegmentHeader()
        let (from, to) = fromClient ? (client, server) : (server, client)
        (header.source, header.sourcePort) = (from.address, from.port)
        (header.destination, header.destinationPort) = (to.address, to.port)
        (header.sequence, header.acknowledgment, header.payloadLength) = (number, ack, length)
        (header.flags, header.window, header.tcpOffset) = (flags, window, 34)
        let frame = [UInt8](repeating: 0, count: 54)
        return TrackedSegment(header, in: frame.span.bytes, at: Timestamp(nanoseconds: time), number: 1)
    }

    private func octets(of record: ConnectionRecord) -> [UInt8] { withUnsafeBytes(of: record) { Array($0) } }

    /// A connection whose handshake is over, its numbers close to where they go full circle.
    private func opened(
        client c: UInt32, server s: UInt32, _ transitions: borrowing TransitionMatrix, _ store: inout HoleStore
    ) -> ConnectionRecord {
        let syn = segment(.syn, c, ack: 0, 0, window: 1000, fromClient: true, at: 0)
        var record = ConnectionRecord(startingWith: syn)
        record.takeInFull(syn, transitions, &store)
        record.takeInFull(
            segment([.syn, .ack], s, ack: c &+ 1, 0, window: 1000, fromClient: false, at: 1000), transitions,
            &store)
        record.takeInFull(
            segment(.ack, c &+ 1, ack: s &+ 1, 0, window: 1000, fromClient: true, at: 2000), transitions, &store)
        return record
    }

    @Test("whatever comes, in whatever order: numbers before, at and behind the next, both windows, both directions")
    func equal() throws {
        let transitions = TransitionMatrix()
        let plain: SegmentClass = [.advances, .pureACK, .duplicateACK, .endsRoundTrip]
        var dice = SplitMix(state: 5)
        var (bulk, full) = (0, 0)
        for _ in 0..<400 {
            // Within 64 KiB of the circle's end, or anywhere.
            var next: [UInt32] = (0..<2).map { _ in
                Bool.random(using: &dice)
                    ? UInt32.random(in: (.max - 65535)...(.max), using: &dice) : UInt32(truncatingIfNeeded: dice.next())
            }
            var store = HoleStore()
            var record = opened(client: next[0], server: next[1], transitions, &store)
            next = next.map { $0 &+ 1 }
            var time: Int64 = 2000
            for _ in 0..<200 {
                let sender = Int.random(in: 0...1, using: &dice)
                // Time may go back, and leap.
                time += Int64.random(in: -500...2_000_000, using: &dice)
                let lengths: [UInt32] = [0, 0, 0, 1, 100, 1460, 60_000]
                let length = lengths.randomElement(using: &dice) ?? 0
                // A hole, or a closed window, leads away from the bulk for many segments: so they are rare here.
                func offset() -> UInt32 {
                    let offsets: [Int32] = [-1, -1460, 1460, 1, -60_000, .min, .max]
                    let isNext = Int.random(in: 0..<24, using: &dice) > 0
                    return isNext ? 0 : UInt32(bitPattern: offsets.randomElement(using: &dice) ?? 0)
                }
                let number = next[sender] &+ offset()
                let ack = next[1 - sender] &+ offset()
                let windows: [UInt16] = Array(repeating: 1000, count: 20) + [0, 1, 65535]
                let flags: [TCPFlags] = [.ack, .ack, [.ack, .psh], [.ack, .urg]]
                let taken = segment(
                    flags.randomElement(using: &dice) ?? .ack, number, ack: ack, length,
                    window: windows.randomElement(using: &dice) ?? 1, fromClient: sender == 0, at: time)
                var inFull = record
                let classes = inFull.takeInFull(taken, transitions, &store).classes
                if record.takeInBulk(taken) {
                    bulk += 1
                    try #require(octets(of: record) == octets(of: inFull))
                    try #require(classes.isSubset(of: plain))
                } else {
                    full += 1
                    record = inFull
                }
                // Mostly the stream goes on; what was sent out of order or twice leaves it where it was.
                let end = number &+ length
                if Int32(bitPattern: end &- next[sender]) > 0, Int32(bitPattern: end &- next[sender]) < 1 << 20 {
                    next[sender] = end
                }
            }
        }
        // Both ways are gone often, or nothing is compared.
        #expect(bulk > 20_000 && full > 20_000)
    }

    @Test(
        "what must not be taken in bulk is not",
        arguments: [TCPFlags.syn, .fin, .rst, [.ack, .syn], [.ack, .fin], [.ack, .rst], []])
    func refused(flags: TCPFlags) {
        let transitions = TransitionMatrix()
        var store = HoleStore()
        var record = opened(client: 10, server: 20, transitions, &store)
        let before = octets(of: record)
        let isTaken = record.takeInBulk(segment(flags, 11, ack: 21, 0, window: 1000, fromClient: true, at: 3000))
        #expect(!isTaken)
        #expect(octets(of: record) == before)
    }
}
