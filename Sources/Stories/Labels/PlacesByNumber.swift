/// Where the segment of a packet's number stands. The table is made when the first that lies far back is asked for: most
/// connections never need it.
struct PlacesByNumber {
    private var places: [Int: Int] = [:]
    private var count = 0

    /// As far back a segment is looked for without a table.
    private static let reach = 16

    mutating func place(of number: Int, in facts: [SegmentFacts]) -> Int? {
        if let near = facts.indices.suffix(Self.reach).last(where: { facts[$0].number == number }) { return near }
        for place in count..<facts.count where places[facts[place].number] == nil {
            places[facts[place].number] = place
        }
        count = facts.count
        return places[number]
    }
}
