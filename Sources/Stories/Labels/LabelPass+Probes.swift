import TCPWire

/// Probes into a closed window, and the same numbers sent into an open one.
extension LabelPass {
    /// A segment of no octet or one at an old number: a probe where the other end's window is closed (RFC 9293 3.8.6.1), a
    /// keep-alive where it is open and everything is acknowledged (3.8.4).
    ///
    /// - Returns: whether it is one of the two.
    mutating func labelProbe(_ index: Int, at start: Int64) -> Bool {
        let fact = facts[index]
        let end = ends[fact.side]
        let peer = ends[1 - fact.side]
        guard fact.isACK, fact.payloadLength <= 1, !fact.isFIN, let window = peer.window,
            let windowIndex = peer.windowIndex, let next = end.next, let acknowledged = end.acknowledged
        else { return false }
        if window == 0 {
            // Linux sends an empty segment before the first number that is not acknowledged, others the octet itself.
            let isEmptyProbe = fact.payloadLength == 0 && start == acknowledged - 1
            let isOctetProbe = fact.payloadLength == 1 && start == acknowledged
            guard isEmptyProbe || isOctetProbe else { return false }
            add(.windowProbe, to: index, evidence: [windowIndex])
            ends[fact.side].probe = Probe(index: index, isKeepAlive: false)
            if isOctetProbe {
                ends[fact.side].probedPlaces[start] = ends[fact.side].probedPlaces[start] ?? index
            }
            return true
        }
        guard start == next - 1, acknowledged == next else { return false }
        add(.keepAlive, to: index, evidence: end.acknowledgedBy.map { [$0] } ?? [])
        ends[fact.side].probe = Probe(index: index, isKeepAlive: true)
        ends[fact.side].unansweredKeepAlives.append(index)
        return true
    }

    /// The pure ACK that answers a probe, from the end that was asked.
    ///
    /// - Returns: whether it is one.
    mutating func labelProbeAnswer(_ index: Int, acknowledges place: Int64) -> Bool {
        let fact = facts[index]
        let asker = 1 - fact.side
        guard let probe = ends[asker].probe, let acknowledged = ends[asker].acknowledged, place >= acknowledged else {
            return false
        }
        ends[asker].probe = nil
        ends[asker].unansweredKeepAlives = []
        guard fact.isPure else { return false }
        if probe.isKeepAlive {
            add(.keepAliveAnswer, to: index, evidence: [probe.index])
        } else {
            add(.windowProbeAnswer, to: index, evidence: [probe.index])
        }
        return true
    }
}
