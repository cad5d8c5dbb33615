import Stories
import TCPState
import Tracking

extension ConnectionStory {
    /// The course of the connection, in two or three sentences below its picture.
    public var summary: [Text] {
        let outcome = record.outcome
        var lines: [Text]
        if let last = lastStates, outcome.isContradicted(by: last) {
            lines = outcome.sentences(endingIn: last)
        } else {
            let hasReset = steps.indices.contains { steps[$0].kind == .reset }
            let isReported = reports.contains { !$0.isForeign && $0.error.verdict != .damaged }
            lines = [
                outcome.opening != .unanswered
                    ? outcome.opening.sentence
                    : hasReset ? Self.onlyResets : isReported ? Self.onlyErrors : outcome.opening.sentence
            ]
            if let ending = outcome.endingSentence { lines.append(ending) }
        }
        lines += reportSentences
        if record.roleEvidence.isGuess {
            lines.append(
                Text(
                    en:
                        "Who is client and who is server is a guess: \(record.roleEvidence == .port ? "by the ports" : "the first to send counts as client").",
                    zh: "两端角色为推测：\(record.roleEvidence == .port ? "依据端口号" : "先发送的一端视为客户端")。"))
        }
        if record.reusesTuple {
            lines.append(Text(en: "The same address pair was used before in this capture.", zh: "这个四元组此前在抓包中用过。"))
        }
        if let endedBy {
            lines.append(
                Text(
                    en:
                        "The RST #\(endedBy), in the next connection between the same endpoints, ended this one too: it answers an ACK of the end that still held it.",
                    zh: "#\(endedBy) 这个 RST 属于同一四元组的下一条连接，它也结束了本连接：它回应的是仍保有旧连接的一端发出的 ACK。"))
        }
        if leftOut > 0 {
            lines.append(
                Text(
                    en: "The last \(counted(leftOut, "segment")) are not in the picture.",
                    zh: "最后 \(leftOut) 个报文段未画出。"))
        }
        return lines
    }
}

extension ConnectionStory {
    private static let onlyResets = Text(
        en: "No SYN-ACK came to the SYN, only an RST that its sender does not take.",
        zh: "SYN 没有得到 SYN-ACK，只有一个不会被发送方接受的 RST。")

    private static let onlyErrors = Text(
        en: "No SYN-ACK came to the SYN and no RST, only ICMP errors.",
        zh: "SYN 没有得到 SYN-ACK 或 RST，只有 ICMP 差错。")

    /// The last states of both ends as they report them; `nil` if they do not both report.
    fileprivate var lastStates: (client: State, server: State)? {
        guard let client = testimony?.paths[.client]?.last?.state, let server = testimony?.paths[.server]?.last?.state
        else { return nil }
        return (client, server)
    }
}

extension Outcome {
    /// Whether the ends' last states contradict the outcome derived from the packets. The packets do not show that an
    /// end gave up when nothing more arrived.
    fileprivate func isContradicted(by last: (client: State, server: State)) -> Bool {
        switch ending {
        case .none: opening == .halfOpen && last.server != .synReceived
        case .open, .closing, .halfClosed: last.client == .closed || last.server == .closed
        case .closed, .reset: false
        }
    }

    /// What the packets show of the outcome, and the last states of the ends.
    fileprivate func sentences(endingIn last: (client: State, server: State)) -> [Text] {
        var sentences: [Text] = []
        if opening == .halfOpen {
            sentences.append(Text(en: "The SYN-ACK was never acknowledged.", zh: "SYN-ACK 一直没有得到确认。"))
        } else {
            sentences.append(opening.sentence)
        }
        let who = endedBy?.text ?? Text(verbatim: "?")
        switch ending {
        case .halfClosed:
            sentences.append(Text(en: "Only the \(who.english) sent a FIN.", zh: "只有\(who.chinese)发了 FIN。"))
        case .closing:
            sentences.append(Text(en: "Both ends sent a FIN, \(who.english) first.", zh: "双方都发了 FIN，\(who.chinese)在先。"))
        case .none, .open, .closed, .reset: break
        }
        return sentences + [
            Text(
                en: "In the end the client is in \(last.client.name), the server in \(last.server.name).",
                zh: "最后客户端处于 \(last.client.name)，服务端处于 \(last.server.name)。")
        ]
    }
}
