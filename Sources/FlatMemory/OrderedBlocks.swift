import Dispatch

/// Text that several workers make at the same time, each from one block of items, and that is written in the order of
/// the items.
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

    /// Makes the text of all items and writes it in their order, up to the first error.
    ///
    /// - Parameters:
    ///   - make: creates the state of one worker.
    ///   - begin: is called before a block is made, with its worker's state and its items; for all blocks in order, on
    ///     the calling thread.
    ///   - add: adds an item's text to the worker's state.
    ///   - take: removes the text that was added from the worker's state, and returns it.
    ///   - write: receives the text, block by block.
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
