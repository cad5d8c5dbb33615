import Testing

@testable import TCPStack

@Suite("Deadlines")
struct DeadlineQueueTests {
    @Test(
        "one deadline each, the earliest first, ties in the order in which they were set; moved and taken back, many seeds"
    )
    func model() {
        for seed in 0..<200 {
            var state = UInt64(seed &* 7919 &+ 1)
            func random(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            var queue = DeadlineQueue()
            var model: [Int: (deadline: Instant, order: Int)] = [:]
            for order in 0..<300 {
                let slot = random(20)
                switch random(4) {
                case 0:
                    queue.remove(slot)
                    model[slot] = nil
                case 1:
                    let now = Instant(nanoseconds: Int64(random(50)))
                    let due = model.filter { $0.value.deadline <= now }.min {
                        ($0.value.deadline, $0.value.order) < ($1.value.deadline, $1.value.order)
                    }
                    #expect(queue.popDue(now: now) == due?.key)
                    if let due { model[due.key] = nil }
                default:
                    let deadline = Instant(nanoseconds: Int64(random(50)))
                    queue.set(deadline, of: slot)
                    model[slot] = (deadline, order)
                }
                #expect(queue.count == model.count)
                #expect(queue.first == model.values.map(\.deadline).min())
                #expect(queue.deadline(of: slot) == model[slot]?.deadline)
            }
        }
    }
}
