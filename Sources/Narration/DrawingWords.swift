import TCPState

/// The words that graphic drawings need in addition to those of text pictures: the descriptions that a screen reader
/// reads out, and the legend.
public enum DrawingWords {
    /// A description of the whole drawing, for readers who cannot see it.
    package static func summary(segments: Int, lanes: [String]) -> Text {
        let names = lanes.joined(separator: ", ")
        return Text(
            en: "A ladder of \(counted(segments, "segment")) between \(names); time runs downwards.",
            zh: "\(lanes.joined(separator: "、")) 之间 \(segments) 个报文段的时序图，时间自上而下。")
    }

    /// The heading of one segment: its number, flags, sender and receiver.
    package static func heading(number: Int, flags: String, from: Text, to: Text) -> Text {
        Text(
            en: "#\(number) \(flags), \(from.english) to \(to.english)",
            zh: "#\(number) \(flags)，\(from.chinese) → \(to.chinese)")
    }

    /// The description of a segment or a moment, made of consecutive parts.
    package static func sentence(_ parts: [Text]) -> Text {
        Text(
            en: parts.map(\.english).joined(separator: ", "), zh: parts.map(\.chinese).joined(separator: "，"))
    }

    /// The states of two ends.
    package static func states(_ one: Text, _ state: String, _ other: Text, _ otherState: String) -> Text {
        Text(
            en: "\(one.english) \(state), \(other.english) \(otherState)",
            zh: "\(one.chinese) \(state)，\(other.chinese) \(otherState)")
    }

    /// The times of a segment's departure and arrival, in words; `arrival` is `nil` if the segment has none.
    package static func times(_ departure: String, _ arrival: String?) -> Text {
        guard let arrival else { return Text(verbatim: departure) }
        return Text(en: "\(departure), arrives \(arrival)", zh: "\(departure)，到达 \(arrival)")
    }

    /// A segment that did not arrive.
    package static let lost = Text(en: "lost", zh: "丢失")
    /// A segment that its receiver did not accept.
    package static let refused = Text(en: "arrived, not taken", zh: "到达但未被接受")
    /// A segment that brought nothing new.
    package static let useless = Text(en: "arrived, brought nothing new", zh: "到达但没有带来新内容")
    /// A segment that has neither arrived nor been lost.
    package static let underWay = Text(en: "under way", zh: "仍在途中")
    /// A wedge beside a lane's band: the retransmission timer, which ran until a segment was sent again.
    package static let retransmissionTimer = Text(en: "retransmission timer", zh: "重传定时器")
    /// A wedge that lasts from the last segment with a closed window until the window is probed.
    package static let persistTimer = Text(en: "persist timer", zh: "持续定时器")
    /// A wedge that lasts from the last segment in either direction until a keep-alive is sent.
    package static let keepAliveTimer = Text(en: "keep-alive timer", zh: "保活定时器")
    /// A wedge beside TIME-WAIT that ends within the picture.
    package static let timeWaitTimer = Text(en: "TIME-WAIT timer", zh: "TIME-WAIT 定时器")
    /// A wedge beside TIME-WAIT that has not ended at the end of the picture.
    package static let timeWaitTimerRunning = Text(en: "TIME-WAIT timer, still running", zh: "TIME-WAIT 定时器，还在走")
    /// A timer in a picture in which the reader has to fill in its name.
    package static let anyTimer = Text(en: "timer", zh: "定时器")
    /// The meaning of a small letter for a state.
    package static let mini = Text(
        en: "small letter: the kernel keeps only a mini socket", zh: "小写字母：内核里只有精简套接字（mini socket）")
    /// The meaning of a dashed arrow.
    package static let again = Text(en: "sent again", zh: "重传")
    /// How the states on the bands are known; `nil` if there are no states.
    package static func frames(facts: Text?, hasGuesses: Bool) -> Text? {
        let guess = PictureWords.inferred
        guard let facts else {
            return hasGuesses
                ? Text(en: "states: \(guess.english)", zh: "状态：\(guess.chinese)") : nil
        }
        guard hasGuesses else { return Text(en: "states: \(facts.english)", zh: "状态：\(facts.chinese)") }
        return Text(
            en: "states: dashed frame \(guess.english), solid frame \(facts.english)",
            zh: "状态：虚线框为\(guess.chinese)，实线框为\(facts.chinese)")
    }
    /// For how long a timer had run, with its short name; `nil` for a timer whose name is not shown.
    package static func timer(_ timer: TimerName?, after duration: String) -> Text {
        switch timer {
        case nil: Text(en: "\(anyTimer.english) \(duration)", zh: "\(anyTimer.chinese) \(duration)")
        case .retransmission: Text(en: "RTO \(duration)", zh: "RTO \(duration)")
        case .lossProbe: Text(en: "TLP \(duration)", zh: "TLP \(duration)")
        case .persist: Text(en: "persist \(duration)", zh: "持续定时器 \(duration)")
        case .keepAlive: Text(en: "keep-alive \(duration)", zh: "保活 \(duration)")
        default: Text(verbatim: duration)
        }
    }
    /// A blank to be filled in.
    package static let blank = "______"
}
