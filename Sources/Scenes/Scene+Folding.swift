import Narration
import Stories

// A long transfer in which nothing happens but that it goes on.
extension Scene {
    /// A scene of no more rows than this is drawn whole: it can be looked through.
    private static let shortScene = 200
    /// So many rows stay at either end of a stretch that is folded, so that one sees what goes on in it.
    private static let edge = 3
    /// A stretch in which fewer rows than this would be folded is left as it is.
    private static let worthFolding = 12
    /// A pause of more nanoseconds than this is looked for: no stretch goes over it.
    private static let pause: Int64 = 1_000_000_000

    /// This scene, with each long run of one connection's uneventful segments (data in order, and the ACKs of it) folded into one
    /// row.
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

    /// Behind the rows from `start` on that only go on.
    private func endOfStretch(from start: Int) -> Int {
        var end = start + 1
        while end < rows.count, rows[end].isPlain,
            (rows[end].time ?? 0) &- (rows[end - 1].time ?? 0) <= Self.pause
        {
            end += 1
        }
        return end
    }

    /// One row for these, which are segments.
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
    /// Whether it is a segment of which nothing is to be said but its numbers, and perhaps that it waited, and that changes no state.
    fileprivate var isPlain: Bool {
        guard case .segment(let segment) = self else { return false }
        let changes = [segment.sender.mark, segment.receiver.mark].contains { $0?.changed ?? false }
        return !changes && segment.notes.isEmpty && segment.fate == .arrived && !segment.isRepetition
            && segment.original == nil && !segment.isProbe && (segment.cause == nil || segment.isHeldBack)
            && (segment.kind == .data || segment.kind == .acknowledgment)
            && (segment.remark == nil || segment.isRoutine || segment.isHeldBack)
    }
}
