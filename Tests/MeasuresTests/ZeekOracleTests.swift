import CaptureFile
import Foundation
import Measures
import Passes
import TCPWire
import Testing
import Tracking
import Transcripts

/// Every connection of the shared captures beside Zeek's conn.log of it. Where the two differ, the difference is listed with
/// its reason, and a difference that goes away fails too. Prints what `script/oracle` shows.
@Suite(.enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
struct ZeekOracleTests {
    /// What of a row is compared.
    private enum Column: String, CaseIterable, Hashable {
        case state = "conn_state"
        case history
        case bytes
        case packets
        case missed = "missed_bytes"
        case duration
    }

    private struct Difference {
        /// The originator in Zeek's row.
        let originator: String
        let columns: Set<Column>
        let why: String
    }

    private static let differences: [String: [Difference]] = [
        "cisco-fabric-path.pcap": stride(from: 0, through: 14, by: 2).map {
            Difference(
                originator: "1.1.1.\($0):57005", columns: [.bytes, .duration],
                why: "the same SYN captured twice on its way: one segment, of one moment; Zeek counts it as sent again")
        },
        "fake-long-commands.pcap": [
            Difference(
                originator: "127.0.0.1:58634", columns: [.history],
                why: "X: Zeek's FTP analyzer gave up on the payload, which we do not read")
        ],
        "gtp1_gn_normal_incl_fragmentation.pcap": [
            Difference(
                originator: "10.131.47.185:1923", columns: [.history, .packets, .missed],
                why: """
                    four outer packets lack their last fragments: Zeek never sees the segments in them and reports gaps, we \
                    see their headers and know that they passed
                    """)
        ],
        "gtp2_different_udp_port.pcap": [
            Difference(
                originator: "10.131.17.170:51803", columns: [.history],
                why: "X: Zeek's analyzer gave up on the payload, which we do not read")
        ],
        "wikipedia.pcap": [
            Difference(
                originator: "173.192.163.128:80", columns: [.history, .packets],
                why: "one SYN-ACK without its SYN: Zeek writes two rows for the one packet, flipped and not")
        ],
    ]

    @Test func connections() throws {
        var agreeing: [Column: Int] = [:]
        let rows = try Self.rows()
        for (name, theirs) in Dictionary(grouping: rows, by: \.capture) {
            let ours = try Self.ours(name)
            for row in theirs {
                let mine = ours.filter { $0.ends == row.ends }
                // A tuple used twice would need more than its ends to be told apart.
                #expect(mine.count == 1, "\(name) \(row.ends)")
                guard let mine = mine.first else { continue }
                let differing = Column.allCases.filter { mine.values[$0] != row.values[$0] }
                let listed = Self.differences[name]?.first { $0.originator == row.originator }
                #expect(
                    Set(differing) == listed?.columns ?? [],
                    "\(name) \(row.originator): \(differing.map { "\($0): \(mine.values[$0] ?? "") for \(row.values[$0] ?? "")" })"
                )
                for column in Column.allCases where !differing.contains(column) { agreeing[column, default: 0] += 1 }
            }
        }
        #expect(rows.count == 127)
        for column in Column.allCases {
            print("oracle: zeek \(column.rawValue) agree=\(agreeing[column] ?? 0) of=\(rows.count)")
        }
    }

    private struct Row {
        let capture: String
        let originator: String
        let ends: Set<String>
        let values: [Column: String]
    }

    /// Our reading of a capture, as a conn.log says it.
    private static func ours(_ name: String) throws -> [Row] {
        let path = try #require(SharedCaptures.paths.first { SharedCaptures.name($0) == name })
        var reader = try CaptureReader(path: path)
        var analysis = CaptureAnalysis(measuring: true)
        try analysis.read(&reader)
        try analysis.settle(from: reader)
        return zip(analysis.connections, analysis.measures).map { record, measures in
            let client = measures.sent(by: .client, of: record)
            let server = measures.sent(by: .server, of: record)
            let nanoseconds = measures.zeekDuration(of: record)
            // In a row of one moment Zeek leaves duration and bytes unset.
            let isMoment = nanoseconds == 0
            return Row(
                capture: name, originator: record.clientEndpoint.description,
                ends: [record.clientEndpoint.description, record.serverEndpoint.description],
                values: [
                    .state: record.zeekState.rawValue, .history: measures.zeekHistory(of: record),
                    .bytes: isMoment ? "- -" : "\(client.octets) \(server.octets)",
                    .packets: "\(client.segments) \(server.segments)", .missed: String(measures.zeekMissedOctets),
                    .duration: isMoment ? "-" : String((nanoseconds + 500) / 1000),
                ])
        }
    }

    private static func rows() throws -> [Row] {
        let file = SharedCaptures.root.appending(path: "oracles/zeek-connections.tsv")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let ends = try [(fields[1], fields[2]), (fields[3], fields[4])].map { address, port in
                Endpoint(address: try #require(IPAddress(address)), port: try #require(UInt16(port))).description
            }
            let duration = Double(fields[12]).map { String(Int(($0 * 1e6).rounded())) } ?? "-"
            return Row(
                capture: fields[0], originator: ends[0], ends: Set(ends),
                values: [
                    .state: fields[5], .history: fields[6], .bytes: "\(fields[7]) \(fields[8])",
                    .packets: "\(fields[9]) \(fields[10])", .missed: fields[11], .duration: duration,
                ])
        }
    }
}
