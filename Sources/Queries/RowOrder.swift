/// The connections that are listed, as indices in the order of the list. A list of all connections in their own order
/// takes no memory.
package struct RowOrder: RandomAccessCollection, Sendable {
    /// The indices of the connections; `nil` for all of them in their own order.
    private let chosen: [UInt32]?
    package let endIndex: Int

    /// All connections, in the order of their first segments.
    package init(all count: Int) {
        chosen = nil
        endIndex = count
    }

    /// Creates an order from the indices of the connections.
    package init(_ chosen: [UInt32]) {
        self.chosen = chosen
        endIndex = chosen.count
    }

    package var startIndex: Int { 0 }

    package subscript(position: Int) -> Int { chosen.map { Int($0[position]) } ?? position }
}
