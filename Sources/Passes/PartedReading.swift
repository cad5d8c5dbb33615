import CaptureFile
import Dispatch
import Synchronization
import Tracking

/// Where the packets of a part are decoded into.
protocol PartContent: ~Copyable {
    /// Decodes packets of a batch: all of them, or only the first `limit`.
    mutating func add(_ packets: inout PacketBatch, first limit: Int, of bytes: RawSpan)
    mutating func removeAll()
}

extension SegmentBatch: PartContent {}

/// Reads a large file by several workers, part by part. Each part is decoded by any worker, confirmed in the file's
/// order, and then processed once for each shard, in the parts' order. It holds only closures, which are called one at
/// a time, or one at a time for each shard, as described below (`@unchecked Sendable`).
struct PartedReading<Content: PartContent & ~Copyable>: @unchecked Sendable {
    private let workers: Int
    private let partSize: Int
    private let make: () -> Content
    private let confirmed: (PassPart<Content>) -> Void
    private let take: (PassPart<Content>, Int) -> Void
    private let isEnough: () -> Bool

    /// - Parameters:
    ///   - make: creates the content into which a part is decoded.
    ///   - confirmed: is called for each part in the file's order, one at a time.
    ///   - take: is called for each part and shard; for each shard in the file's order and one at a time.
    ///   - isEnough: is asked after each part; if true, no further part is begun.
    init(
        workers: Int, partSize: Int, making make: @escaping () -> Content,
        confirmed: @escaping (PassPart<Content>) -> Void, taking take: @escaping (PassPart<Content>, Int) -> Void,
        until isEnough: @escaping () -> Bool = { false }
    ) {
        self.workers = workers
        self.partSize = partSize
        self.make = make
        self.confirmed = confirmed
        self.take = take
        self.isEnough = isEnough
    }

    /// Reads to the end of the file, or until `isEnough` says so.
    ///
    /// - Parameter report: is called now and then with the offset that reading has reached and the number of packets
    ///   before it, by one thread at a time.
    func read(
        _ reader: inout CaptureReader, reporting report: (Int, Int) -> Void = { _, _ in }
    ) throws(CaptureError) {
        let part = PassPart(make())
        var packets = PacketBatch()
        var begun: Int?
        while !isEnough(), try part.decodeNext(&reader, &packets) {
            takeWhole(part)
            // The first packets of each file come after the blocks that describe all others: sections, interfaces.
            if reader.fileNumber != begun {
                begun = reader.fileNumber
                try readParts(&reader, reporting: report)
            } else {
                // What could not be read as a part remains: the file's end, damage, a new section.
                report(reader.position, reader.count)
            }
        }
    }

    private func takeWhole(_ part: PassPart<Content>) {
        confirmed(part)
        for shard in 0..<workers { take(part, shard) }
    }

    /// Reads as much as can be read by parts, and leaves the reader after it, also if that ended with an error.
    private func readParts(
        _ reader: inout CaptureReader, reporting report: (Int, Int) -> Void
    ) throws(CaptureError) {
        guard reader.isSeekable, let size = reader.size, reader.nextStart < size else { return }
        let readers = readings(of: reader)
        // The process may not open any more files, so the caller reads on alone.
        guard !readers.isEmpty else { return }
        let division = Division(start: reader.nextStart, end: size, partSize: partSize)
        let depth = workers + 4
        let run = PartsRun(
            PartSchedule(parts: division.count, shards: workers, depth: depth), position: division.start,
            count: reader.count)
        let parts = (0..<depth).map { _ in PassPart(make()) }
        withoutActuallyEscaping(report) { report in
            // It is called by one worker at a time, while that worker confirms a part.
            nonisolated(unsafe) let report = report
            DispatchQueue.concurrentPerform(iterations: readers.count) { worker in
                run.work(as: worker) { task in
                    switch task {
                    case .decode(let number, let isStartKnown):
                        let range = division[number]
                        let start = isStartKnown ? run.position : range.lowerBound
                        readers[worker].decode(
                            parts[number % parts.count], from: start, isSure: isStartKnown,
                            until: max(start, range.upperBound))
                    case .confirm(let number):
                        let limit = division[number].upperBound
                        let isLast = confirm(parts[number % parts.count], limit, run, readers[worker])
                        unsafe report(run.position, run.count)
                        return isLast
                    case .track(let number, let shard):
                        take(parts[number % parts.count], shard)
                    case .wait, .end: break
                    }
                    return false
                }
            }
        }
        reader.seek(to: run.position, count: run.count)
        reader.brokenFiles.formUnion(run.broken)
        if let error = run.error { throw error }
    }

    /// Makes a reader for each worker; fewer if the process may not open more files.
    private func readings(of reader: borrowing CaptureReader) -> [PartReader] {
        var readings: [PartReader] = []
        for _ in 0..<workers {
            do throws(CaptureError) {
                readings.append(PartReader(try reader.duplicate()))
            } catch {
                break
            }
        }
        return readings
    }

    /// Checks that a part was read from where the part before it ended, and reads the part again if it was not.
    ///
    /// - Returns: whether nothing after the part can be read by parts.
    private func confirm(_ part: PassPart<Content>, _ limit: Int, _ run: PartsRun, _ reader: PartReader) -> Bool {
        if part.start != run.position {
            reader.decode(part, from: run.position, isSure: true, until: max(limit, run.position))
        }
        // Packets that were read before an error count.
        part.before = run.count
        run.position = part.end
        run.count += part.count
        run.broken.formUnion(part.broken)
        run.error = part.error
        confirmed(part)
        return part.isStopped || part.error != nil || isEnough()
    }
}

/// How a file is divided. Parts begin at multiples of their size, where reading is fastest; so the first part is
/// smaller. The size of the file may be any number, since a file with holes can claim any size.
struct Division {
    let start: Int
    let end: Int
    let partSize: Int

    private var skipped: Int { start / partSize }

    var count: Int { (end - 1) / partSize - skipped + 1 }

    subscript(number: Int) -> Range<Int> {
        let nominal = (skipped + number) * partSize
        return max(start, nominal)..<(end - nominal > partSize ? nominal + partSize : end)
    }
}

/// How far a reading by parts has come, and which workers wait for others.
private final class PartsRun: @unchecked Sendable {
    private struct Plan {
        var schedule: PartSchedule
        var waiting = 0
    }

    private let plan: Mutex<Plan>
    private let news = DispatchSemaphore(value: 0)
    // These are changed only while a part is confirmed, by one worker at a time.
    /// The offset of the first octet that was not read, and the number of packets before it.
    var position: Int
    var count: Int
    var broken: Set<Int> = []
    var error: CaptureError?

    init(_ schedule: PartSchedule, position: Int, count: Int) {
        plan = Mutex(Plan(schedule: schedule))
        self.position = position
        self.count = count
    }

    /// Does one task after another until nothing is left.
    ///
    /// - Parameter perform: does the task; returns whether nothing after the part counts.
    func work(as worker: Int, _ perform: (PartSchedule.Task) -> Bool) {
        while true {
            let task = plan.withLock { plan in
                let task = plan.schedule.next(for: worker)
                if task == .wait { plan.waiting += 1 }
                return task
            }
            switch task {
            case .end: return
            case .wait: news.wait()
            case .decode, .confirm, .track:
                let isLast = perform(task)
                let waiting = plan.withLock { plan in
                    plan.schedule.finish(task, isLast: isLast)
                    defer { plan.waiting = 0 }
                    return plan.waiting
                }
                for _ in 0..<waiting { news.signal() }
            }
        }
    }
}
