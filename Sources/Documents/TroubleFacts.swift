import Tracking

/// Something that went wrong with a connection, as JSON carries it.
struct TroubleFacts: Encodable {
    let trouble: String
    let count: UInt32
    let party: String?
    /// Seconds, of what lasts.
    let duration: Double?
    /// What the ICMP error said.
    let icmp: String?

    init(_ trouble: Trouble) {
        self.trouble = trouble.kind.rawValue
        count = trouble.count
        party = trouble.party?.rawValue
        duration = trouble.time.map { Double($0) / 1e9 }
        icmp = trouble.report?.name
    }
}
