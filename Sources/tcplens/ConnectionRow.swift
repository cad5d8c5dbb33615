import CaptureFile
import Connections
import TCPState
import TCPWire

/// A connection as a line of tab-separated values.
struct ConnectionRow {
    static let columns = [
        "number", "client", "server", "role", "start", "duration", "opening", "ending", "ended_by", "client_segments",
        "server_segments", "client_bytes", "server_bytes", "handshake_ms",
    ]

    private var text = RowText()
    /// Octets gathered before they are handed on.
    private static let blockSize = 1 << 15

    /// Adds one line, its end included. ``flush()`` writes what is left.
    mutating func write(_ record: ConnectionRecord, number: Int, file: String?) {
        let outcome = record.outcome
        if let file { text.append(file) }
        text.append(UInt64(number))
        text.append { record.clientEndpoint.append(to: &$0) }
        text.append { record.serverEndpoint.append(to: &$0) }
        text.append(record.roleEvidence.id)
        text.append(record.firstTime.nanoseconds, decimals: 9)
        text.append(record.duration, decimals: 9)
        text.append(outcome.opening.rawValue)
        text.append(outcome.ending.rawValue)
        text.append(outcome.endedBy?.rawValue ?? "-")
        text.append(UInt64(record.client.segments))
        text.append(UInt64(record.server.segments))
        text.append(record.client.streamBytes)
        text.append(record.server.streamBytes)
        if record.handshakeDelay >= 0 { text.append(record.handshakeDelay, decimals: 6) } else { text.append("-") }
        text.endLine()
        if text.octets.count >= Self.blockSize { flush() }
    }

    mutating func flush() {
        Screen.write(octets: text.octets)
        text.clear()
    }
}
