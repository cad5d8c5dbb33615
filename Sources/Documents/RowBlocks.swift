import Dispatch
import Queries

/// Rows made by several workers, a block each at a time, and written in order.
package struct RowBlocks {
    private let workers: Int
    private let blockSize: Int

    /// - Parameter blockSize: rows that one worker makes at a time.
    package init(workers: Int, blockSize: Int) {
        self.workers = max(1, workers)
        self.blockSize = max(1, blockSize)
    }

    /// What one worker makes rows with. It alone changes it while a block is made; the rows are taken out when all have
    /// finished: so it may be shared.
    private final class Maker<State>: @unchecked Sendable {
        var state: State
        var error: (any Error)?
        init(_ state: State) { self.state = state }
    }

    /// - Parameters:
    ///   - make: makes what a worker makes rows with.
    ///   - add: adds the row of a connection, by its place.
    ///   - take: takes out what was added.
    ///   - write: gets the rows, block by block.
    package func write<State>(
        _ shown: RowOrder.SubSequence, with make: () -> State, adding add: @Sendable (inout State, Int) throws -> Void,
        taking take: (inout State) -> [UInt8], to write: ([UInt8]) -> Void
    ) throws {
        let makers = (0..<workers).map { _ in Maker(make()) }
        var rest = shown
        while !rest.isEmpty {
            let round = rest.prefix(workers * blockSize)
            rest = rest.dropFirst(round.count)
            DispatchQueue.concurrentPerform(iterations: workers) { worker in
                let maker = makers[worker]
                do {
                    for index in round.dropFirst(worker * blockSize).prefix(blockSize) { try add(&maker.state, index) }
                } catch {
                    maker.error = error
                }
            }
            for maker in makers {
                write(take(&maker.state))
                if let error = maker.error { throw error }
            }
        }
    }
}
