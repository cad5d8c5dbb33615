import CaptureFile
import Measures
import Narration
import Pictures
import TCPWire
import Tracking

/// Everything measured of one connection, as people read it: a few lines on the whole, then both directions side by side.
struct ConnectionLong {
    let canvas: Canvas

    func lines(_ record: ConnectionRecord, _ measures: ConnectionMeasures, number: Int) -> [String] {
        let ends = [
            record.clientEndpoint.description + (record.roleEvidence.isGuess ? "?" : ""),
            "-> \(record.serverEndpoint)",
        ]
        let joined = "\(number)  " + ends.joined(separator: " ")
        let heads =
            canvas.measure(joined) <= canvas.width ? [joined] : ["\(number)  \(ends[0])", "   \(ends[1])"]
        let about = facts(record, measures).flatMap { label, text in
            Paragraph(canvas: canvas).lines(text(canvas.language), first: "  " + pad(label(canvas.language)) + "  ")
        }
        return heads + about + table(record, measures).map { "  " + $0 }
    }

    private func pad(_ label: String) -> String { canvas.measure.pad(label, to: 8) }

    // MARK: The whole

    private func facts(_ record: ConnectionRecord, _ measures: ConnectionMeasures) -> [(Text, Text)] {
        let outcome = record.outcome
        let parts = [outcome.opening.text, outcome.endingPhrase, outcome.timeWaitText, outcome.heldText]
        let seconds = decimal(Double(record.duration) / 1e9, 6)
        let began = record.firstTime.clockText
        return [
            (Text(en: "outcome", zh: "结局"), Self.join(parts.compactMap { $0 })),
            (
                Text(en: "Zeek", zh: "Zeek"),
                Text(verbatim: "\(record.zeekState.rawValue) \(measures.zeekHistory(of: record))")
            ),
            (
                Text(en: "began", zh: "开始"),
                Text(
                    en: "\(began), lasted \(seconds) s, longest pause \(Self.time(measures.idleMaximum))",
                    zh: "\(began)，历时 \(seconds) s，最长空闲 \(Self.time(measures.idleMaximum))")
            ),
            (Text(en: "captured", zh: "抓包点"), measures.vantage(of: record).text),
        ] + shares(measures.shares(of: record))
    }

    private func shares(_ shares: TimeShares) -> [(Text, Text)] {
        var lines: [(Text, Text)] = []
        if let whole = shares.roundTrip, let toClient = shares.toClient, let toServer = shares.toServer {
            let (whole, toClient, toServer) = (Self.time(whole), Self.time(toClient), Self.time(toServer))
            lines.append(
                (
                    Text(en: "trip", zh: "往返"),
                    Text(
                        en: "\(whole): \(toServer) to the server and back, \(toClient) to the client",
                        zh: "\(whole)：到服务端 \(toServer)，到客户端 \(toClient)")
                ))
        }
        let (network, client, server) = (
            Self.time(shares.network), Self.time(shares.client), Self.time(shares.server)
        )
        lines.append(
            (
                Text(en: "waited", zh: "耗时"),
                Text(
                    en: """
                        network \(network), client \(client) (\(counted(shares.clientTurns, "turn"))), \
                        server \(server) (\(counted(shares.serverTurns, "turn")))
                        """,
                    zh: """
                        网络 \(network)，客户端 \(client)（\(shares.clientTurns) 次），服务端 \(server)\
                        （\(shares.serverTurns) 次）
                        """)
            ))
        return lines
    }

    private static func join(_ parts: [Text]) -> Text {
        Text(
            en: parts.map(\.english).joined(separator: "; "), zh: parts.map(\.chinese).joined(separator: "；"))
    }

    /// Milliseconds.
    fileprivate static func time(_ nanoseconds: Int64) -> String { decimal(Double(nanoseconds) / 1e6, 3) + " ms" }

    // MARK: The directions

    /// Above the lines of a table that is too narrow for its columns.
    private static let stackHead = Text(en: "sent by: client | server", zh: "发送方：客户端 | 服务端")

    private func table(_ record: ConnectionRecord, _ measures: ConnectionMeasures) -> [String] {
        let narrow = Canvas(
            width: canvas.width - 2, glyphs: canvas.glyphs, ambiguousWidth: canvas.measure.ambiguous,
            colour: canvas.colour, theme: canvas.theme, language: canvas.language)
        var table = TableText(
            [
                TableText.Column(Text(en: "sent by", zh: "发送方"), importance: 1, minimum: 8),
                TableText.Column(Party.client.text, .right, importance: 3),
                TableText.Column(Party.server.text, .right, importance: 2),
            ], canvas: narrow)
        let (client, server) = (
            measures.sent(by: .client, of: record), measures.sent(by: .server, of: record)
        )
        var stacked: [String] = []
        for row in MeasureRow.all {
            let cells = (row.cell(client), row.cell(server))
            // What neither end did is not worth a line.
            guard cells.0 != nil || cells.1 != nil else { continue }
            let label = row.label(canvas.language)
            table.add([label, cells.0 ?? "-", cells.1 ?? "-"])
            stacked += Paragraph(canvas: narrow).lines(
                label + Text(en: ": ", zh: "：")(canvas.language) + "\(cells.0 ?? "-") | \(cells.1 ?? "-")", hanging: 2)
        }
        guard table.hiddenColumns.isEmpty else {
            return Paragraph(canvas: narrow).lines(Self.stackHead(canvas.language)) + stacked
        }
        return table.lines()
    }
}

/// A line of the table of directions.
private struct MeasureRow {
    let label: Text
    /// `nil` where there is nothing to tell.
    let cell: @Sendable (DirectionMeasures) -> String?

    init(_ label: Text, _ cell: @escaping @Sendable (DirectionMeasures) -> String?) {
        self.label = label
        self.cell = cell
    }

    /// A count that is shown where it is not zero.
    private static func count(_ label: Text, _ count: @escaping @Sendable (DirectionMeasures) -> Int) -> MeasureRow {
        MeasureRow(label) { count($0) == 0 ? nil : String(count($0)) }
    }

    /// An amount of octets that is shown where it is not zero.
    private static func octets(
        _ label: Text, _ octets: @escaping @Sendable (DirectionMeasures) -> UInt64
    ) -> MeasureRow {
        MeasureRow(label) { octets($0) == 0 ? nil : String(octets($0)) }
    }

    /// A count with the octets it stands for.
    private static func pair(
        _ label: Text, _ pair: @escaping @Sendable (DirectionMeasures) -> (Int, UInt64)
    ) -> MeasureRow {
        MeasureRow(label) { pair($0).0 == 0 ? nil : "\(pair($0).0) (\(pair($0).1) B)" }
    }

    static let all = segments + data + answers + times

    private static let segments = [
        MeasureRow(Text(en: "segments", zh: "报文段")) { String($0.segments) },
        MeasureRow(Text(en: "IP bytes", zh: "IP 字节")) { String($0.packetOctets) },
        count(Text(en: "pure ACKs", zh: "纯 ACK")) { $0.pureAcknowledgments },
        MeasureRow(Text(en: "SYN/FIN/RST", zh: "SYN/FIN/RST")) { "\($0.syns)/\($0.fins)/\($0.resets)" },
        count(Text(en: "with PSH", zh: "带 PSH")) { $0.pushes },
        count(Text(en: "with URG", zh: "带 URG")) { $0.urgents },
    ]

    private static let data = [
        MeasureRow(Text(en: "bytes by sequence number", zh: "字节数（按序号）")) { String($0.octets) },
        MeasureRow(Text(en: "data segments", zh: "数据报文段")) {
            $0.dataSegments == 0 ? nil : "\($0.dataSegments) (\($0.payloadOctets) B)"
        },
        MeasureRow(Text(en: "payload min/mean/max", zh: "载荷 最小/平均/最大")) {
            $0.dataSegments == 0
                ? nil : "\($0.smallestPayload)/\($0.payloadOctets / UInt64($0.dataSegments))/\($0.largestPayload)"
        },
        octets(Text(en: "initial window, bytes", zh: "初始窗口（字节）")) { $0.initialWindow },
        pair(Text(en: "retransmitted", zh: "重传")) { ($0.retransmittedSegments, $0.retransmittedOctets) },
        count(Text(en: "out of order", zh: "乱序")) { $0.outOfOrderSegments },
        octets(Text(en: "missing bytes (acknowledged, not captured)", zh: "缺失字节（已确认，未抓到）")) { $0.missingOctets },
        pair(Text(en: "cut off by the capture", zh: "被抓包截断")) { ($0.truncatedSegments, $0.truncatedOctets) },
        count(Text(en: "stray (not of this stream)", zh: "游离（不属于此流）")) { $0.straySegments },
        count(Text(en: "window probes", zh: "窗口探测")) { $0.windowProbes },
        count(Text(en: "keep-alives", zh: "保活探测")) { $0.keepAlives },
    ]

    private static let answers = [
        MeasureRow(Text(en: "duplicate ACKs (runs of 3)", zh: "重复 ACK（连续 3 个）")) {
            $0.duplicateAcknowledgments == 0 ? nil : "\($0.duplicateAcknowledgments) (\($0.tripleDuplicates))"
        },
        MeasureRow(Text(en: "with SACK (D-SACK)", zh: "带 SACK（D-SACK）")) {
            $0.sackSegments == 0 ? nil : "\($0.sackSegments) (\($0.dsackSegments))"
        },
        count(Text(en: "zero windows", zh: "零窗口")) { $0.zeroWindows },
        MeasureRow(Text(en: "window min/mean/max", zh: "窗口 最小/平均/最大")) { direction in
            direction.windowMean.map {
                "\(direction.windowMinimum)/\($0)/\(direction.windowMaximum)"
                    + (direction.isWindowScaleKnown ? "" : " ?")
            }
        },
        octets(Text(en: "most in flight, bytes", zh: "最大在途（字节）")) { $0.flightMaximum },
        MeasureRow(Text(en: "SYN options", zh: "SYN 选项")) { $0.options.map(text) },
        MeasureRow(Text(en: "TTL (hops)", zh: "TTL（跳数）")) { direction in
            direction.hops.map { "\(direction.hopLimit) (\($0))" }
        },
    ]

    private static let times = [
        MeasureRow(Text(en: "data sent for", zh: "数据发送时长")) { $0.dataDuration.map(ConnectionLong.time) },
        MeasureRow(Text(en: "bytes a second", zh: "每秒字节")) { direction in
            guard let duration = direction.dataDuration, duration > 0 else { return nil }
            return decimal(Double(direction.octets) / (Double(duration) / 1e9), 0)
        },
        MeasureRow(Text(en: "longest pause", zh: "最长空闲")) {
            $0.segments < 2 ? nil : ConnectionLong.time($0.idleMaximum)
        },
        MeasureRow(Text(en: "RTT samples", zh: "RTT 样本")) {
            $0.roundTrips.count == 0 ? nil : String($0.roundTrips.count)
        },
        MeasureRow(Text(en: "RTT min/median ms", zh: "RTT 最小/中位 ms")) { direction in
            direction.roundTrips.median.map { "\(bare(direction.roundTrips.minimum))/\(bare($0))" }
        },
        MeasureRow(Text(en: "RTT 95 %/max ms", zh: "RTT 95 %/最大 ms")) { direction in
            direction.roundTrips.percentile(95).map { "\(bare($0))/\(bare(direction.roundTrips.maximum))" }
        },
    ]

    private static func bare(_ nanoseconds: Int64) -> String { decimal(Double(nanoseconds) / 1e6, 3) }

    private static func text(_ options: SYNOptions) -> String {
        let parts = [
            options.maximumSegmentSize.map { "mss \($0)" }, options.windowScale.map { "ws \($0)" },
            options.sackPermitted ? "sack" : nil, options.hasTimestamps ? "ts" : nil,
        ]
        let present = parts.compactMap { $0 }
        return present.isEmpty ? "-" : present.joined(separator: " ")
    }
}
