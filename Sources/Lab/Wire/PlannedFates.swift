import TCPWire
import Tracking

/// Applies a ``WirePlan`` to each segment that is sent, and notes which interventions have found their segments.
struct PlannedFates {
    /// What becomes of one segment.
    struct Fate: Equatable {
        var isLost = false
        var isDoubled = false
        /// By how many nanoseconds it arrives later.
        var held: Int64 = 0
        /// The intervention because of which it arrives after the next segment from its end; `nil` for none.
        var behindNext: Intervention?
    }

    private let interventions: [Intervention]
    /// How many segments with the same flags each end has sent.
    private var counts: [Party: [TCPFlags: Int]] = [:]
    /// The indices of the interventions that have found their segments.
    private var matched: Set<Int> = []

    init(_ plan: WirePlan) { interventions = plan.interventions }

    /// The interventions that found no segment.
    var unmatched: [Intervention] {
        interventions.enumerated().filter { !matched.contains($0.offset) }.map(\.element)
    }

    /// What becomes of the next segment that an end sends.
    mutating func next(_ number: Int, from sender: Party, _ flags: TCPFlags) -> Fate {
        counts[sender, default: [:]][flags, default: 0] += 1
        let count = counts[sender]?[flags] ?? 0
        return fate { $0 == .number(number) || $0 == .flags(sender, flags, count: count) }
    }

    /// What becomes of the copy of a doubled segment. The copy counts as a packet of its own on the wire, and is not
    /// doubled again.
    mutating func copy(_ number: Int) -> Fate {
        var fate = fate { $0 == .number(number) }
        fate.isDoubled = false
        return fate
    }

    private mutating func fate(for isMeant: (Intervention.Choice) -> Bool) -> Fate {
        var fate = Fate()
        for (place, intervention) in interventions.enumerated() where isMeant(intervention.choice) {
            matched.insert(place)
            switch intervention.action {
            case .drop: fate.isLost = true
            case .duplicate: fate.isDoubled = true
            case .hold(let time): fate.held &+= time
            case .holdBehindNext: if fate.behindNext == nil { fate.behindNext = intervention }
            }
        }
        return fate
    }
}
