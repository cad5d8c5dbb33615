import CaptureFile
import Narration
import Queries
import Scenes
import Tracking

/// How many connections of all files a filter let pass.
struct Passing {
    private(set) var files = 0
    private(set) var connections = 0
    private var passed = 0

    /// Counts those of one file.
    mutating func take(_ passed: Int, of connections: Int) {
        files += 1
        self.connections += connections
        self.passed += passed
    }

    /// Whether there were connections, and none of them passed.
    var isNone: Bool { files > 0 && passed == 0 }
}

/// What a list shows of all that there is.
struct ListSummary {
    let counts: PacketCounts
    let connections: Int
    /// How many the filter let pass; `nil` without one.
    let passing: Int?
    /// How many rows there are, and how many there would have been without a limit.
    let rows: ConnectionListing.Rows
    let by: GroupKey?

    /// - Parameters:
    ///   - hasTroubles: whether a C or S stands behind a trouble.
    ///   - isShort: whether none stands anywhere.
    func text(hasTroubles: Bool, isShort: Bool) -> Text {
        let text = cut + whole
        guard by == nil, !isShort else { return text }
        return text
            + (hasTroubles
                ? Text(en: "; C, S: the client, the server", zh: "；C、S：客户端、服务端")
                : Text(en: "; C, S: which end ended it", zh: "；C、S：由客户端、服务端先结束"))
    }

    /// `3 of `, where not all are shown.
    private var cut: Text {
        let (shown, all) = (rows.shown, rows.all)
        if by != nil {
            let groups = Text(
                en: shown < all ? "\(shown) of \(counted(all, "group"))" : counted(all, "group"),
                zh: shown < all ? "显示 \(shown) 组，共 \(all) 组" : "\(all) 组")
            let passed = passing.map { Text(en: "\($0) of ", zh: "\($0) 条符合条件，共 ") } ?? Text(verbatim: "")
            return groups + Text(en: "; ", zh: "；") + passed
        }
        guard let passing else {
            return shown < all ? Text(en: "\(shown) of ", zh: "显示 \(shown) 条，共 ") : Text(verbatim: "")
        }
        return shown < all
            ? Text(en: "\(shown) of \(passing) that pass, of ", zh: "显示 \(shown) 条，\(passing) 条符合条件，共 ")
            : Text(en: "\(passing) of ", zh: "\(passing) 条符合条件，共 ")
    }

    private var whole: Text {
        let english = [
            counted(connections, "connection"), counted(counts.segments, "segment"), counted(counts.packets, "packet"),
        ]
        return Text(
            en: english.joined(separator: ", "),
            zh: "\(connections) 条连接，\(counts.segments) 个报文段，\(counts.packets) 个报文")
    }
}

/// What went wrong with the connections of a table.
struct TroubleCount {
    private var connections = 0
    private var worst: (trouble: Trouble, number: Int)?
    /// Whether the table has more to say of one than how it opened and ended.
    private(set) var isNoted = false

    mutating func take(_ troubles: [Trouble], number: Int) {
        guard let first = troubles.first else { return }
        connections += 1
        if !isNoted { isNoted = troubles.contains { !$0.isInOutcome } }
        if worst.map({ first.isWorse(than: $0.trouble) }) ?? true { worst = (first, number) }
    }

    /// Those of a group's connections.
    mutating func take(_ group: ConnectionGroup) {
        guard let first = group.worst else { return }
        connections += group.troubled
        if worst.map({ first.trouble.isWorse(than: $0.trouble) }) ?? true { worst = first }
    }

    /// How many have some, and what shows only these; `nil` where nothing went wrong.
    ///
    /// - Parameters:
    ///   - path: what was read. What came from a pipe is gone, and can be drawn no more.
    ///   - isFiltered: whether a filter has chosen already.
    func text(path: String, isFiltered: Bool) -> Text? {
        guard worst != nil else { return nil }
        let advice =
            isFiltered
            ? Text(en: "", zh: "") : Text(en: " (only these: -Y trouble)", zh: "（只看这些：-Y trouble）")
        let count = Text(
            en: "with trouble: \(connections)\(advice.english)", zh: "有异常：\(connections) 条\(advice.chinese)")
        return isGone(path) ? count : count + Text(en: "; the worst drawn:", zh: "；画出最严重的：")
    }

    /// Draws the worst of them.
    func command(path: String) -> String? {
        guard let worst, !isGone(path) else { return nil }
        return "tcplens flow \(Printable.text(path)) --conn \(worst.number)"
    }

    private func isGone(_ path: String) -> Bool { path == "-" || CaptureReader.isStream(path) }
}
