import CaptureFile
import TCPState
import TCPWire
import Tracking

/// A connection as a line of tab-separated values.
package struct ConnectionRow {
    private static let columns = [
        "number", "client", "server", "role", "start", "duration", "opening", "ending", "ended_by", "client_segments",
        "server_segments", "client_bytes", "server_bytes", "handshake_ms",
    ]
    /// The columns of one direction, which are prefixed with the end that sent it.
    private static let directionColumns = ["retransmitted", "out_of_order", "duplicate_acks", "zero_windows", "rtt_ms"]

    /// The names of all columns, in order.
    package static var allColumns: [String] {
        columns + ["client", "server"].flatMap { end in directionColumns.map { "\(end)_\($0)" } } + ["trouble"]
    }

    private var text = RowText()

    /// Creates an empty list of rows.
    package init() {}

    /// How many octets are gathered before they are written.
    private static let blockSize = 1 << 15

    /// Adds one line to ``octets``, including the line's end.
    package mutating func add(_ record: ConnectionRecord, number: Int, file: String?) {
        let outcome = record.outcome
        if let file { text.append(file) }
        text.append(UInt64(number))
        text.append(record.clientEndpoint)
        text.append(record.serverEndpoint)
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
        append(record.client)
        append(record.server)
        let troubles = record.troubles(outcome)
        text.append(troubles.isEmpty ? "none" : Trouble.words(troubles).joined(separator: ","))
        text.endLine()
    }

    private mutating func append(_ half: HalfConnection) {
        text.append(UInt64(half.retransmittedSegments))
        text.append(UInt64(half.outOfOrderSegments))
        text.append(UInt64(half.duplicateAcknowledgments))
        text.append(UInt64(half.zeroWindows))
        if let time = half.minimumRoundTrip { text.append(time, decimals: 6) } else { text.append("-") }
    }

    /// Whether enough lines were gathered to be written.
    package var isFull: Bool { text.octets.count >= Self.blockSize }

    /// The lines that were gathered.
    package var octets: [UInt8] { text.octets }

    /// Removes the lines that were gathered, after they were written.
    package mutating func clear() { text.clear() }
}
