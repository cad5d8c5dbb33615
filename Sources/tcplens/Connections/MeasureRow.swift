import FlatMemory
import Measures
import Narration
import TCPWire

/// A row of the table of directions in ``ConnectionLong``: one measure, with a cell for each direction.
struct MeasureRow {
    let label: Text
    /// Writes the cell of a direction, in ASCII; writes nothing where the direction has no value.
    let write: @Sendable (borrowing DirectionMeasures, inout OctetText) -> Void

    init(_ label: Text, _ write: @escaping @Sendable (borrowing DirectionMeasures, inout OctetText) -> Void) {
        self.label = label
        self.write = write
    }

    /// A row for a count; the cell is empty where it is zero.
    private static func count(_ label: Text, _ count: @escaping @Sendable (borrowing DirectionMeasures) -> Int)
        -> MeasureRow
    {
        MeasureRow(label) { direction, text in
            let count = count(direction)
            if count != 0 { text.put(count) }
        }
    }

    /// A row for an amount of octets; the cell is empty where it is zero.
    private static func octets(
        _ label: Text, _ octets: @escaping @Sendable (borrowing DirectionMeasures) -> UInt64
    ) -> MeasureRow {
        MeasureRow(label) { direction, text in
            let octets = octets(direction)
            if octets != 0 { text.put(octets) }
        }
    }

    /// A row for a count of segments and, in brackets, their octets; the cell is empty where the count is zero.
    private static func pair(
        _ label: Text, _ pair: @escaping @Sendable (borrowing DirectionMeasures) -> (Int, UInt64)
    ) -> MeasureRow {
        MeasureRow(label) { direction, text in
            let (count, octets) = pair(direction)
            guard count != 0 else { return }
            text.put(count)
            text.put(" (")
            text.put(octets)
            text.put(" B)")
        }
    }

    /// A row for a count and, in brackets, a second one; the cell is empty where the first count is zero.
    private static func bracketed(
        _ label: Text, _ pair: @escaping @Sendable (borrowing DirectionMeasures) -> (Int, Int)
    ) -> MeasureRow {
        MeasureRow(label) { direction, text in
            let (count, other) = pair(direction)
            guard count != 0 else { return }
            text.put(count)
            text.put(" (")
            text.put(other)
            text.put(")")
        }
    }

    /// A row for three numbers with slashes between them; the cell is empty where there are none.
    private static func stroked(
        _ label: Text, _ numbers: @escaping @Sendable (borrowing DirectionMeasures) -> (UInt64, UInt64, UInt64)?
    ) -> MeasureRow {
        MeasureRow(label) { direction, text in
            guard let (first, second, third) = numbers(direction) else { return }
            text.put(first)
            text.put("/")
            text.put(second)
            text.put("/")
            text.put(third)
        }
    }

    static let all = segments + data + answers + times

    private static let segments = [
        MeasureRow(Text(en: "segments", zh: "报文段")) { $1.put($0.segments) },
        MeasureRow(Text(en: "IP bytes", zh: "IP 字节")) { $1.put($0.packetOctets) },
        count(Text(en: "pure ACKs", zh: "纯 ACK")) { $0.pureAcknowledgments },
        stroked(Text(en: "SYN/FIN/RST", zh: "SYN/FIN/RST")) { (UInt64($0.syns), UInt64($0.fins), UInt64($0.resets)) },
        count(Text(en: "with PSH", zh: "带 PSH")) { $0.pushes },
        count(Text(en: "with URG", zh: "带 URG")) { $0.urgents },
    ]

    private static let data = [
        MeasureRow(Text(en: "bytes by sequence number", zh: "字节数（按序号）")) { $1.put($0.octets) },
        pair(Text(en: "data segments", zh: "数据报文段")) { ($0.dataSegments, $0.payloadOctets) },
        stroked(Text(en: "payload min/mean/max", zh: "载荷 最小/平均/最大")) {
            guard let mean = $0.meanPayload else { return nil }
            return (UInt64($0.smallestPayload), mean, UInt64($0.largestPayload))
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
        bracketed(Text(en: "duplicate ACKs (runs of 3)", zh: "重复 ACK（连续 3 个）")) {
            ($0.duplicateAcknowledgments, $0.tripleDuplicates)
        },
        bracketed(Text(en: "with SACK (D-SACK)", zh: "带 SACK（D-SACK）")) { ($0.sackSegments, $0.dsackSegments) },
        count(Text(en: "zero windows", zh: "零窗口")) { $0.zeroWindows },
        windows,
        octets(Text(en: "most in flight, bytes", zh: "最大在途（字节）")) { $0.flightMaximum },
        MeasureRow(Text(en: "SYN options", zh: "SYN 选项")) { direction, text in
            if let options = direction.options { text.put(options) }
        },
        MeasureRow(Text(en: "TTL (hops)", zh: "TTL（跳数）")) { direction, text in
            guard let hops = direction.hops else { return }
            text.put(UInt64(direction.hopLimit))
            text.put(" (")
            text.put(hops)
            text.put(")")
        },
    ]

    private static let windows = MeasureRow(Text(en: "window min/mean/max", zh: "窗口 最小/平均/最大")) { direction, text in
        guard let mean = direction.windowMean else { return }
        text.put(UInt64(direction.windowMinimum))
        text.put("/")
        text.put(UInt64(mean))
        text.put("/")
        text.put(UInt64(direction.windowMaximum))
        if !direction.isWindowScaleKnown { text.put(" ?") }
    }

    private static let times = [
        MeasureRow(Text(en: "data sent for", zh: "数据发送时长")) { direction, text in
            if let duration = direction.dataDuration { text.put(milliseconds: duration) }
        },
        MeasureRow(Text(en: "bytes a second", zh: "每秒字节")) { direction, text in
            if let rate = direction.octetsPerSecond { text.put(rate) }
        },
        MeasureRow(Text(en: "longest pause", zh: "最长空闲")) { direction, text in
            if direction.segments >= 2 { text.put(milliseconds: direction.idleMaximum) }
        },
        count(Text(en: "RTT samples", zh: "RTT 样本")) { $0.roundTrips.count },
        MeasureRow(Text(en: "RTT min/median ms", zh: "RTT 最小/中位 ms")) { direction, text in
            guard let median = direction.roundTrips.median else { return }
            text.put(bareMilliseconds: direction.roundTrips.minimum)
            text.put("/")
            text.put(bareMilliseconds: median)
        },
        MeasureRow(Text(en: "RTT 95 %/max ms", zh: "RTT 95 %/最大 ms")) { direction, text in
            guard let most = direction.roundTrips.percentile(95) else { return }
            text.put(bareMilliseconds: most)
            text.put("/")
            text.put(bareMilliseconds: direction.roundTrips.maximum)
        },
    ]
}

extension OctetText {
    fileprivate mutating func put(_ options: SYNOptions) {
        let start = count
        if let size = options.maximumSegmentSize {
            put("mss ")
            put(UInt64(size))
        }
        if let scale = options.windowScale {
            put(count > start ? " ws " : "ws ")
            put(UInt64(scale))
        }
        if options.sackPermitted { put(count > start ? " sack" : "sack") }
        if options.hasTimestamps { put(count > start ? " ts" : "ts") }
        if count == start { put("-") }
    }
}
