import Tracking

/// The texts of the page itself: its controls, and the sentences of its list.
package enum PageWords {
    package static let language = Text(en: "Language", zh: "语言")
    package static let appearance = Text(en: "Appearance", zh: "外观")
    package static let automatic = Text(en: "Auto", zh: "自动")
    package static let light = Text(en: "Light", zh: "浅色")
    package static let dark = Text(en: "Dark", zh: "深色")
    package static let numbers = Text(en: "Numbers", zh: "序号")
    package static let relative = Text(en: "Relative", zh: "相对")
    package static let real = Text(en: "Real", zh: "真实")
    package static let time = Text(en: "Time", zh: "时间")
    package static let squeezed = Text(en: "Squeezed", zh: "压缩")
    package static let trueTime = Text(en: "Real", zh: "按比例")
    package static let steps = Text(en: "Steps", zh: "等距")
    package static let contents = Text(en: "Chapters", zh: "目录")
    package static let skip = Text(en: "Skip to the content", zh: "跳到正文")

    package static let ladder = Text(en: "The ladder", zh: "时序图")
    package static let ladderHint = Text(
        en:
            "Time runs downwards, not always to scale. The bars at the sides are the states of both ends. Choose a segment to see its header.",
        zh: "时间从上往下走，长短不一定成比例；两侧色条是两端的状态。点一个报文段，看它的首部。")
    package static let list = Text(en: "The same, event by event", zh: "时序图的文字版")

    /// The number of the step that is shown, and the number of steps.
    package static func step(_ number: String, of count: String) -> Text {
        Text(en: "Step \(number) of \(count):", zh: "第 \(number) 步，共 \(count) 步：")
    }

    /// The meaning of the letters after the states, for the sources that occur.
    package static func letters(_ sources: [Provenance]) -> Text {
        let told = sources.map { source -> (en: String, zh: String) in
            let letter = String(source.letter)
            return switch source {
            case .kernel: ("\(letter) the kernel said so", "\(letter) 是向内核查到的")
            case .wire: ("\(letter) a segment shows it", "\(letter) 是报文直接证明的")
            case .inferred: ("\(letter) inferred from the segments", "\(letter) 是由报文推断的")
            case .stack: ("\(letter) our own TCP said so", "\(letter) 是内置协议栈给出的")
            }
        }
        return Text(
            en: "The small letter behind a state tells how it is known: \(told.map(\.en).joined(separator: ", ")).",
            zh: "状态后面的小字母说明它从何得知：\(told.map(\.zh).joined(separator: "，"))。")
    }
    package static let inspector = Text(en: "Header", zh: "首部")
    package static let stepper = Text(en: "Step by step", zh: "逐步播放")
    package static let first = Text(en: "First", zh: "开头")
    package static let previous = Text(en: "Back", zh: "上一步")
    package static let next = Text(en: "Next", zh: "下一步")
    package static let last = Text(en: "Last", zh: "结尾")
    package static let play = Text(en: "Play", zh: "播放")
    package static let pause = Text(en: "Pause", zh: "暂停")
    package static let teach = Text(en: "Full screen", zh: "全屏讲课")
    package static let leave = Text(en: "Leave full screen", zh: "退出全屏")
    package static let help = Text(en: "Keys", zh: "快捷键")
    package static let close = Text(en: "Close", zh: "关闭")
    package static let bytes = Text(en: "Bytes", zh: "字节")
    package static let options = Text(en: "Options", zh: "选项")
    package static let noAck = Text(en: "ACK=0: the acknowledgment number does not count", zh: "ACK=0，确认号不算数")
    package static let noHeader = Text(en: "No segment: a call of the program", zh: "这一步不是报文段，是程序的调用")
    package static let states = Text(en: "The states", zh: "状态")
    package static let stateDiagram = Text(
        en: "The state diagram of RFC 9293, Figure 5, with the ways of both ends", zh: "RFC 9293 图 5 的状态图，标出两端走过的路")

    /// The states of one end in order.
    package static func way(of who: Text, _ states: [String]) -> Text {
        let names = states.joined(separator: ", ")
        return Text(en: "The \(who.english): \(names).", zh: "\(who.chinese)：\(states.joined(separator: "、"))。")
    }

    package static let madeBy = Text(en: "Made by", zh: "生成：")

    /// The keys, and what each does.
    package static let keys: [(keys: String, what: Text)] = [
        ("← →", Text(en: "one event back or on", zh: "上一个、下一个事件")),
        ("Shift ← →", Text(en: "to the last or next change of a state", zh: "上一次、下一次状态变化")),
        ("j k", Text(en: "one event on or back", zh: "下一个、上一个事件")),
        ("Home End", Text(en: "the first, the last event, once you clicked the ladder", zh: "第一个、最后一个事件（先点一下时序图）")),
        ("Space", Text(en: "play or pause, once you clicked the ladder", zh: "播放或暂停（先点一下时序图）")),
        ("Enter", Text(en: "go to the header", zh: "看首部")),
        ("b", Text(en: "go to the header's bytes", zh: "看首部的字节")),
        ("r", Text(en: "relative or real numbers", zh: "相对序号、真实序号")),
        ("t", Text(en: "time: squeezed, real, steps", zh: "时间：压缩、按比例、等距")),
        ("l", Text(en: "Chinese or English", zh: "中文、英文")),
        ("d", Text(en: "light or dark", zh: "浅色、深色")),
        ("f", Text(en: "full screen, for teaching", zh: "全屏讲课")),
        ("?", Text(en: "these keys", zh: "显示快捷键")),
        ("Esc", Text(en: "leave full screen, close this", zh: "退出全屏，关闭本窗口")),
    ]

    /// The switch for keys that are letters: they can be turned off by readers who use voice input or press keys by
    /// mistake.
    package static let letterKeys = Text(en: "Letters and ? are keys", zh: "启用字母键和 ? 键")

    // MARK: The list's sentences

    /// The sender and receiver of a segment.
    package static func from(_ sender: Text, to receiver: Text) -> Text {
        Text(en: "\(sender.english) to \(receiver.english)", zh: "\(sender.chinese) → \(receiver.chinese)")
    }

    package static func again(_ original: Int) -> Text {
        Text(en: "#\(original) again", zh: "重传 #\(original)")
    }

    package static func enters(_ who: Text, _ state: String) -> Text {
        Text(en: "\(who.english) now \(state)", zh: "\(who.chinese)进入 \(state)")
    }

    package static func stays(_ who: Text, _ state: String) -> Text {
        Text(en: "\(who.english) \(state)", zh: "\(who.chinese) \(state)")
    }

    package static func says(_ payload: String) -> Text {
        Text(en: "carries \u{201C}\(payload)\u{201D}", zh: "内容“\(payload)”")
    }

    package static let lost = Text(en: "lost on the way", zh: "途中丢失")
    package static let refused = Text(en: "arrives and is refused", zh: "到达后被拒收")
    package static let notTaken = Text(en: "arrives and is not taken", zh: "到达后没有被采纳")
    package static let useless = Text(en: "arrives and brings nothing new", zh: "到达了，但没有新内容")
    package static let underWay = Text(en: "still on its way", zh: "还在途中")
    package static let unknownState = Text(en: "state unknown", zh: "状态未知")
}
