import Dispatch
import Passes
import Queries

/// Lines of tab-separated values, made by all processors and written in order.
package struct SharedRows {
    private let records: SharedRecords
    private let file: String?

    package init(records: SharedRecords, file: String?) {
        self.records = records
        self.file = file
    }

    /// Rows that one worker makes at a time.
    private static let blockSize = 4096

    /// Some rows. One worker at a time changes them, and they are written when all have finished: so they may be shared.
    private final class Block: @unchecked Sendable {
        var rows = ConnectionRow()
    }

    /// - Parameter write: takes the lines, block by block.
    package func write(_ shown: RowOrder.SubSequence, to write: ([UInt8]) -> Void) {
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
            for block in blocks {
                write(block.rows.octets)
                block.rows.clear()
            }
        }
    }
}
