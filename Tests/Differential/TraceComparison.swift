import TCPWire

/// Something that the two peers did not do alike.
package struct Difference: Hashable, Sendable {
    /// What was compared.
    package enum View: String, Hashable, Sendable, CaseIterable {
        /// The first SYN: flags and options.
        case opening
        /// The states, in order.
        case states
        /// How the programs ended, and what they read.
        case endings
        /// What went out for the first time: how the text is cut into segments, and where the FIN stands.
        case text
        /// Which of these segments carry PSH.
        case pushes
        /// What went out again, and how often.
        case again
        /// RSTs.
        case resets
        /// SACK blocks, with the acknowledgment that they went with.
        case reports
        /// The last number acknowledged.
        case acknowledged
    }

    package let view: View
    /// From where on they part.
    let kernel: [String]
    let own: [String]
    /// Why; `nil` where there is no explanation.
    package let kind: DifferenceKind?

    package var text: String {
        func few(_ list: [String]) -> String { list.isEmpty ? "-" : list.prefix(4).joined(separator: ", ") }
        return "\(view) (\(kind.map { "\($0)" } ?? "unexplained")): kernel \(few(kernel)) | own \(few(own))"
    }
}

/// What is compared of two traces: flags, relative numbers and states; neither times nor how many segments an ACK answers.
struct TraceComparison {
    let kernel: ExchangeTrace
    let own: ExchangeTrace

    var differences: [Difference] {
        Difference.View.allCases.compactMap { view in
            let (one, other) = (kernel.content(of: view), own.content(of: view))
            if one == other { return nil }
            let common = zip(one, other).prefix { $0 == $1 }.count
            return Difference(
                view: view, kernel: Array(one.dropFirst(common)), own: Array(other.dropFirst(common)),
                kind: DifferenceKind.allCases.first { $0.explains(view, self) })
        }
    }
}

extension ExchangeTrace {
    func content(of view: Difference.View) -> [String] {
        switch view {
        case .opening: sent.prefix(1).map { "\($0.flags)\($0.options)" }
        case .states: states
        case .endings:
            [
                "peer \(peerEnding), read \(peerRead)", "driver \(driverEnding), read \(driverRead)",
                isGarbled ? "garbled" : "",
            ]
        // Whether a FIN rides on the last data says only whether that was still there when the program closed.
        case .text:
            textSegments.map(\.span) + firstTransmissions.filter { $0.flags.contains(.fin) }.map { "FIN \($0.textEnd)" }
        case .pushes: textSegments.filter { $0.flags.contains(.psh) }.map(\.span)
        case .again: repetitions.map { $0.span + ($0.flags.contains(.fin) ? " FIN" : "") }.sorted()
        case .resets:
            unique(sent.filter { $0.flags.contains(.rst) }.map { "\($0.flags) \($0.sequence) \($0.acknowledgment)" })
        case .reports: unique(reports.map(\.report))
        case .acknowledged:
            [
                sent.filter { $0.flags.contains(.ack) && !$0.flags.contains(.rst) }.map(\.acknowledgment).max().map {
                    "\($0)"
                } ?? "-"
            ]
        }
    }

    private func unique(_ list: [String]) -> [String] { Set(list).sorted() }

    /// Segments that take numbers which were not sent before, in order.
    var firstTransmissions: [Sighting] {
        var next: UInt32 = 0
        return sent.filter { sighting in
            guard sighting.length > 0 || sighting.flags.contains(.fin) || sighting.flags.contains(.syn),
                sighting.end > next
            else { return false }
            defer { next = max(next, sighting.end) }
            return true
        }
    }

    var textSegments: [Sighting] { firstTransmissions.filter { $0.length > 0 } }

    /// Segments that take only numbers that were sent before.
    var repetitions: [Sighting] {
        var next: UInt32 = 0
        return sent.filter { sighting in
            guard sighting.end > sighting.sequence else { return false }
            defer { next = max(next, sighting.end) }
            return sighting.end <= next
        }
    }

    var reports: [Sighting] { sent.filter { !$0.sack.isEmpty } }

    /// What came that takes numbers, or resets.
    var comings: [String] {
        arrived.filter { $0.end > $0.sequence || $0.flags.contains(.rst) }
            .map { "\($0.flags.intersection([.syn, .fin, .rst])) \($0.sequence):\($0.end)" }
    }
}

extension ExchangeTrace.Sighting {
    fileprivate var span: String { "\(sequence):\(textEnd)" }
    var report: String { "\(acknowledgment)" + sack.map { " \($0.left):\($0.right)" }.joined() }
}
