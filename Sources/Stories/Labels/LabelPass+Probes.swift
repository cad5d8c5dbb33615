import TCPWire
import Tracking

/// Labels for probes into a closed window, and for the same numbers sent into an open one.
extension LabelPass {
    /// Labels a probe of a closed window, or a keep-alive.
    ///
    /// - Returns: whether the segment is one of these.
    mutating func labelProbe(_ index: Int, at start: Int64) -> Bool {
        let fact = facts[index]
        if fact.classes.contains(.windowProbe) {
            add(.windowProbe, to: index, evidence: ends[1 - fact.side].windowIndex.map { [$0] } ?? [])
            ends[fact.side].probe = Probe(index: index, isKeepAlive: false)
            if fact.payloadLength == 1 {
                ends[fact.side].probedPlaces[start] = ends[fact.side].probedPlaces[start] ?? index
            }
            return true
        }
        guard fact.classes.contains(.keepAlive) else { return false }
        add(.keepAlive, to: index, evidence: ends[fact.side].acknowledged.map { [$0.index] } ?? [])
        ends[fact.side].probe = Probe(index: index, isKeepAlive: true)
        ends[fact.side].unansweredKeepAlives.append(index)
        return true
    }

    /// Labels the pure ACK with which the other end answers a probe.
    ///
    /// - Returns: whether the segment is such an answer.
    mutating func labelProbeAnswer(_ index: Int, acknowledges place: Int64) -> Bool {
        let fact = facts[index]
        let asker = 1 - fact.side
        guard let probe = ends[asker].probe, ends[asker].acknowledged.map({ place >= $0.place }) ?? true else {
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
