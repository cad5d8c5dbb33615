import Narration
import Stories

// Shortening a long transfer in which data flows without incident.
extension Scene {
    /// A scene of at most this many rows is not folded.
    private static let shortScene = 200
    /// This many rows at either end of a folded stretch stay, so that the reader sees what goes on in it.
    private static let edge = 3
    /// A stretch is folded only if at least this many rows would be replaced.
    private static let worthFolding = 12
    /// A stretch ends at a pause of more nanoseconds than this, because a reader looks for pauses.
    private static let pause: Int64 = 1_000_000_000

    /// This scene, with each long run of one connection's uneventful segments (data in order, and their ACKs) replaced
    /// by one row.
    public var folded: Scene {
        guard isOneConnection, rows.count > Self.shortScene else { return self }
        var kept: [Row] = []
        var start = 0
        while start < rows.count {
            guard rows[start].isPlain else {
                kept.append(rows[start])
                start += 1
                continue
            }
            let end = endOfStretch(from: start)
            let (first, last) = (start + Self.edge, end - Self.edge)
            if last - first >= Self.worthFolding {
                kept += rows[start..<first]
                kept.append(.moment(Self.fold(rows[first..<last])))
                kept += rows[last..<end]
            } else {
                kept += rows[start..<end]
            }
            start = end
        }
        var scene = self
        scene.rows = kept
        return scene
    }

    /// The index after the last row of the uneventful stretch that begins at row `start`.
    private func endOfStretch(from start: Int) -> Int {
        var end = start + 1
        while end < rows.count, rows[end].isPlain,
            (rows[end].time ?? 0) &- (rows[end - 1].time ?? 0) <= Self.pause
        {
            end += 1
        }
        return end
    }

    /// One row in place of these rows, which must all be segments.
    private static func fold(_ rows: ArraySlice<Row>) -> Moment {
        var stretch = PictureWords.Stretch()
        var span: (start: Int64, end: Int64)?
        for case .segment(let segment) in rows {
            stretch.take(number: segment.number, octets: segment.length, isHeldBack: segment.isHeldBack)
            span = (span?.start ?? segment.departure, max(span?.end ?? .min, segment.departure))
        }
        var moment = Moment(
            time: span?.start, end: End(lane: 0), peer: 1, what: stretch.what, remark: stretch.remark)
        moment.until = span?.end
        return moment
    }
}

extension Scene.Row {
    /// Whether this is a data segment or an ACK that changes no state and about which the picture says nothing but its
    /// numbers, and perhaps that it was held back.
    fileprivate var isPlain: Bool {
        guard case .segment(let segment) = self else { return false }
        let changes = [segment.sender.mark, segment.receiver.mark].contains { $0?.changed ?? false }
        return !changes && segment.notes.isEmpty && segment.fate == .arrived && !segment.isRepetition
            && segment.original == nil && !segment.isProbe && (segment.cause == nil || segment.isHeldBack)
            && (segment.kind == .data || segment.kind == .acknowledgment)
            && (segment.remark == nil || segment.isRoutine || segment.isHeldBack)
    }
}
