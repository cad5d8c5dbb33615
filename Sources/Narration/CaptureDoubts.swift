import Settling

/// Doubts that are reported once for a whole capture: its packets are in another order than they were captured in, its
/// clock was set back, or some connections in doubt could not be examined again.
public enum CaptureDoubts {
    /// - Parameters:
    ///   - disorder: the disorder of times in the capture; `nil` if nothing was in doubt.
    ///   - unsettled: the number of connections in doubt that were not judged.
    package static func texts(_ disorder: TimeDisorder?, unsettled: Int) -> [Text] {
        var texts: [Text] = []
        if let disorder, disorder.late > 0 {
            let time = duration(disorder.longest)
            texts.append(
                Text(
                    en:
                        "\(counted(disorder.late, "packet")) stand\(disorder.late == 1 ? "s" : "") in the file in another order than on the wire, by up to \(time): put in order.",
                    zh: "\(disorder.late) 个报文在文件里的先后与线路上不同，最多差 \(time)：已重新排序。"))
        }
        if let disorder, disorder.setsBack > 0 {
            let time = duration(disorder.longestSetBack)
            texts.append(
                Text(
                    en:
                        "The capture's clock was set back \(disorder.setsBack == 1 ? "once" : "\(disorder.setsBack) times"), by up to \(time): the file's order counts, and times go on from there.",
                    zh: "抓包期间时钟被拨回 \(disorder.setsBack) 次，最多 \(time)：以文件顺序为准，其后的时间接着往下算。"))
        }
        if unsettled > 0 {
            texts.append(
                Text(
                    en:
                        "\(counted(unsettled, "connection")) could not be looked at a second time: what was captured twice or out of order may be counted as sent again there.",
                    zh: "有 \(unsettled) 条连接无法再读一遍：其中重复抓到的或乱序的报文可能被算作重传。"))
        }
        return texts
    }

    private static func duration(_ nanoseconds: Int64) -> String {
        if nanoseconds >= 1_000_000_000 { return "\(nanoseconds / 1_000_000_000) s" }
        if nanoseconds >= 1_000_000 { return "\(nanoseconds / 1_000_000) ms" }
        return "\(max(1, nanoseconds / 1000)) us"
    }
}
