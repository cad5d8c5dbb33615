import CaptureFile
import Measures
import Narration
import TCPState
import TCPWire
import Tracking

/// A connection's row in JSON and TSV.
package struct ConnectionFacts: Encodable {
    struct Direction: Encodable {
        let segments: UInt32
        let bytes: UInt64
        let retransmitted: UInt32
        let outOfOrder: UInt32
        let duplicateAcks: UInt32
        let zeroWindows: UInt16
        /// The shortest round-trip time, in milliseconds.
        let rtt: Double?
        let state: String?

        init(_ half: HalfConnection) {
            segments = half.segments
            bytes = half.streamBytes
            retransmitted = half.retransmittedSegments
            outOfOrder = half.outOfOrderSegments
            duplicateAcks = half.duplicateAcknowledgments
            zeroWindows = half.zeroWindows
            rtt = half.minimumRoundTrip.map { Double($0) / 1e6 }
            state = half.state?.name
        }
    }

    let number: Int
    let client: String
    let server: String
    let role: String
    let start: String
    let duration: Double
    let opening: String
    let ending: String
    let endedBy: String?
    /// The end that waits in TIME-WAIT where the capture ends.
    let timeWait: String
    /// The end that still holds the connection although the other end has given it up.
    let heldBy: String?
    /// Zeek's name for the outcome.
    let zeekState: String
    let fromClient: Direction
    let fromServer: Direction
    /// Milliseconds from the SYN to the ACK that completes the handshake.
    let handshake: Double?
    let reusesTuple: Bool
    /// What ICMP errors say of its segments; `nil` if there are none.
    let icmp: [ErrorFacts]?
    /// What went wrong, the worst first; `nil` if nothing did.
    let troubles: [TroubleFacts]?
    /// The measures; present only with `--long`.
    let measures: MeasureFacts?

    /// Creates a connection's facts from its record. Measures and ICMP errors are included only if they are given.
    package init(
        _ record: ConnectionRecord, number: Int, measures: ConnectionMeasures? = nil, errors: [ReportedError] = []
    ) {
        let outcome = record.outcome
        self.number = number
        client = record.clientEndpoint.description
        server = record.serverEndpoint.description
        role = record.roleEvidence.id
        start = record.firstTime.secondsText
        duration = Double(record.duration) / 1e9
        opening = outcome.opening.rawValue
        ending = outcome.ending.rawValue
        endedBy = outcome.endedBy?.rawValue
        timeWait = outcome.timeWait.rawValue
        heldBy = outcome.heldBy?.rawValue
        zeekState = record.zeekState.rawValue
        fromClient = Direction(record.client)
        fromServer = Direction(record.server)
        handshake = record.handshakeDelay >= 0 ? Double(record.handshakeDelay) / 1e6 : nil
        reusesTuple = record.reusesTuple
        let troubles = record.troubles(outcome)
        self.troubles = troubles.isEmpty ? nil : troubles.map { TroubleFacts($0) }
        icmp = ErrorFacts.list(errors, about: record)
        self.measures = measures.map { MeasureFacts(record, $0) }
    }
}

extension RoleEvidence {
    var id: String {
        switch self {
        case .syn: "syn"
        case .synAck: "syn-ack"
        case .port: "guessed-by-port"
        case .firstSeen: "guessed-by-order"
        }
    }
}
