/// The stories of all connections of a capture in one document.
package struct StoriesFacts: Encodable {
    let connections: [StoryFacts]
    /// How many segments were left out because of the limit.
    let leftOut: Int

    /// These connections in their order, and how many segments of all of them together were left out.
    package init(connections: [StoryFacts], leftOut: Int) {
        self.connections = connections
        self.leftOut = leftOut
    }
}
