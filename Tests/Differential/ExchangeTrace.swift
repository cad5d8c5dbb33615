import TCPStack
import TCPState
import TCPWire

/// What was seen of an exchange: the peer's segments and states, and what both programs got.
package struct ExchangeTrace: Sendable {
    /// A segment with relative numbers, which count from the two SYNs: the first octet is 1.
    struct Sighting: Hashable, Sendable {
        var flags: TCPFlags
        var sequence: UInt32
        var acknowledgment: UInt32
        var length: Int
        var sack: [SACKBlock] = []
        /// Of a SYN.
        var options = ""
        var window: UInt16
        /// The timestamp's value.
        var stamp: UInt32?

        /// The number behind it.
        var end: UInt32 {
            sequence &+ UInt32(length) &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
        }
        /// The number behind the text, which is a FIN's.
        var textEnd: UInt32 { end &- (flags.contains(.fin) ? 1 : 0) }
        var isPureAcknowledgment: Bool { end == sequence && !flags.contains(.rst) }

        /// In tcpdump's manner.
        var text: String {
            let letters = [
                (TCPFlags.syn, "S"), (.fin, "F"), (.rst, "R"), (.psh, "P"), (.ece, "E"), (.cwr, "W"), (.ack, "."),
            ]
            .filter { flags.contains($0.0) }.map(\.1).joined()
            let blocks = sack.map { " sack \($0.left):\($0.right)" }.joined()
            return "\(letters) \(sequence):\(end)(\(length)) ack \(acknowledgment) win \(window)\(blocks)\(options)"
        }
    }

    /// How a program's way ended.
    enum Ending: Hashable, Sendable {
        /// All its steps were done.
        case done
        case failed(errno: Int32)
        /// It still waits.
        case waiting(step: Int)
    }

    enum Moment: Hashable, Sendable {
        case sent(Sighting, Impairment.Fate)
        case arrived(Sighting)
        case state(String)
    }

    /// Everything at the peer, in order, with milliseconds since the beginning.
    private(set) var moments: [(milliseconds: Int, moment: Moment)] = []
    var peerEnding = Ending.waiting(step: 0)
    var driverEnding = Ending.waiting(step: 0)
    /// What the programs read.
    var peerRead = 0
    var driverRead = 0
    /// What the driver's window field is shifted by.
    var driverScale: UInt8 = 0
    /// The numbers behind what the peer's program was to write at a time.
    var writeEnds: [UInt32] = []
    /// Whether something was read that was not written.
    var isGarbled = false

    mutating func note(_ moment: Moment, at nanoseconds: Int64) {
        moments.append((Int(nanoseconds / 1_000_000), moment))
    }

    var sent: [Sighting] {
        moments.compactMap { if case .sent(let sighting, _) = $0.moment { sighting } else { nil } }
    }
    var arrived: [Sighting] {
        moments.compactMap { if case .arrived(let sighting) = $0.moment { sighting } else { nil } }
    }
    /// What was sent, and what became of it.
    var fates: [(Sighting, Impairment.Fate)] {
        moments.compactMap { if case .sent(let sighting, let fate) = $0.moment { (sighting, fate) } else { nil } }
    }
    var states: [String] { moments.compactMap { if case .state(let name) = $0.moment { name } else { nil } } }

    /// The whole, to be read by people.
    package var text: String {
        let lines = moments.map { entry in
            let what =
                switch entry.moment {
                case .sent(let sighting, let fate): "> \(sighting.text)" + (fate == .passes ? "" : "   \(fate)")
                case .arrived(let sighting): "< \(sighting.text)"
                case .state(let name): "  \(name)"
                }
            return "\(entry.milliseconds) \(what)"
        }
        return (lines + ["peer \(peerEnding), read \(peerRead); driver \(driverEnding), read \(driverRead)"])
            .joined(separator: "\n")
    }
}
