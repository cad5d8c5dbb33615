import TCPWire

/// A header report in JSON.
package struct HeaderFacts: Encodable {
    struct Layer: Encodable {
        let name: String
        let start: Int
        let end: Int
        let fields: [Field]
        let options: [String]?
        let checksum: String?
    }

    struct Field: Encodable {
        let name: String
        let bitOffset: Int
        let bitWidth: Int
        let value: String
        let meaning: String?
    }

    let verdict: String
    let layers: [Layer]
    let joined: [HeaderFacts]?
    let packets: [Int]?

    /// - Parameters:
    ///   - others: the reports of the other packets with TCP that the frame carries.
    ///   - packets: for a fragment, the numbers of the packets from which its IP packet was put together.
    package init(_ report: HeaderReport, others: [HeaderReport] = [], packets: [Int]? = nil) {
        joined = others.isEmpty ? nil : others.map { HeaderFacts($0) }
        self.packets = packets.flatMap { $0.isEmpty ? nil : $0 }
        verdict = "\(report.verdict)"
        layers = report.layers.map { layer in
            Layer(
                name: layer.kind.name, start: layer.range.lowerBound, end: layer.range.upperBound,
                fields: layer.fields.map {
                    Field(
                        name: $0.name, bitOffset: $0.bitOffset, bitWidth: $0.bitWidth, value: String($0.value),
                        meaning: $0.meaning)
                },
                options: layer.options.isEmpty ? nil : layer.options.map(\.option.description),
                checksum: layer.checksum.map(HeaderFacts.id))
        }
    }

    private static func id(_ verdict: ChecksumVerdict) -> String {
        switch verdict {
        case .correct: "correct"
        case .wrong: "wrong"
        case .partial: "partial"
        case .zero: "zero"
        case .cannotVerify: "cannot-verify"
        }
    }
}
