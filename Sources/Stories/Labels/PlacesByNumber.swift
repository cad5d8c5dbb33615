/// Finds the index of the segment with a packet number. The table is made only when a segment far back is asked for,
/// which most connections never need.
struct PlacesByNumber {
    private var places: [Int: Int] = [:]
    private var count = 0

    /// How many of the latest segments are searched without the table.
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
