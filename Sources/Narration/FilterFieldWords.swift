import Queries

/// Fields of the display filter that have one explanation in common, as `tcplens help filter` lists them.
public struct FilterFieldGroup: Sendable {
    /// The fields' names, the shortest one or Wireshark's first.
    public let names: [String]
    /// The fields' explanation.
    public let text: Text

    private init(_ names: String, _ text: Text) {
        self.names = names.split(separator: " ").map(String.init)
        self.text = text
    }

    /// The field `name` and those with the same meaning for what each end sent.
    private static func each(_ name: String, _ text: Text) -> FilterFieldGroup {
        FilterFieldGroup("\(name) client.\(name) server.\(name)", text)
    }

    /// All groups: first the fields that the first pass over a capture answers, then those for which every segment must
    /// be measured.
    public static let all = places + outcomes + counts + times + measured

    private static let places = [
        FilterFieldGroup(
            "tcp.stream",
            Text(
                en: "Wireshark's number of the connection: from 0",
                zh: "Wireshark 的连接编号，从 0 起")),
        FilterFieldGroup(
            "number",
            Text(
                en: "the number in the list: from 1",
                zh: "列表中的编号，从 1 起")),
        FilterFieldGroup(
            "tcp.port tcp.srcport tcp.dstport",
            Text(
                en: "of either end; of the sender or receiver of some segment",
                zh: "任一端的；某个报文段的源端口、目的端口")),
        FilterFieldGroup(
            "ip.addr ip.src ip.dst ipv6.addr ipv6.src ipv6.dst",
            Text(
                en: "of either end; of the sender or receiver of some segment",
                zh: "任一端的；某个报文段的源地址、目的地址")),
        FilterFieldGroup(
            "client server",
            Text(
                en: "the end that opened it, the other end",
                zh: "发起连接的一端、另一端")),
        FilterFieldGroup(
            "client.port server.port",
            Text(
                en: "the port of one end",
                zh: "其中一端的端口")),
        FilterFieldGroup(
            "guessed reused",
            Text(
                en: "the roles are a guess; the tuple was used before",
                zh: "角色是推测的；四元组此前用过")),
    ]
    private static let outcomes = [
        FilterFieldGroup(
            "tcp.flags.syn tcp.flags.fin tcp.flags.reset",
            Text(
                en: "some segment had it",
                zh: "某个报文段带有该标志")),
        FilterFieldGroup(
            "tcp.completeness",
            Text(
                en: "Wireshark's sum: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST",
                zh: "Wireshark 的和值：1 SYN、2 SYN-ACK、4 ACK、8 数据、16 FIN、32 RST")),
        FilterFieldGroup(
            "outcome opening ending",
            Text(
                en: "how it opened or how it ended; how it opened; how it ended",
                zh: "如何建立或如何结束；如何建立；如何结束")),
        FilterFieldGroup(
            "trouble",
            Text(
                en: "what went wrong; alone: anything did",
                zh: "出了什么异常；单独使用表示有任何异常")),
        FilterFieldGroup(
            "icmp",
            Text(
                en: "what the last ICMP error about a segment said",
                zh: "最近一个 ICMP 差错的内容")),
        FilterFieldGroup(
            "endedby heldby",
            Text(
                en: "who ended it; who still holds it though the other end has given it up",
                zh: "由谁结束；对端已放弃而谁仍保留着连接")),
        FilterFieldGroup(
            "timewait",
            Text(
                en: "who waits in TIME-WAIT",
                zh: "谁处于 TIME-WAIT")),
        FilterFieldGroup(
            "state.client state.server",
            Text(
                en: "the state where the capture ends",
                zh: "抓包结束时的状态")),
        FilterFieldGroup(
            "conn_state",
            Text(
                en: "Zeek's name for the outcome",
                zh: "Zeek 对结局的叫法")),
    ]
    private static let counts = [
        each(
            "segments",
            Text(
                en: "segments",
                zh: "报文段数")),
        each(
            "bytes",
            Text(
                en: "bytes by sequence number",
                zh: "按序号计的字节数")),
        each(
            "retransmitted",
            Text(
                en: "segments whose numbers were sent before",
                zh: "序号此前发过的报文段数")),
        each(
            "outoforder",
            Text(
                en: "segments that others overtook",
                zh: "被后发者超越的报文段数")),
        each(
            "dupacks",
            Text(
                en: "duplicate ACKs (RFC 5681 section 2)",
                zh: "重复 ACK（RFC 5681 第 2 节）")),
        each(
            "zerowindows",
            Text(
                en: "segments that offer no window",
                zh: "通告零窗口的报文段数")),
        FilterFieldGroup(
            "tcp.analysis.retransmission tcp.analysis.out_of_order tcp.analysis.duplicate_ack tcp.analysis.zero_window",
            Text(
                en: "the same, both directions together",
                zh: "同上，两个方向合计")),
    ]
    private static let times = [
        FilterFieldGroup(
            "start",
            Text(
                en: "the first segment, in seconds since 1970",
                zh: "首个报文段的时间（1970 年以来的秒数）")),
        FilterFieldGroup(
            "duration",
            Text(
                en: "from the first segment to the last",
                zh: "首个到最后一个报文段的时间")),
        FilterFieldGroup(
            "rtt",
            Text(
                en: "from the SYN to the ACK that completes the handshake",
                zh: "从 SYN 到完成握手的 ACK")),
    ]
    private static let measured = [
        FilterFieldGroup(
            "tcp.analysis.zero_window_probe tcp.analysis.keep_alive tcp.analysis.lost_segment",
            Text(
                en: "both directions together",
                zh: "两个方向合计")),
        FilterFieldGroup(
            "tcp.analysis.initial_rtt",
            Text(
                en: "the handshake's round trip, where nothing of it was sent again",
                zh: "握手的往返时间；握手有重传时没有")),
        FilterFieldGroup(
            "tcp.analysis.ack_rtt",
            Text(
                en: "each direction's least and most",
                zh: "每个方向的最小值与最大值")),
        FilterFieldGroup(
            "tcp.analysis.bytes_in_flight flight client.flight server.flight",
            Text(
                en: "the most that was on its way",
                zh: "最大在途数据")),
        each(
            "missing",
            Text(
                en: "acknowledged, not captured",
                zh: "已确认但未抓到")),
        each(
            "window",
            Text(
                en: "the largest window",
                zh: "最大窗口")),
        each(
            "hops",
            Text(
                en: "routers passed, by the TTL",
                zh: "按 TTL 推算经过的路由器数")),
        each(
            "rtt.min",
            Text(
                en: "the shortest way from the capture to the other end and back",
                zh: "抓包点到对端的最短往返时间")),
        each(
            "rtt.median",
            Text(
                en: "its median",
                zh: "其中位数")),
        each(
            "rtt.p95",
            Text(
                en: "what 95 % of them stay below",
                zh: "其 95 % 分位数")),
        FilterFieldGroup(
            "idle",
            Text(
                en: "the longest silence",
                zh: "最长空闲")),
        FilterFieldGroup(
            "time.client time.server time.network",
            Text(
                en: "where the time went",
                zh: "时间花在哪里")),
        FilterFieldGroup(
            "time.client.window time.server.window",
            Text(
                en: "how long that end offered no window",
                zh: "该端窗口为零、对端只能等待的时间")),
        FilterFieldGroup(
            "vantage",
            Text(
                en: "where the capture was taken",
                zh: "抓包点的位置")),
        FilterFieldGroup(
            "history",
            Text(
                en: "Zeek's history: ShADadFf",
                zh: "Zeek 的 history，如 ShADadFf")),
    ]
}
