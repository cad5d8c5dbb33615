/// All connections of a capture in one document.
package struct StoriesFacts: Encodable {
    let connections: [StoryFacts]
    /// Segments beyond the limit.
    let leftOut: Int

    package init(connections: [StoryFacts], leftOut: Int) {
        self.connections = connections
        self.leftOut = leftOut
    }
}
