import CaptureFile
import Connections
import TCPState
import TCPWire

/// A connection as a line of tab-separated values. Octets are appended to one buffer, since a capture may hold millions of
/// connections, and making strings of them would cost more than finding them.
struct ConnectionRow {
    static let columns = [
        "number", "client", "server", "role", "start", "duration", "opening", "ending", "ended_by", "client_segments",
        "server_segments", "client_bytes", "server_bytes", "handshake_ms",
    ]

    private var text: [UInt8] = []
    /// Octets gathered before they are handed on.
    private static let blockSize = 1 << 15

    /// Adds one line, its end included. ``flush()`` writes what is left.
    mutating func write(_ record: ConnectionRecord, number: Int, file: String?) {
        let outcome = record.outcome
        if let file { append(file) }
        append(UInt64(number))
        record.clientEndpoint.append(to: &text)
        tab()
        record.serverEndpoint.append(to: &text)
        tab()
        append(record.roleEvidence.id)
        append(record.firstTime.nanoseconds, decimals: 9)
        append(record.duration, decimals: 9)
        append(outcome.opening.rawValue)
        append(outcome.ending.rawValue)
        append(outcome.endedBy?.rawValue ?? "-")
        append(UInt64(record.client.segments))
        append(UInt64(record.server.segments))
        append(record.client.streamBytes)
        append(record.server.streamBytes)
        if record.handshakeDelay >= 0 { append(record.handshakeDelay, decimals: 6) } else { append("-") }
        text[text.count - 1] = UInt8(ascii: "\n")
        if text.count >= Self.blockSize { flush() }
    }

    mutating func flush() {
        Screen.write(octets: text)
        text.removeAll(keepingCapacity: true)
    }

    private mutating func tab() { text.append(UInt8(ascii: "\t")) }

    private mutating func append(_ value: String) {
        text.append(contentsOf: value.utf8)
        tab()
    }

    private mutating func append(_ value: UInt64) {
        appendDigits(value, atLeast: 1)
        tab()
    }

    /// A fixed-point number: `value` counts units of 10 to the power of minus `decimals`.
    private mutating func append(_ value: Int64, decimals: Int) {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: scale)
        if value < 0 { text.append(UInt8(ascii: "-")) }
        appendDigits(whole, atLeast: 1)
        text.append(UInt8(ascii: "."))
        appendDigits(rest, atLeast: decimals)
        tab()
    }

    private mutating func appendDigits(_ value: UInt64, atLeast count: Int) {
        var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0)
        var rest = value
        var length = 0
        repeat {
            digits[length] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            length += 1
        } while rest > 0 || length < count
        for index in stride(from: length - 1, through: 0, by: -1) { text.append(digits[index]) }
    }
}
