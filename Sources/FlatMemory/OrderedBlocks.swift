import Dispatch

/// Text made by several workers, a block of items each at a time, and written in the items' order.
public struct OrderedBlocks {
    private let workers: Int
    private let blockSize: Int

    /// - Parameters:
    ///   - workers: how many work at once; at least one does.
    ///   - blockSize: items that one worker takes at a time; at least one.
    public init(workers: Int, blockSize: Int) {
        self.workers = max(1, workers)
        self.blockSize = max(1, blockSize)
    }

    /// One worker's state and the text that it has made. Only that worker changes it while blocks are made, and the text is taken out
    /// after all workers have finished; so it may be handed to another thread, though the compiler cannot see that.
    private final class Maker<State, Failure: Error>: @unchecked Sendable {
        var state: State
        var error: Failure?
        init(_ state: State) { self.state = state }
    }

    /// Stops at the first error.
    ///
    /// - Parameters:
    ///   - make: makes what a worker makes its text with.
    ///   - begin: is told, before a block is made, of its items; for all blocks in order, by one thread.
    ///   - add: adds an item's text.
    ///   - take: takes out what was added.
    ///   - write: gets the text, block by block.
    public func write<Items: RandomAccessCollection & Sendable, State, Failure: Error>(
        _ items: Items, with make: () -> State, beginning begin: (inout State, Items.SubSequence) -> Void = { _, _ in },
        adding add: @Sendable (inout State, Items.Element) throws(Failure) -> Void,
        taking take: (inout State) -> [UInt8], to write: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) where Items.SubSequence: Sendable {
        let makers = (0..<workers).map { _ in Maker<State, Failure>(make()) }
        var rest = items[...]
        while !rest.isEmpty {
            let round = rest.prefix(workers * blockSize)
            rest = rest.dropFirst(round.count)
            let blocks = makers.indices.map { round.dropFirst($0 * blockSize).prefix(blockSize) }
            for (maker, block) in zip(makers, blocks) { begin(&maker.state, block) }
            DispatchQueue.concurrentPerform(iterations: makers.count) { worker in
                let maker = makers[worker]
                do throws(Failure) {
                    for item in blocks[worker] { try add(&maker.state, item) }
                } catch {
                    maker.error = error
                }
            }
            for maker in makers {
                let text = take(&maker.state)
                if !text.isEmpty { try write(text) }
                if let error = maker.error { throw error }
            }
        }
    }
}
