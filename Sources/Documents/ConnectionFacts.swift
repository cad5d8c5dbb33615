import CaptureFile
import Measures
import Narration
import TCPState
import TCPWire
import Tracking

/// A connection's row as JSON and TSV carry it.
package struct ConnectionFacts: Encodable {
    struct Direction: Encodable {
        let segments: UInt32
        let bytes: UInt64
        let retransmitted: UInt32
        let outOfOrder: UInt32
        let duplicateAcks: UInt32
        let zeroWindows: UInt16
        /// The shortest, in milliseconds.
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
    /// Who waits in TIME-WAIT where the capture ends.
    let timeWait: String
    /// Who holds the connection though the other end has given it up.
    let heldBy: String?
    /// Zeek's name for the outcome.
    let zeekState: String
    let fromClient: Direction
    let fromServer: Direction
    /// Milliseconds from the SYN to the ACK that completes the handshake.
    let handshake: Double?
    let reusesTuple: Bool
    /// What ICMP errors say of its segments, where there are any.
    let icmp: [ErrorFacts]?
    /// What went wrong, the worst first.
    let troubles: [TroubleFacts]?
    /// Only with `--long`.
    let measures: MeasureFacts?

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
