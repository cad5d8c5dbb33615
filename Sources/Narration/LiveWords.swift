import LinuxKernel
import Stories
import TCPState
import Tracking

/// The texts beside a picture of a connection that still goes on.
package enum LiveWords {
    /// A line before the first packet: which packets the program is waiting for.
    package static func waiting(on interface: String, filter: String?) -> Text {
        let words = filter.map { Text(en: " that matches '\($0)'", zh: "符合 '\($0)' 的") }
        return Text(
            en: "listening on \(interface) for the next connection\(words?.english ?? ""); Ctrl-C ends it",
            zh: "正在 \(interface) 上等待下一条\(words?.chinese ?? "")连接，按 Ctrl-C 结束")
    }

    /// The line before the first packet if each connection becomes a row of a list.
    package static func listing(on interface: String, filter: String?) -> Text {
        let words = filter.map { Text(en: " for '\($0)'", zh: "，条件 '\($0)'") }
        return Text(
            en: "listening on \(interface)\(words?.english ?? ""): a row comes as its connection ends; Ctrl-C ends it",
            zh: "正在监听 \(interface)\(words?.chinese ?? "")：连接结束就输出一行，按 Ctrl-C 结束")
    }

    /// The title above a connection that begins.
    package static func title(_ number: Int, on interface: String) -> Text {
        Text(en: "connection \(number) on \(interface)", zh: "\(interface) 上的连接 \(number)")
    }

    /// A correction to a row drawn earlier: what became of its segment after all.
    package static func fate(of step: ConnectionStory.Step) -> Text {
        let number = step.segment.number
        guard let remark = step.remark else {
            return Text(en: "#\(number): did arrive", zh: "#\(number)：其实已到达")
        }
        return Text(en: "#\(number): \(remark.english)", zh: "#\(number)：\(remark.chinese)")
    }

    /// A correction to a row drawn earlier: the state that the end really was in.
    package static func state(of party: Party, from number: Int, _ state: State, not shown: State) -> Text {
        Text(
            en: "#\(number): was \(state.name), not \(shown.name)", zh: "#\(number)：应为 \(state.name)，不是 \(shown.name)")
    }

    /// A statement that the kernel no longer has a socket of the end.
    package static let socketGone = Text(en: "its socket is gone", zh: "套接字已不存在")

    /// A note that packets of the connection did not come to the capture, so that what is said of it may not be true.
    package static let lacksPackets = Text(
        en:
            "Some packets of this connection were not captured, so what stands above may be wrong: does the capture filter let all packets of both directions through?",
        zh: "这条连接有些报文没有被捕获，以上结论可能不准确：捕获过滤表达式是否放行了双向的全部报文？")

    /// A warning about packets that the capture has dropped; `nil` if there are none.
    package static func dropped(_ statistics: CaptureStatistics) -> Text? {
        let (kernel, interface) = (statistics.droppedByKernel, statistics.droppedByInterface)
        let parts = [
            kernel > 0
                ? Text(
                    en: "the kernel dropped \(counted(kernel, "packet")), the capture being too slow",
                    zh: "抓包来不及处理，内核丢弃了 \(kernel) 个报文") : nil,
            interface > 0
                ? Text(
                    en: "the interface dropped \(counted(interface, "packet"))", zh: "网卡丢弃了 \(interface) 个报文") : nil,
        ].compactMap { $0 }
        guard let first = parts.first else { return nil }
        let all = parts.dropFirst().reduce(first) {
            Text(en: "\($0.english); \($1.english)", zh: "\($0.chinese)；\($1.chinese)")
        }
        return Text(
            en: "\(all.english): segments may be missing", zh: "\(all.chinese)：可能缺少报文段")
    }

    /// A note on connections that were not drawn because another one was.
    package static func missed(_ count: Int) -> Text {
        Text(
            en: "\(counted(count, "other connection")) began meanwhile and \(count == 1 ? "is" : "are") not drawn",
            zh: "期间另有 \(count) 条连接开始，未画出")
    }

    /// A statement that no connection began, although segments of older ones were seen.
    package static func older(_ segments: Int) -> Text {
        Text(
            en:
                "\(counted(segments, "segment")) of connections that were open before went by; only one that begins is drawn",
            zh: "有 \(segments) 个报文段属于之前就已打开的连接；只画新开始的连接")
    }

    /// A statement that the picture ends before its connection does.
    package static func limit(_ count: Int) -> Text {
        Text(
            en: "drawn up to its segment \(count): --limit N draws more", zh: "只画到第 \(count) 个报文段：--limit N 可多画")
    }
}
