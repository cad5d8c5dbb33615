/// Which connections are listed, in which order, by their places. All of them in their own order take no memory.
struct RowOrder: RandomAccessCollection, Sendable {
    /// `nil`: all.
    private let chosen: [UInt32]?
    let endIndex: Int

    /// All, in the order of their first segments.
    init(all count: Int) {
        chosen = nil
        endIndex = count
    }

    init(_ chosen: [UInt32]) {
        self.chosen = chosen
        endIndex = chosen.count
    }

    var startIndex: Int { 0 }

    subscript(position: Int) -> Int { chosen.map { Int($0[position]) } ?? position }
}
