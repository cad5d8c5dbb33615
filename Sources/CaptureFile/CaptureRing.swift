/// Files that one program has written one after the other, so that together they are one capture: `tcpdump -C` and
/// `-G`, `dumpcap -b`.
public struct CaptureRing: Sendable {
    /// In the order of their packets' times. A file without packets, which the last of a ring may be, is left out.
    public let paths: [String]

    /// Nanoseconds that a file may begin before the end of the one before: clocks of several interfaces differ.
    private static let slack: Int64 = 1_000_000_000
    /// Nanoseconds that may lie between two files of a ring that is only guessed to be one.
    private static let likelyPause: Int64 = 3_600_000_000_000

    /// Puts files in order that are said to be one ring.
    ///
    /// - Throws: ``CaptureError``: one cannot be read, or not as a part of several.
    public init(_ paths: [String]) throws(CaptureError) {
        try self.init(paths, pause: .max)
    }

    /// Files that are one ring as far as one can see: their names differ only in digits, and each begins soon after the
    /// one before has ended.
    public init?(guessedFrom paths: [String]) {
        let names = Set(paths.map { $0.filter { !$0.isNumber } })
        guard paths.count > 1, Set(paths).count == paths.count, names.count == 1 else { return nil }
        do throws(CaptureError) {
            try self.init(paths, pause: Self.likelyPause)
        } catch {
            return nil
        }
        if self.paths.isEmpty { return nil }
    }

    /// - Parameter pause: the longest between two.
    private init(_ paths: [String], pause: Int64) throws(CaptureError) {
        var spans: [CaptureSpan] = []
        for path in paths {
            if CaptureReader.isStream(path) || path == "-" { throw .notJoinable(path: path, why: .isStream) }
            do throws(CaptureError) {
                if let span = try CaptureSpan(path) { spans.append(span) }
            } catch .empty {
                continue
            }
        }
        spans.sort { $0.first < $1.first }
        for (one, next) in zip(spans, spans.dropFirst()) {
            if one.isPacked != next.isPacked {
                throw .notJoinable(path: next.path, why: .isPackedOtherwise(isPacked: next.isPacked))
            }
            let between = next.first.nanoseconds(since: one.last)
            if between < -Self.slack || between > pause {
                throw .notJoinable(path: next.path, why: .overlaps(path: one.path))
            }
        }
        self.paths = spans.map(\.path)
    }
}

/// From when to when a file's packets are.
private struct CaptureSpan {
    let path: String
    let isPacked: Bool
    let first: Timestamp
    /// Of a packed file, as the first: to know better, all of it would have to be unpacked.
    let last: Timestamp

    /// - Returns: `nil` where there is no packet with a time.
    init?(_ path: String) throws(CaptureError) {
        var reader = try CaptureReader(path: path)
        var packet = CapturedPacket()
        guard try reader.next(&packet), packet.hasTime else { return nil }
        self.path = path
        isPacked = !reader.isSeekable
        first = packet.time
        var last = packet.time
        if let size = reader.size, !isPacked {
            let format = reader.format
            let start = reader.position
            let tail = size - Self.tailSize
            if tail > start, try !reader.seekLikelyStart(from: tail, until: size, describedBy: format) {
                reader.seek(to: start, count: 1, describedBy: format)
            }
            while try reader.next(&packet) { if packet.hasTime { last = packet.time } }
        }
        self.last = last
    }

    /// Octets at a file's end in which the last packets are looked for; more than any packet that is usually captured.
    private static let tailSize = 1 << 20
}
