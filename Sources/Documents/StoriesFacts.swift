/// The stories of all connections of a capture in one document.
package struct StoriesFacts: Encodable {
    let connections: [StoryFacts]
    /// How many segments were left out because of the limit.
    let leftOut: Int

    /// Creates a document of these connections. `leftOut` is the number of segments that were left out of all of them
    /// together.
    package init(connections: [StoryFacts], leftOut: Int) {
        self.connections = connections
        self.leftOut = leftOut
    }
}
