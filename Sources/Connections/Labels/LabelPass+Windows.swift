import TCPState
import TCPWire

/// What the window field says.
extension LabelPass {
    /// The window that an end's segment offers, in octets; `nil` where the scale was not captured.
    func scaledWindow(_ index: Int) -> Int64? {
        let fact = facts[index]
        if fact.isSYN { return Int64(fact.window) }
        let end = ends[fact.side]
        let peer = ends[1 - fact.side]
        let hasOpening = end.syn != nil || end.synAck != nil
        let peerHasOpening = peer.syn != nil || peer.synAck != nil
        guard hasOpening, peerHasOpening else { return nil }
        // Both must offer it (RFC 7323 2.2).
        guard let scale = end.windowScale, peer.windowScale != nil else { return Int64(fact.window) }
        return Int64(fact.window) << Int64(scale)
    }

    mutating func labelWindow(_ index: Int, at start: Int64) {
        let fact = facts[index]
        if fact.window == 0, !fact.isFIN { add(.zeroWindow, to: index) }
        guard fact.payloadLength > 0, let offer = ends[1 - fact.side].windowIndex ?? ends[1 - fact.side].last,
            !facts[offer].isRST, let window = scaledWindow(offer), let acknowledged = ends[fact.side].acknowledged
        else { return }
        if start + Int64(fact.payloadLength) == acknowledged + window, window > 0 {
            add(.windowFull, to: index, evidence: [offer])
        }
    }
}
