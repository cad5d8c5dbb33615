import Narration
import Stories
import TCPState
import TCPWire
import Tracking

extension Scene.Segment {
    /// The numbers that matter for this kind of segment, most needed first: `seq=1`, `len=16`, `ack=1`.
    ///
    /// - Parameter absolute: as they stand in the header, not relative to the ISNs.
    package func numbers(absolute: Bool) -> [String] {
        func text(_ name: String, _ number: RelativeNumber) -> String {
            "\(name)=\(absolute ? UInt64(number.raw) : number.value)"
        }
        let seq = text("seq", sequence)
        let ack = acknowledgment.map { text("ack", $0) }
        if flags.contains(.rst), sequence.base == .none { return ack.map { [$0] } ?? [] }
        if kind == .acknowledgment, !isProbe, length == 0, flags.isDisjoint(with: [.syn, .fin, .rst]) {
            return (ack.map { [$0] } ?? []) + [seq]
        }
        return [seq] + (length > 0 ? ["len=\(length)"] : []) + (ack.map { [$0] } ?? [])
    }
}

extension Scene.Mark {
    /// The letter that stands for it: lower case for Linux's small sockets; FIN-WAIT-2 kept in a timewait socket has no lower
    /// case and takes a prime.
    package static func letter(_ state: State?, isMini: Bool) -> String {
        guard let state else { return "?" }
        let letter = String(state.letter)
        guard isMini else { return letter }
        let lower = letter.lowercased()
        return lower == letter ? letter + "'" : lower
    }

    package var letter: String { Self.letter(state, isMini: form == .mini) }
}

extension Scene.Segment {
    /// What the last column says of it in `language`: what it is, or what it carries.
    package func remark(_ language: Language, isOneConnection: Bool) -> String {
        // Among several connections there is no room to say again what the numbers say.
        if let remark, isOneConnection || !isRoutine { return remark(language) }
        return payload.isEmpty ? "" : "\"\(Printable.bytes(payload, limit: Self.payloadLimit))\""
    }

    /// So many octets of payload are shown.
    private static let payloadLimit = 60
}
