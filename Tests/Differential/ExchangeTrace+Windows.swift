import TCPWire

/// How the text is cut, and by what.
extension ExchangeTrace {
    /// The number behind the window that the driver had offered before the peer sent this.
    func edge(before sighting: Sighting) -> UInt32 {
        offers(before: sighting).map { $0.acknowledgment &+ $0.window }.max() ?? 0
    }

    func largestWindow(before sighting: Sighting) -> UInt32 { offers(before: sighting).map(\.window).max() ?? 0 }

    private func offers(before sighting: Sighting) -> [(acknowledgment: UInt32, window: UInt32)] {
        var offers: [(UInt32, UInt32)] = []
        for (_, moment) in moments {
            switch moment {
            case .sent(let sent, _): if sent == sighting { return offers }
            case .arrived(let arrived):
                let shift = arrived.flags.contains(.syn) ? 0 : UInt32(driverScale)
                offers.append((arrived.acknowledgment, UInt32(arrived.window) << shift))
            case .state: break
            }
        }
        return offers
    }

    /// Where pieces end that Linux makes of a write: as many full segments as go into half of the largest window that had been
    /// offered, which may have grown since then; less than a segment where that is less.
    var pieceEnds: Set<UInt32> {
        var ends = Set(writeEnds)
        let full = UInt32(textSegments.map(\.length).max() ?? 1)
        for window in Set(offeredWindows) where window > 1 {
            let half = window / 2
            let piece = half < full ? half : half / full * full
            for (start, end) in zip([1] + writeEnds, writeEnds) {
                ends.formUnion(stride(from: start, to: end, by: Int(piece)))
            }
        }
        return ends
    }

    private var offeredWindows: [UInt32] {
        arrived.map { UInt32($0.window) << ($0.flags.contains(.syn) ? 0 : UInt32(driverScale)) }
    }
}

extension ExchangeTrace.Sighting {
    /// The room that text and blocks take together.
    var room: Int { length + (sack.isEmpty ? 0 : 4 + 8 * sack.count) }
}

extension TraceComparison {
    var hasSameText: Bool { kernel.content(of: .text) == own.content(of: .text) }

    /// Whether one sent no other text than the other, but not as much.
    var isTextPrefix: Bool { zip(kernel.content(of: .text), own.content(of: .text)).allSatisfy { $0 == $1 } }

    /// The first segments of text that are not cut alike: the kernel's and ours. `nil` too where not all went out in the end on
    /// both sides, and no RST was to blame.
    var firstCut: (ExchangeTrace.Sighting, ExchangeTrace.Sighting)? {
        let isWhole = kernel.streamEnd == own.streamEnd || kernel.wasReset && own.wasReset
        return isWhole
            ? zip(kernel.textSegments, own.textSegments).first {
                $0.sequence == $1.sequence && $0.textEnd != $1.textEnd
            }
            : nil
    }

    /// Whether ours pushes what empties the queue, or fills a window to its edge when the override time-out comes, and nothing
    /// else: the end of all text, and before it only ends of writes.
    var arePushesRight: Bool {
        guard let last = own.textSegments.map(\.textEnd).max() else { return true }
        return own.pushes.allSatisfy { own.writeEnds.contains($0.textEnd) || own.edge(before: $0) == $0.end }
            && (!own.writeEnds.contains(last) || own.pushes.contains { $0.textEnd == last })
    }
}

extension ExchangeTrace {
    /// The number behind everything that went out.
    var streamEnd: UInt32 { firstTransmissions.map(\.end).max() ?? 0 }

    var pushes: [Sighting] { textSegments.filter { $0.flags.contains(.psh) } }
}
