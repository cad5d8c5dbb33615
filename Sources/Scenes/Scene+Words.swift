import Narration
import Stories
import TCPState
import TCPWire
import Tracking

extension Scene.Segment {
    /// One of a segment's numbers with its name.
    package struct NamedNumber: Sendable {
        /// The number's name, as it is written before the number.
        package enum Name: String, Sendable { case seq, len, ack, win }
        /// The number's name in the picture.
        package let name: Name
        /// The number itself; a window is in octets.
        package let value: UInt64

        /// Name and number as the picture shows them: `seq=1`.
        package var text: String { "\(name.rawValue)=\(value)" }
    }

    /// The numbers that matter for this kind of segment, most important first: `seq=1`, `len=16`, `ack=1`, `win=0`;
    /// `nil` after the last.
    ///
    /// - Parameter absolute: whether the numbers are those of the header, not relative to the ISNs.
    package func namedNumbers(absolute: Bool) -> InlineArray<4, NamedNumber?> {
        var numbers = InlineArray<4, NamedNumber?>(repeating: nil)
        var count = 0
        func put(_ name: NamedNumber.Name, _ value: UInt64?) {
            guard let value else { return }
            numbers[count] = NamedNumber(name: name, value: value)
            count += 1
        }
        func put(_ name: NamedNumber.Name, _ number: RelativeNumber?) {
            put(name, number.map { absolute ? UInt64($0.raw) : $0.value })
        }
        if isBareReset {
            put(.ack, acknowledgment)
        } else if isBareAcknowledgment, acknowledgment != nil {
            put(.ack, acknowledgment)
            put(.win, window)
            put(.seq, sequence)
        } else {
            put(.seq, sequence)
            if length > 0 { put(.len, UInt64(length)) }
            // In a handshake the sequence and acknowledgment numbers matter more than the window.
            if !isOfHandshake { put(.win, window) }
            put(.ack, acknowledgment)
            if isOfHandshake { put(.win, window) }
        }
        return numbers
    }

    /// How many of these numbers, from the first, a row shows even where it has little room: of a handshake's segment
    /// all, of data the sequence number and length, of an ACK the acknowledgment number, and the window where that
    /// matters.
    package var neededNumbers: Int {
        let windows = window == nil ? 0 : 1
        if isBareReset { return acknowledgment == nil ? 0 : 1 }
        if isOfHandshake { return (length > 0 ? 2 : 1) + (acknowledgment == nil ? 0 : 1) + windows }
        return (length > 0 ? 2 : 1) + windows
    }

    private var isOfHandshake: Bool { kind == .syn || kind == .synAck || kind == .handshakeAck }

    /// Whether this is an RST whose sequence number is unrelated to the connection's numbers, as in an answer to an
    /// unexpected segment.
    private var isBareReset: Bool { flags.contains(.rst) && sequence.base == .none }

    private var isBareAcknowledgment: Bool {
        kind == .acknowledgment && !isProbe && length == 0 && flags.isDisjoint(with: [.syn, .fin, .rst])
    }

    /// ``namedNumbers(absolute:)`` as text.
    package func numbers(absolute: Bool) -> [String] {
        let numbers = namedNumbers(absolute: absolute)
        return numbers.indices.compactMap { numbers[$0]?.text }
    }
}

extension Scene.Mark {
    /// The letter that stands for a state: lower case where Linux keeps only a request or timewait socket. The digit of
    /// FIN-WAIT-2, which a timewait socket may hold, has no lower case and is followed by a prime.
    package static func letter(_ state: State?, isMini: Bool) -> String {
        guard let state else { return "?" }
        let letter = String(state.letter)
        guard isMini else { return letter }
        let lower = letter.lowercased()
        return lower == letter ? letter + "'" : lower
    }

    /// The letter of this mark's state.
    package var letter: String { Self.letter(state, isMini: form == .mini) }

    /// A state's name, for pictures with room for it: in lower case where Linux keeps only a request or timewait
    /// socket.
    package static func name(_ state: State?, isMini: Bool) -> String {
        guard let state else { return "?" }
        return isMini ? state.name.lowercased() : state.name
    }
}

extension Scene.Segment {
    /// The text of the segment's last column in `language`: what the segment is, or its payload.
    package func remark(_ language: Language, isOneConnection: Bool) -> String {
        // With several connections there is no room for a remark that only repeats the numbers.
        if let remark, isOneConnection || !isRoutine { return remark(language) }
        return payload.isEmpty ? "" : "\"\(Printable.bytes(payload, limit: Self.payloadLimit))\""
    }

    /// At most this many octets of payload are shown.
    private static let payloadLimit = 60
}
