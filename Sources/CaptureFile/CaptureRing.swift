/// Files that one program has written one after another, which form one capture: as of `tcpdump -C` and `-G`, or
/// `dumpcap -b`.
public struct CaptureRing: Sendable {
    /// The files in the order of their packets' times, without files that hold no packet, as the last one of a ring
    /// may.
    public let paths: [String]

    /// How many nanoseconds before the end of the preceding file a file may begin, because the clocks of several
    /// interfaces differ.
    private static let slack: Int64 = 1_000_000_000
    /// The longest time, in nanoseconds, between two files if the ring is only guessed.
    private static let likelyPause: Int64 = 3_600_000_000_000

    /// Sorts files that the user says are one ring.
    ///
    /// - Throws: ``CaptureError`` if a file cannot be read, or cannot be one of several.
    public init(_ paths: [String]) throws(CaptureError) {
        try self.init(paths, pause: .max)
    }

    /// Sorts files that appear to be one ring: their names differ only in digits, and each begins soon after the end of
    /// the preceding one. `nil` if they do not.
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

    /// - Parameter pause: the longest time between two files, in nanoseconds.
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

/// The times of a file's first and last packet.
private struct CaptureSpan {
    let path: String
    let isPacked: Bool
    let first: Timestamp
    /// The time of the last packet; in a compressed file that of the first, because the whole file would have to be
    /// decompressed.
    let last: Timestamp

    /// - Returns: `nil` if the file has no packet, or its first packet has no time.
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

    /// The size in octets of the part at a file's end that is searched for the last packets; larger than any packet
    /// usually captured.
    private static let tailSize = 1 << 20
}
