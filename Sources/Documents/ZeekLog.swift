import CaptureFile
import FlatMemory
import Measures
import TCPWire
import Tracking

/// Connections as in Zeek's conn.log, for the tools that read it: zeek-cut, and whatever reads Zeek's JSON.
package struct ZeekLog {
    private static let fields: [(name: String, type: String)] = [
        ("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
        ("id.resp_p", "port"), ("proto", "enum"), ("service", "string"), ("duration", "interval"),
        ("orig_bytes", "count"), ("resp_bytes", "count"), ("conn_state", "string"), ("local_orig", "bool"),
        ("local_resp", "bool"), ("missed_bytes", "count"), ("history", "string"), ("orig_pkts", "count"),
        ("orig_ip_bytes", "count"), ("resp_pkts", "count"), ("resp_ip_bytes", "count"),
        ("tunnel_parents", "set[string]"),
        ("ip_proto", "count"),
    ]

    private let isJSON: Bool
    private var text = RowText()
    private var hasBegun = false
    private var lastTime = Timestamp(nanoseconds: 0)

    /// Creates an empty log, of JSON or of tab-separated values.
    package init(isJSON: Bool) { self.isJSON = isJSON }

    /// The line of a connection.
    ///
    /// Zeek notes in the log when it was opened and closed. Here these are the times when the first connection began
    /// and the last one ended, so that the same capture always gives the same log.
    ///
    /// - Returns: the line; with the log's head before the first one.
    package mutating func line(_ record: ConnectionRecord, _ measures: ConnectionMeasures) -> [UInt8] {
        text.clear()
        if !hasBegun, !isJSON { for line in head(record.firstTime) { text.append(line: line) } }
        hasBegun = true
        lastTime = max(lastTime, record.lastTime)
        let row = ZeekRow(record, measures)
        if isJSON {
            text.append { row.appendJSON(to: &$0, Self.fields) }
        } else {
            for field in row.values { text.append(field ?? "-") }
        }
        text.endLine()
        return text.octets
    }

    /// The line that closes the log; `nil` if none was begun.
    package var end: String? { hasBegun && !isJSON ? "#close\t" + lastTime.zeekText : nil }

    private func head(_ time: Timestamp) -> [String] {
        [
            "#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn",
            "#open\t" + time.zeekText,
            (["#fields"] + Self.fields.map(\.name)).joined(separator: "\t"),
            (["#types"] + Self.fields.map(\.type)).joined(separator: "\t"),
        ]
    }
}

/// One row's values in the order of the log's fields; `nil` for a value that is unset.
private struct ZeekRow {
    let values: [String?]

    init(_ record: ConnectionRecord, _ measures: ConnectionMeasures) {
        let (client, server) = (
            measures.sent(by: .client, of: record), measures.sent(by: .server, of: record)
        )
        let duration = measures.zeekDuration(of: record)
        // For a connection without a duration Zeek writes neither duration nor bytes.
        let isMoment = duration == 0
        values = [
            Self.seconds(record.firstTime.nanoseconds), Self.uid(record),
            record.clientEndpoint.address.description, String(record.clientEndpoint.port),
            record.serverEndpoint.address.description, String(record.serverEndpoint.port), "tcp", nil,
            isMoment ? nil : Self.seconds(duration), isMoment ? nil : String(client.octets),
            isMoment ? nil : String(server.octets), record.zeekState.rawValue,
            Self.bool(record.clientEndpoint.address.isPrivate), Self.bool(record.serverEndpoint.address.isPrivate),
            String(measures.zeekMissedOctets), measures.zeekHistory(of: record), String(client.segments),
            String(client.packetOctets), String(server.segments), String(server.packetOctets), nil, "6",
        ]
    }

    private static func bool(_ value: Bool) -> String { value ? "T" : "F" }

    /// Seconds with six decimals, rounded as Zeek does.
    private static func seconds(_ nanoseconds: Int64) -> String {
        String(nanoseconds, unit: 1_000_000_000, decimals: 6)
    }

    /// A connection's id: always the same for one connection, and almost certainly different for two.
    private static func uid(_ record: ConnectionRecord) -> String {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        func add(_ word: UInt64) {
            for shift in stride(from: 0, to: 64, by: 8) {
                // FNV-1a with 128 bits.
                hash = (hash ^ UInt128(word >> UInt64(shift) & 0xff)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
            }
        }
        for endpoint in [record.clientEndpoint, record.serverEndpoint] {
            add(endpoint.address.high)
            add(endpoint.address.low)
            add(UInt64(endpoint.port))
        }
        add(UInt64(bitPattern: record.firstTime.nanoseconds))
        add(record.firstNumber)
        let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var text = "C"
        for _ in 0..<17 {
            text.append(letters[Int(hash % 62)])
            hash /= 62
        }
        return text
    }

    /// Appends the row as JSON. Zeek keeps the order of its fields and has six decimals, where a ``JSONWriter`` sorts
    /// keys and writes doubles; so only its strings are used here.
    func appendJSON(to octets: inout [UInt8], _ fields: [(name: String, type: String)]) {
        octets.append(UInt8(ascii: "{"))
        var isFirst = true
        for (field, value) in zip(fields, values) {
            guard let value else { continue }
            if !isFirst { octets.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONWriter.put(field.name, into: &octets)
            octets.append(UInt8(ascii: ":"))
            switch field.type {
            case "bool": octets.append(contentsOf: (value == "T" ? "true" : "false").utf8)
            case "time", "interval", "count", "port": octets.append(contentsOf: value.utf8)
            default: JSONWriter.put(value, into: &octets)
            }
        }
        octets.append(UInt8(ascii: "}"))
    }
}

extension IPAddress {
    /// Whether Zeek considers the address local, unless it is configured otherwise: an address that is not routed on
    /// the Internet.
    fileprivate var isPrivate: Bool {
        if let ipv4 {
            return ipv4 >> 24 == 10 || ipv4 >> 24 == 127 || ipv4 >> 20 == 0xac1 || ipv4 >> 16 == 0xc0a8
                || ipv4 >> 16 == 0xa9fe || ipv4 >> 22 == 0x191
        }
        return isLoopback || high >> 54 == 0x3fa || high >> 57 == 0x7e
    }
}

extension Timestamp {
    /// The time as `2026-11-22-15-04-05`, in UTC.
    fileprivate var zeekText: String {
        let seconds = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : 0
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86400)
        // Days since March 1 of the year 0, in eras of 400 years.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let number = month < 10 ? month + 3 : month - 9
        let year = era * 400 + yearOfEra + (number <= 2 ? 1 : 0)
        let parts = [number, day, rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : String($0) }
        return ([String(year)] + parts).joined(separator: "-")
    }
}
