import Queries
import TCPWire
import Tracking

/// A group of connections in JSON and TSV.
package struct GroupFacts: Encodable {
    struct Worst: Encodable {
        let trouble: String
        let count: UInt32
        let party: String?
        /// Seconds, of what lasts.
        let duration: Double?
        let number: Int
    }

    let file: String?
    let by: String
    let key: String
    let connections: Int
    let segments: UInt64
    let bytes: UInt64
    let troubled: Int
    let worst: Worst?

    /// - Parameter file: the capture file; `nil` if only one file is listed.
    package init(_ group: ConnectionGroup, by key: GroupKey, file: String?) {
        self.file = file
        by = key.rawValue
        self.key = group.common.id
        connections = group.connections
        segments = group.segments
        bytes = group.octets
        troubled = group.troubled
        worst = group.worst.map { trouble, number in
            let facts = TroubleFacts(trouble)
            return Worst(
                trouble: facts.trouble, count: facts.count, party: facts.party, duration: facts.duration, number: number
            )
        }
    }

    /// The names of a row's columns, in order.
    package static func columns(by key: GroupKey) -> [String] {
        [key.rawValue, "connections", "segments", "bytes", "troubled", "worst", "worst_count", "worst_number"]
    }

    /// The group as a line of tab-separated values, without the line's end.
    package var row: String {
        let worst = self.worst.map { [$0.trouble, "\($0.count)", "\($0.number)"] } ?? ["-", "-", "-"]
        let counts = ["\(connections)", "\(segments)", "\(bytes)", "\(troubled)"]
        return ((file.map { [$0] } ?? []) + [key] + counts + worst).joined(separator: "\t")
    }
}

extension ConnectionGroup.Common {
    /// The group's key, which is the same in every language.
    package var id: String {
        switch self {
        case .client(let address): address.description
        case .server(let endpoint): endpoint.description
        case .port(let port): String(port)
        case .outcome(let opening, let ending): "\(opening.rawValue),\(ending.rawValue)"
        }
    }
}
