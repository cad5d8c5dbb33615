import Connections
import TCPStack
import TCPState

/// The words for what the ends themselves tell: why a segment was sent, what became of it, what its arrival did.
extension Rule {
    /// Where it stands: `RFC 9293 3.10.7.4 fifth`.
    public var place: Text {
        let words = section.split(separator: " ").map(String.init)
        let chinese = words.map { Self.steps[$0].map { "第\($0)步" } ?? ($0 == "step" ? "步骤" : $0) }
        return Text(en: "\(document) \(section)", zh: ([document] + chinese).joined(separator: " "))
    }

    private static let steps = [
        "first": "一", "second": "二", "third": "三", "fourth": "四", "fifth": "五", "sixth": "六", "seventh": "七",
        "eighth": "八",
    ]

    /// What it says and where it stands, as part of a sentence.
    var cited: Text {
        Text(en: "\(text.english) [\(place.english)]", zh: "\(text.chinese)[\(place.chinese)]")
    }
}

extension Testimony.Loss {
    /// Where it was lost, in a ladder's last column.
    public var text: Text {
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
    /// What became of the segment and what it repeats, in a ladder's last column; `nil` where both go without saying.
    var remark: Text? {
        var parts: [Text] = []
        if let original {
            parts.append(
                purpose == .lossProbe
                    ? Text(en: "again #\(original) TLP", zh: "重传 #\(original) TLP")
                    : Text(en: "again #\(original)", zh: "重传 #\(original)"))
        }
        switch fate {
        case .arrived: break
        case .lost(let loss): parts.append(loss.text)
        case .dropped: parts.append(Text(en: "dropped there", zh: "对端丢弃"))
        case .useless: parts.append(Text(en: "had it already", zh: "对端已有"))
        case .underWay: parts.append(Text(en: "still under way", zh: "仍在途中"))
        }
        guard !parts.isEmpty else { return nil }
        return Text(
            en: parts.map(\.english).joined(separator: ", "), zh: parts.map(\.chinese).joined(separator: "，"))
    }

    /// That it did not arrive; `nil` where it did.
    var lossSentence: Text? {
        guard case .lost(let loss) = fate else { return nil }
        return Text(en: "It did not arrive: \(loss.text.english).", zh: "未到达：\(loss.text.chinese)。")
    }

    /// Why it was sent, what became of it, what its arrival did: in sentences.
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
    /// What happened, as a lane shows it: `close()`, `retransmission timer`. ASCII, since it stands between lanes.
    public var what: String {
        switch cause {
        case .segment(let number): "#\(number) arrives"
        case .call(let name): "\(name)()"
        case .timer(let timer): "\(timer.rawValue) timer"
        case .icmp: "ICMP"
        case .itself: ""
        }
    }
}
