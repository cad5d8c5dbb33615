import Narration
import Stories
import TCPState
import TCPWire
import Tracking

extension Scene.Segment {
    /// One of its numbers with its name.
    package struct NamedNumber: Sendable {
        /// The number's name, as it is written before it.
        package enum Name: String, Sendable { case seq, len, ack }
        package let name: Name
        package let value: UInt64

        /// `seq=1`.
        package var text: String { "\(name.rawValue)=\(value)" }
    }

    /// The numbers that matter for this kind of segment, most needed first: `seq=1`, `len=16`, `ack=1`; `nil` behind the last.
    ///
    /// - Parameter absolute: as they stand in the header, not relative to the ISNs.
    package func namedNumbers(absolute: Bool) -> InlineArray<3, NamedNumber?> {
        func named(_ name: NamedNumber.Name, _ number: RelativeNumber) -> NamedNumber {
            NamedNumber(name: name, value: absolute ? UInt64(number.raw) : number.value)
        }
        let seq = named(.seq, sequence)
        let ack = acknowledgment.map { named(.ack, $0) }
        if flags.contains(.rst), sequence.base == .none { return [ack, nil, nil] }
        if kind == .acknowledgment, !isProbe, length == 0, flags.isDisjoint(with: [.syn, .fin, .rst]) {
            return ack == nil ? [seq, nil, nil] : [ack, seq, nil]
        }
        guard length > 0 else { return [seq, ack, nil] }
        return [seq, NamedNumber(name: .len, value: UInt64(length)), ack]
    }

    /// The same as text.
    package func numbers(absolute: Bool) -> [String] {
        let numbers = namedNumbers(absolute: absolute)
        return numbers.indices.compactMap { numbers[$0]?.text }
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
