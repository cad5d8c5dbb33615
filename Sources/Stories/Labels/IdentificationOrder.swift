/// Whether one end numbers its packets in the order it sends them (IPv4 identification), so that the numbers tell which of
/// two was sent first. Some systems count, some with the octets swapped; some choose at random, some always send 0.
struct IdentificationOrder {
    private enum Counting { case none, plain, swapped }
    private var counting = Counting.none

    /// Fewer steps than this prove no order.
    private static let fewestSteps = 3
    /// A host that counts for all its connections together takes steps of more than one.
    private static let widestStep: UInt16 = 1024

    /// - Parameter identifications: those of one end's packets, in the order captured.
    init(_ identifications: [UInt32]) {
        guard identifications.count > Self.fewestSteps else { return }
        for (candidate, read) in [(Counting.plain, Self.plain), (.swapped, Self.swapped)] {
            var forward = 0
            for (one, next) in zip(identifications, identifications.dropFirst()) {
                let step = read(next) &- read(one)
                if step > 0, step <= Self.widestStep { forward += 1 }
            }
            // A few may stand in another order: those are what the numbers are for.
            if forward * 4 >= (identifications.count - 1) * 3 {
                counting = candidate
                return
            }
        }
    }

    private static func plain(_ value: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: value) }
    private static func swapped(_ value: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: value).byteSwapped }

    /// Whether the packet with the one number was sent before that with the other; `nil` where the numbers do not tell.
    func isBefore(_ one: UInt32, _ other: UInt32) -> Bool? {
        let distance: UInt16
        switch counting {
        case .none: return nil
        case .plain: distance = Self.plain(other) &- Self.plain(one)
        case .swapped: distance = Self.swapped(other) &- Self.swapped(one)
        }
        guard distance != 0 else { return nil }
        return distance < 0x8000
    }
}
