/// Which connections are listed, in which order, by their places. All of them in their own order take no memory.
package struct RowOrder: RandomAccessCollection, Sendable {
    /// `nil`: all.
    private let chosen: [UInt32]?
    package let endIndex: Int

    /// All, in the order of their first segments.
    package init(all count: Int) {
        chosen = nil
        endIndex = count
    }

    /// These, by their places, in this order.
    package init(_ chosen: [UInt32]) {
        self.chosen = chosen
        endIndex = chosen.count
    }

    package var startIndex: Int { 0 }

    package subscript(position: Int) -> Int { chosen.map { Int($0[position]) } ?? position }
}
