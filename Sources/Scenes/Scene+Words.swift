import Narration
import Stories
import TCPState
import TCPWire
import Tracking

extension Scene.Segment {
    /// One of its numbers with its name.
    package struct NamedNumber: Sendable {
        /// The number's name, as it is written before it.
        package enum Name: String, Sendable { case seq, len, ack, win }
        /// What it is called in the picture.
        package let name: Name
        /// The number; the window in octets.
        package let value: UInt64

        /// `seq=1`.
        package var text: String { "\(name.rawValue)=\(value)" }
    }

    /// The numbers that matter for this kind of segment, most needed first: `seq=1`, `len=16`, `ack=1`, `win=0`; `nil` behind the
    /// last.
    ///
    /// - Parameter absolute: as they stand in the header, not relative to the ISNs.
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
            // What a handshake is about comes before anything else.
            if !isOfHandshake { put(.win, window) }
            put(.ack, acknowledgment)
            if isOfHandshake { put(.win, window) }
        }
        return numbers
    }

    /// How many of these numbers, from the first, a row shows whatever the room: those for which it is there. Of a handshake's
    /// segment all, of data its place and length, of an ACK what it acknowledges, and the window where that matters.
    package var neededNumbers: Int {
        let windows = window == nil ? 0 : 1
        if isBareReset { return acknowledgment == nil ? 0 : 1 }
        if isOfHandshake { return (length > 0 ? 2 : 1) + (acknowledgment == nil ? 0 : 1) + windows }
        return (length > 0 ? 2 : 1) + windows
    }

    private var isOfHandshake: Bool { kind == .syn || kind == .synAck || kind == .handshakeAck }

    /// An RST that answers something else: its sequence number is none of the connection's.
    private var isBareReset: Bool { flags.contains(.rst) && sequence.base == .none }

    private var isBareAcknowledgment: Bool {
        kind == .acknowledgment && !isProbe && length == 0 && flags.isDisjoint(with: [.syn, .fin, .rst])
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

    /// The letter of this mark's state.
    package var letter: String { Self.letter(state, isMini: form == .mini) }

    /// Its name where there is room for it: in lower case for Linux's small sockets.
    package static func name(_ state: State?, isMini: Bool) -> String {
        guard let state else { return "?" }
        return isMini ? state.name.lowercased() : state.name
    }
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
