import TCPWire
import Tracking

/// Labels for what the window field says.
extension LabelPass {
    /// The window that a segment offers, in octets; `nil` where the window scale was not captured.
    func scaledWindow(_ index: Int) -> Int64? {
        let fact = facts[index]
        if fact.isSYN { return Int64(fact.window) }
        return windowShifts[fact.side].map { Int64(fact.window) << Int64($0) }
    }

    /// By how much a window has grown since the end's last segment: in octets, or in units of the field if the scale is
    /// not known. `nil` where the scale is not known and the last segment is a SYN, whose window is never scaled.
    func windowGrowth(_ index: Int) -> Int64? {
        guard let old = ends[facts[index].side].windowIndex else { return nil }
        if let before = scaledWindow(old), let now = scaledWindow(index) { return now - before }
        guard !facts[old].isSYN else { return nil }
        return Int64(facts[index].window) - Int64(facts[old].window)
    }

    mutating func labelWindow(_ index: Int, at start: Int64) {
        let fact = facts[index]
        if fact.classes.contains(.zeroWindow) { add(.zeroWindow, to: index) }
        guard fact.payloadLength > 0, let offer = ends[1 - fact.side].windowIndex, let window = scaledWindow(offer),
            let acknowledged = ends[fact.side].acknowledged?.place
        else { return }
        if start + Int64(fact.payloadLength) == acknowledged + window, window > 0 {
            add(.windowFull, to: index, evidence: [offer])
        }
    }
}
