import CaptureFile
import Narration
import Queries
import Scenes
import Tracking

/// Counts, over all files, the connections and those that pass the filter.
struct Passing {
    private(set) var files = 0
    private(set) var connections = 0
    private var passed = 0

    /// Adds the counts of one file.
    mutating func take(_ passed: Int, of connections: Int) {
        files += 1
        self.connections += connections
        self.passed += passed
    }

    /// Whether at least one file was counted, and none of its connections passed.
    var isNone: Bool { files > 0 && passed == 0 }
}

/// The summary line below a list: how many connections, segments and packets there are, and how many of them are shown.
struct ListSummary {
    let counts: PacketCounts
    let connections: Int
    /// How many connections pass the filter; `nil` without a filter.
    let passing: Int?
    /// The number of rows written, and the number without a limit.
    let rows: ConnectionListing.Rows
    let by: GroupKey?

    /// - Parameters:
    ///   - hasTroubles: whether the table lists a trouble, which has C or S after it.
    ///   - isShort: whether the rows hold neither C nor S, so that the summary does not explain them.
    func text(hasTroubles: Bool, isShort: Bool) -> Text {
        let text = cut + whole
        guard by == nil, !isShort else { return text }
        return text
            + (hasTroubles
                ? Text(en: "; C, S: the client, the server", zh: "；C、S：客户端、服务端")
                : Text(en: "; C, S: which end ended it", zh: "；C、S：由客户端、服务端先结束"))
    }

    /// The beginning of the summary where not all connections are shown: `3 of `; otherwise empty, or the groups.
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

/// Counts the connections of a table that have troubles, and keeps the worst one.
struct TroubleCount {
    private var connections = 0
    private var worst: (trouble: Trouble, number: Int)?
    /// Whether some connection has a trouble that its opening and ending do not already show.
    private(set) var isNoted = false

    mutating func take(_ troubles: [Trouble], number: Int) {
        guard let first = troubles.first else { return }
        connections += 1
        if !isNoted { isNoted = troubles.contains { !$0.isInOutcome } }
        if worst.map({ first.isWorse(than: $0.trouble) }) ?? true { worst = (first, number) }
    }

    /// Counts the connections of a group.
    mutating func take(_ group: ConnectionGroup) {
        guard let first = group.worst else { return }
        connections += group.troubled
        if worst.map({ first.trouble.isWorse(than: $0.trouble) }) ?? true { worst = first }
    }

    /// The number of connections with troubles, and the option that lists only these; `nil` where there is none.
    ///
    /// - Parameters:
    ///   - path: the capture that was read. Packets from a pipe are not kept, so no connection of it can be drawn.
    ///   - isFiltered: whether the connections were chosen with a filter; then `-Y trouble` is not suggested.
    func text(path: String, isFiltered: Bool) -> Text? {
        guard worst != nil else { return nil }
        let advice =
            isFiltered
            ? Text(en: "", zh: "") : Text(en: " (only these: -Y trouble)", zh: "（只看这些：-Y trouble）")
        let count = Text(
            en: "with trouble: \(connections)\(advice.english)", zh: "有异常：\(connections) 条\(advice.chinese)")
        return isGone(path) ? count : count + Text(en: "; the worst drawn:", zh: "；画出最严重的：")
    }

    /// The command that draws the connection with the worst trouble; `nil` where there is none, or the input was a
    /// pipe.
    func command(path: String) -> String? {
        guard let worst, !isGone(path) else { return nil }
        return "tcplens flow \(Printable.text(path)) --conn \(worst.number)"
    }

    private func isGone(_ path: String) -> Bool { path == "-" || CaptureReader.isStream(path) }
}
