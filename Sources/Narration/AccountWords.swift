import FlatMemory
import Stories
import TCPState
import Tracking

/// The words for what the ends report about a segment: why it was sent, what became of it, what its arrival did.
extension Rule {
    /// The document and section of the rule: `RFC 9293 3.10.7.4 fifth`, `RFC 8985 6.2 step 5`.
    public var place: Text {
        // RFC 9293 names its steps in words, other documents number them; Chinese has one form for both.
        let words = section.split(separator: " ").map(String.init).filter { $0 != "step" }
        let chinese = words.enumerated().map { index, word in
            guard index > 0, let step = Self.steps[word] else { return word }
            return "第\(step)步"
        }
        return Text(en: "\(document) \(section)", zh: ([document] + chinese).joined(separator: " "))
    }

    private static let steps = [
        "first": "一", "second": "二", "third": "三", "fourth": "四", "fifth": "五", "sixth": "六", "seventh": "七",
        "eighth": "八", "1": "一", "2": "二", "3": "三", "4": "四", "5": "五",
    ]
}

extension Reason {
    /// The reason or effect in words.
    package var text: Text {
        switch self {
        case .rule(let rule): rule.text
        case .kernel(let name): Text(verbatim: name)
        case .errno(let code): Text(verbatim: "errno \(code)")
        }
    }

    /// The document and section that the statement rests on, or the source that reports it.
    package var place: Text {
        switch self {
        case .rule(let rule): rule.place
        case .kernel: Text(en: "the kernel's word", zh: "内核的说法")
        case .errno: Text(en: "what the call returned", zh: "调用的返回值")
        }
    }

    /// Text and source as part of a sentence.
    var cited: Text {
        Text(en: "\(text.english) [\(place.english)]", zh: "\(text.chinese)[\(place.chinese)]")
    }
}

extension Testimony.Loss {
    /// Where the segment was lost, for a ladder's last column.
    var text: Text {
        switch self {
        case .link: Text(en: "lost on the way", zh: "途中丢失")
        case .queue: Text(en: "lost: queue full", zh: "队列已满，丢弃")
        case .middlebox: Text(en: "kept by a middlebox", zh: "被中间设备拦下")
        case .size: Text(en: "larger than the MTU", zh: "大于 MTU，丢弃")
        case .route: Text(en: "no route", zh: "没有路由")
        }
    }
}

extension Testimony.Account {
    /// What became of the segment and which segment it repeats, for a ladder's last column; `nil` if there is nothing
    /// to say of either.
    var remark: Text? {
        var parts: [Text] = []
        if let original {
            parts.append(
                purpose == .lossProbe
                    ? Text(en: "again #\(original) TLP", zh: "TLP 重传 #\(original)")
                    : Text(en: "again #\(original)", zh: "重传 #\(original)"))
        }
        if let fateText { parts.append(fateText) }
        guard !parts.isEmpty else { return nil }
        return Text(
            en: parts.map(\.english).joined(separator: ", "), zh: parts.map(\.chinese).joined(separator: "，"))
    }

    /// What became of the segment; `nil` if its receiver accepted it.
    var fateText: Text? {
        switch fate {
        case .arrived: nil
        case .lost(let loss): loss.text
        case .dropped: Text(en: "dropped there", zh: "对端丢弃")
        case .useless: Text(en: "had it already", zh: "对端已有")
        case .underWay: Text(en: "still under way", zh: "仍在途中")
        }
    }

    /// A sentence that the segment did not arrive; `nil` if it did.
    var lossSentence: Text? {
        if fate == .underWay {
            return Text(en: "Where this ends, it had not arrived.", zh: "到观察结束时还没有到达。")
        }
        guard case .lost(let loss) = fate else { return nil }
        return Text(en: "It did not arrive: \(loss.text.english).", zh: "未到达：\(loss.text.chinese)。")
    }

    /// Why the segment was sent, what became of it, what its arrival did: in sentences.
    func sentences(from sender: Party) -> [Text] {
        var lines: [Text] = []
        if let reason {
            lines.append(Text(en: "Why: \(reason.cited.english).", zh: "为何发出：\(reason.cited.chinese)。"))
        }
        if let lossSentence { lines.append(lossSentence) }
        if !effects.isEmpty {
            let who = sender.other.text
            lines.append(
                Text(
                    en: "At the \(who.english): \(effects.map(\.cited.english).joined(separator: "; ")).",
                    zh: "到达\(who.chinese)后：\(effects.map(\.cited.chinese).joined(separator: "；"))。"))
        }
        return lines
    }
}

extension Testimony.Moment {
    /// The event, as a lane shows it: `close()`, `retransmission timer`.
    public var what: Text {
        switch cause {
        case .segment(let number): Text(en: "#\(number) arrives", zh: "#\(number) 到达")
        case .call(let name): Text(verbatim: "\(name)()")
        case .returned(let name): Text(verbatim: "\(name)() = OK")
        case .timer(let timer): timer.text
        case .icmp: Text(verbatim: "ICMP")
        case .itself: Text(verbatim: "")
        }
    }
}

extension TimerName {
    /// The timer's name.
    package var name: Text {
        switch self {
        case .retransmission: Text(en: "retransmission timer", zh: "重传定时器")
        case .reordering: Text(en: "reordering timer", zh: "乱序定时器")
        case .lossProbe: Text(en: "tail-loss probe timer", zh: "尾部丢包探测定时器")
        case .persist: Text(en: "persist timer", zh: "持续定时器")
        case .delayedAcknowledgment: Text(en: "delayed ACK timer", zh: "延迟确认定时器")
        case .keepAlive: Text(en: "keep-alive timer", zh: "保活定时器")
        case .userTimeout: Text(en: "user time-out", zh: "用户超时定时器")
        case .finWait2: Text(en: "FIN-WAIT-2 timer", zh: "FIN-WAIT-2 定时器")
        case .timeWait: Text(en: "TIME-WAIT timer", zh: "TIME-WAIT 定时器")
        }
    }

    /// A statement that the timer has expired.
    var text: Text { Text(en: name.english, zh: name.chinese + "到期") }
}

extension Testimony.Moment {
    /// For how long the timer had run when it expired, for a ladder's last column; `nil` if that is not known.
    package var duration: Text? {
        guard let ran, ran > 0 else { return nil }
        // The kernel's timers have a resolution of milliseconds.
        let text =
            ran < 1_000_000_000
            ? "\(ran / 1_000_000) ms" : "\(String(ran, unit: 1_000_000_000, decimals: 1)) s"
        return Text(en: "after \(text)", zh: "已过 \(text)")
    }
}
