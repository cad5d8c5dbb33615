import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("The control block as a pure function")
struct PureFunctionTests {
    static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 4000)
    static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 80)
    static let now = Instant(nanoseconds: 5_000_000_000)

    static func segments(_ actions: [Action]) -> [Segment] {
        actions.compactMap { if case .transmit(let segment, _) = $0.kind { segment } else { nil } }
    }

    @Test("two blocks and nothing else: open, talk, close; each step names its rule, the block before stays as it was")
    func dialogue() throws {
        var ends = [
            ControlBlock(local: Self.client, remote: Self.server, iss: .init(100)),
            ControlBlock(
                local: Self.server, remote: Endpoint(address: IPAddress(ipv4: 0), port: 0), iss: .init(0xffff_fffe)),
        ]
        var rules: [[Rule]] = [[], []]
        func step(_ first: Int, _ event: ConnectionEvent) throws {
            var events = [(first, event)]
            var count = 0
            while !events.isEmpty, count < 100 {
                count += 1
                let (end, event) = events.removeFirst()
                let before = ends[end]
                let (after, actions) = try before.after(event, now: Self.now)
                let again = try before.after(event, now: Self.now)
                #expect(actions == again.actions && again.block.info == after.info)
                ends[end] = after
                rules[end] += actions.map(\.reason)
                events += Self.segments(actions).map { (1 - end, .segment($0)) }
            }
            #expect(count < 100, "they talk for ever: \(rules.map { $0.suffix(6) })")
        }
        try step(1, .openPassively)
        try step(0, .openActively)
        #expect(ends.map(\.state) == [.established, .established])
        try step(0, .send(Array("hello, xiao mei.".utf8), urgent: false))
        #expect(Array(ends[1].receiveQueue[0..<100]) == Array("hello, xiao mei.".utf8))
        #expect(ends[0].snd.una == SequenceNumber(117), "16 octets: the ACK is 17 from the initial number")
        try step(1, .receive(limit: 100))
        try step(1, .send(Array("hello, xiao ming.\n".utf8), urgent: false))
        try step(0, .receive(limit: 100))
        try step(0, .close)
        #expect(ends.map(\.state) == [.finWait2, .closeWait])
        try step(1, .close)
        #expect(ends.map(\.state) == [.timeWait, .closed])
        #expect(rules[0].contains(.synAckInSynSent) && rules[1].contains(.synInListen))
        #expect(rules[1].contains(.acknowledgmentOfSYN) && rules[1].contains(.acknowledgmentOfFIN))
        let last = try ends[0].after(.clock, now: Self.now + .seconds(61))
        #expect(last.block.state == .closed)
        #expect(last.actions.contains { $0.reason == .timeWaitOver })
    }

    @Test("every rule has its document and section")
    func table() {
        for rule in Rule.allCases {
            #expect(rule.document.hasPrefix("RFC ") || ["POSIX", "Linux"].contains(rule.document), "\(rule)")
            #expect(!rule.section.isEmpty, "\(rule)")
        }
    }

    @Test("states change only along RFC 9293's diagram, in every transfer of two hundred random ones")
    func diagram() throws {
        var seen: Set<[State]> = []
        var refusals: Set<CallError> = []
        for seed in 0..<200 {
            var state = UInt64(seed) &* 0x9e37_79b9 &+ 12345
            func random(_ bound: UInt64) -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (state >> 33) % bound
            }
            var ends = [
                ControlBlock(local: Self.client, remote: Self.server, iss: .init(UInt32(random(1 << 32)))),
                ControlBlock(local: Self.server, remote: Self.client, iss: .init(UInt32(random(1 << 32)))),
            ]
            var wire: [(Int, Segment)] = []
            var now = Self.now
            func step(_ end: Int, _ event: ConnectionEvent) {
                do {
                    let (block, actions) = try ends[end].after(event, now: now)
                    ends[end] = block
                    for action in actions {
                        if case .enter(let next, let from) = action.kind { seen.insert([from, next]) }
                    }
                    wire += Self.segments(actions).map { (1 - end, $0) }
                } catch {
                    // A program may call what its connection has no use for any more; what comes off the wire always has an answer.
                    switch event {
                    case .openPassively, .openActively, .send, .receive, .shutdownSending: refusals.insert(error)
                    case .close, .abort, .segment, .icmp, .clock: Issue.record("\(event): \(error)")
                    }
                }
            }
            if random(2) == 0 { step(1, .openPassively) } else { step(1, .openActively) }
            step(0, .openActively)
            for _ in 0..<120 {
                let end = Int(random(2))
                switch random(12) {
                case 0: step(end, .send(Array(repeating: 1, count: Int(random(3000))), urgent: false))
                case 1: step(end, .receive(limit: 5000))
                case 2 where random(6) == 0: step(end, .close)
                case 3 where random(6) == 0: step(end, .shutdownSending)
                case 4 where random(40) == 0: step(end, .abort)
                case 5:
                    now = now + .milliseconds(Int(random(3000)))
                    step(end, .clock)
                default:
                    guard !wire.isEmpty else { continue }
                    let (target, segment) = wire.remove(at: random(4) == 0 ? Int(random(UInt64(wire.count))) : 0)
                    if random(20) != 0 { step(target, .segment(segment)) }
                    if random(20) == 0 { step(target, .segment(segment)) }
                }
            }
        }
        let allowed = Set(TransitionTable.all.map { [$0.from, $0.to] })
        let others = seen.subtracting(allowed)
        #expect(others.isEmpty, "\(others.map { $0.map(\.name) })")
        #expect(seen.count >= 18, "\(seen.count)")
        #expect(!refusals.isEmpty)
    }
}
