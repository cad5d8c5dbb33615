import Dispatch
import Passes

/// Lines of tab-separated values, made by all processors and written in order.
struct SharedRows {
    let records: SharedRecords
    let file: String?

    /// Rows that one worker makes at a time.
    private static let blockSize = 4096

    /// Some rows. One worker at a time changes them, and they are written when all have finished: so they may be shared.
    private final class Block: @unchecked Sendable {
        var rows = ConnectionRow()
    }

    func write(_ shown: RowOrder.SubSequence) {
        let workers = records.workers
        let blocks = (0..<workers).map { _ in Block() }
        var rest = shown
        while !rest.isEmpty {
            let round = rest.prefix(workers * Self.blockSize)
            rest = rest.dropFirst(round.count)
            DispatchQueue.concurrentPerform(iterations: workers) { worker in
                for index in round.dropFirst(worker * Self.blockSize).prefix(Self.blockSize) {
                    blocks[worker].rows.add(records[index], number: index + 1, file: file)
                }
            }
            for block in blocks { block.rows.flush() }
        }
    }
}
