import Testing
import Transcripts

@testable import Passes

/// Whatever the workers' speeds, each part is decoded once, confirmed in order, and tracked once for each shard in order.
@Suite struct PartScheduleTests {
    /// Workers whose tasks end in an order that `dice` chooses.
    private struct Factory {
        var schedule: PartSchedule
        let workers: Int
        var decoded: [Int] = []
        var confirmed: [Int] = []
        var tracked: [[Int]]
        var mostUnderWay = 0

        init(parts: Int, workers: Int, shards: Int, depth: Int) {
            schedule = PartSchedule(parts: parts, shards: shards, depth: depth)
            self.workers = workers
            tracked = Array(repeating: [], count: shards)
        }

        /// - Parameter last: the part that turns out to be the last that counts.
        mutating func run(last: Int?, _ dice: inout SplitMix) {
            var running: [Int: PartSchedule.Task] = [:]
            var ended: Set<Int> = []
            while ended.count < workers {
                var waiting = 0
                for worker in 0..<workers where running[worker] == nil && !ended.contains(worker) {
                    switch schedule.next(for: worker) {
                    case .end: ended.insert(worker)
                    case .wait: waiting += 1
                    case let task: running[worker] = task
                    }
                }
                guard let (worker, task) = running.randomElement(using: &dice) else {
                    #expect(waiting == 0, "all wait for each other")
                    return
                }
                running[worker] = nil
                note(task)
                schedule.finish(task, isLast: last.map { task == .confirm(part: $0) } ?? false)
            }
        }

        private mutating func note(_ task: PartSchedule.Task) {
            switch task {
            case .decode(let part, let isStartKnown):
                #expect(!isStartKnown || confirmed.count == part, "its start counts as known though it is not")
                decoded.append(part)
            case .confirm(let part):
                #expect(decoded.contains(part), "confirmed before it was decoded")
                confirmed.append(part)
            case .track(let part, let shard):
                #expect(confirmed.contains(part), "tracked before it was confirmed")
                tracked[shard].append(part)
            case .wait, .end: break
            }
            let oldest = tracked.map(\.count).min() ?? 0
            mostUnderWay = max(mostUnderWay, (decoded.max() ?? -1) + 1 - oldest)
        }
    }

    @Test(arguments: [1, 2, 3, 5])
    func everythingOnceAndInOrder(workers: Int) {
        for seed in 0..<300 {
            var dice = SplitMix(state: UInt64(seed))
            var factory = Factory(parts: seed % 17, workers: workers, shards: workers + seed % 3, depth: 4)
            factory.run(last: nil, &dice)
            let all = Array(0..<seed % 17)
            #expect(factory.decoded.sorted() == all && factory.confirmed == all)
            #expect(factory.tracked.allSatisfy { $0 == all })
            #expect(factory.mostUnderWay <= 4)
        }
    }

    @Test(arguments: [1, 2, 3])
    func nothingBehindTheLastPartIsTracked(workers: Int) {
        for seed in 0..<200 {
            var dice = SplitMix(state: UInt64(seed))
            let last = seed % 12
            var factory = Factory(parts: 12, workers: workers, shards: workers, depth: 8)
            factory.run(last: last, &dice)
            #expect(factory.confirmed == Array(0...last))
            #expect(factory.tracked.allSatisfy { $0 == Array(0...last) })
        }
    }

    @Test func oneWorkerAlwaysKnowsWhereItsPartStarts() {
        var schedule = PartSchedule(parts: 3, shards: 1, depth: 4)
        for part in 0..<3 {
            for task: PartSchedule.Task in [
                .decode(part: part, isStartKnown: true), .confirm(part: part), .track(part: part, shard: 0),
            ] {
                #expect(schedule.next(for: 0) == task)
                schedule.finish(task)
            }
        }
    }

    @Test func aWorkerTakesItsOwnShardFirst() {
        var schedule = PartSchedule(parts: 2, shards: 2, depth: 4)
        #expect(schedule.next(for: 0) == .decode(part: 0, isStartKnown: true))
        schedule.finish(.decode(part: 0, isStartKnown: true))
        #expect(schedule.next(for: 1) == .confirm(part: 0))
        // While that is under way, there is a part to decode.
        #expect(schedule.next(for: 0) == .decode(part: 1, isStartKnown: false))
        schedule.finish(.confirm(part: 0))
        #expect(schedule.next(for: 1) == .track(part: 0, shard: 1))
        schedule.finish(.decode(part: 1, isStartKnown: false))
        #expect(schedule.next(for: 0) == .confirm(part: 1))
    }
}
