import Lab
import Narration
import Pictures
import Scenes

/// The output of a dial that a person uses from the keyboard: the peer's data is shown as it arrives.
struct DialConversation: Sendable {
    let language: Language

    func show(_ step: DialStep) {
        switch step.kind {
        case .established(_, let remote):
            Screen.complain([
                Text(
                    en: "connected to \(remote): type lines; Ctrl-D ends your side, Ctrl-C hangs up",
                    zh: "已连接 \(remote)：输入内容并回车即发送；Ctrl-D 结束发送，Ctrl-C 断开连接"
                )(language)
            ])
        case .received(let bytes):
            // The data is written line by line with control characters escaped, so that the peer cannot affect the
            // terminal.
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
                let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
                Screen.writeNow(Printable.bytes(Array(text), limit: bytes.count))
            }
        case .peerClosed:
            Screen.complain([Text(en: "the peer has closed its side", zh: "对端已关闭发送方向")(language)])
        default: break
        }
    }
}
