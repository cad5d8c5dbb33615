import Stories
import TCPState
import TCPWire
import Tracking

/// Sentences about what a loss leads to and how it is repaired, derived from the states, segments and counters of the
/// run.
package enum RepairWords {
    /// The sentences about a segment that was lost or that repaired a loss; empty for any other segment.
    ///
    /// - Parameter withCounters: whether to add what the kernels counted.
    package static func sentences(
        on step: ConnectionStory.Step, in story: ConnectionStory, withCounters: Bool = true
    ) -> [Text] {
        guard story.testimony != nil else { return [] }
        let number = step.segment.number
        return story.repairs.flatMap { repair -> [Text] in
            if repair.lost == number { return [leftBehind(repair, step)] + untold(repair) }
            guard let place = repair.segments.firstIndex(of: number) else { return [] }
            let isLast = place == repair.segments.count - 1
            return [isLast ? made(repair, step, story) : asked(repair, step, story)]
                + [withCounters ? counted(step, story) : nil].compactMap { $0 }
        }
    }

    /// A statement that a segment repairs a loss, as the end of a line; `nil` if it does not.
    package static func short(on number: Int, in story: ConnectionStory) -> Text? {
        guard let repair = story.repairs.first(where: { $0.segments.last == number }) else { return nil }
        return Text(en: ", which makes good the loss of #\(repair.lost)", zh: "，补上丢失的 #\(repair.lost)")
    }

    /// A loss and its repair, in segments from the first to the last.
    package static func told(_ repair: Repair, in story: ConnectionStory) -> Text {
        let numbers = [repair.lost] + repair.segments
        let told = story.steps.filter { numbers.contains($0.segment.number) }.flatMap { step -> [Text] in
            let number = step.segment.number
            if number == repair.lost { return [leftBehind(repair, step)] + untold(repair) }
            let what = number == repair.segments.last ? made(repair, step, story) : asked(repair, step, story)
            return [Text(en: "#\(number): ", zh: "#\(number)：") + what]
        }
        return Text(
            en: told.map(\.english).joined(separator: " "), zh: told.map(\.chinese).joined())
    }

    // MARK: The loss

    private static func leftBehind(_ repair: Repair, _ step: ConnectionStory.Step) -> Text {
        let (who, peer) = (step.sender.text, step.sender.other.text)
        let own = step.state(of: step.sender).state?.name ?? "?"
        let other = step.state(of: step.sender.other).state?.name ?? "?"
        switch repair.loss {
        case .syn:
            return Text(
                en:
                    "The \(peer.english) knows nothing of it (\(other)); only the \(who.english)'s timer can help (\(own)).",
                zh: "\(peer.chinese)对此一无所知（\(other)），只能靠\(who.chinese)的重传定时器（\(own)）。")
        case .synAck:
            return Text(
                en:
                    "The \(peer.english) is still in \(other), the \(who.english) in \(own): both wait for the other, and each has a timer of its own.",
                zh: "\(peer.chinese)仍是 \(other)，\(who.chinese)是 \(own)：双方都在等对方，各有自己的重传定时器。")
        case .handshakeAck:
            return Text(
                en:
                    "The \(who.english) does not know and is in \(own); for the \(peer.english) the handshake is not over (\(other)).",
                zh: "\(who.chinese)并不知道，已是 \(own)；\(peer.chinese)的握手还没有完成（\(other)）。")
        case .data:
            return Text(
                en:
                    "The \(peer.english) does not know that there was anything; the \(who.english) waits for an ACK, and its timer runs.",
                zh: "\(peer.chinese)不知道有过这些数据；\(who.chinese)在等 ACK，重传定时器在走。")
        case .fin:
            return Text(
                en:
                    "The \(peer.english) does not know that the other end has finished (\(other)); the \(who.english) stays in \(own).",
                zh: "\(peer.chinese)不知道对方已经发完（\(other)）；\(who.chinese)停在 \(own)。")
        case .finAck:
            return Text(
                en: "The \(peer.english) has no answer to its FIN and stays in \(other); its timer runs.",
                zh: "\(peer.chinese)的 FIN 没有等到确认，停在 \(other)，重传定时器在走。")
        case .dataAck:
            return Text(
                en: "The \(who.english) has the data, but the \(peer.english) does not know that.",
                zh: "\(who.chinese)已收到数据，但\(peer.chinese)不知道。")
        }
    }

    private static func untold(_ repair: Repair) -> [Text] {
        repair.cure == nil ? [Text(en: "As far as this goes, nothing made that good.", zh: "到观察结束时还没有得到补救。")] : []
    }

    // MARK: The repair

    /// The sentence about a segment that is sent again for lack of an answer, between the loss and its repair.
    private static func asked(_ repair: Repair, _ step: ConnectionStory.Step, _ story: ConnectionStory) -> Text {
        let who = step.sender.text
        return Text(
            en: "Since #\(repair.lost) was lost, the \(who.english) had no answer and asks again.",
            zh: "因为 #\(repair.lost) 丢失，\(who.chinese)没有等到应答，于是再发一次。")
    }

    /// The sentence about the segment that repaired the loss.
    private static func made(_ repair: Repair, _ step: ConnectionStory.Step, _ story: ConnectionStory) -> Text {
        let change = change(by: step, story)
        let moved = change.map {
            Text(en: ": \($0.from.name) becomes \($0.to.name)", zh: "：\($0.from.name) 变为 \($0.to.name)")
        }
        let good =
            Text(en: "It makes good the loss of #\(repair.lost)", zh: "它补上了丢失的 #\(repair.lost)")
            + (moved ?? Text(verbatim: ""))
        let end = Text(en: ".", zh: "。")
        switch (repair.loss, repair.cure) {
        case (.handshakeAck, .text): return savedByText(repair, step, story, good)
        case (.handshakeAck, .answeredAgain) where step.has(.challengeACK):
            return good
                + Text(
                    en:
                        ". A SYN in an open connection is answered with a challenge ACK [RFC 5961 4.2], and its ack is the one that was missing.",
                    zh: "。已建立的连接收到 SYN，要回挑战 ACK[RFC 5961 4.2]；它的 ack 正是缺的那一个。")
        case (.synAck, .askedFor):
            return good + Text(en: "; it was sent because the SYN had come again.", zh: "；它是因为 SYN 又来了一次而发的。")
        case (.finAck, .answeredAgain) where step.state(of: step.sender).state == .timeWait:
            return good
                + Text(
                    en:
                        ". That is what TIME-WAIT is for: the FIN comes again, and somebody is still there to answer [RFC 9293 3.10.7.4 eighth].",
                    zh: "。TIME-WAIT 就是为此而设：FIN 再来时，还有人在那里应答[RFC 9293 3.10.7.4 第八步]。")
        case (.dataAck, .laterAck), (.dataAck, .text), (.finAck, .laterAck), (.finAck, .text):
            return good
                + Text(
                    en:
                        "; an ACK says \"everything before this number\", so a later one says all that an earlier one said.",
                    zh: "；ACK 的意思是“这个序号之前的都收到了”，后来的 ACK 包含了先前的。")
        default: return good + end
        }
    }

    /// The sentence about data that repaired the loss of the handshake's third segment.
    private static func savedByText(
        _ repair: Repair, _ step: ConnectionStory.Step, _ story: ConnectionStory, _ good: Text
    ) -> Text {
        let ack = step.acknowledgment?.value ?? 0
        let told =
            good
            + Text(
                en:
                    ". Every segment after the SYN carries an ACK: ack=\(ack) is what #\(repair.lost) would have said, and the data is taken at once [RFC 9293 3.10.7.4 fifth].",
                zh: "。SYN 之后的报文段都带 ACK：ack=\(ack) 正是 #\(repair.lost) 要说的，数据也一并收下[RFC 9293 3.10.7.4 第五步]。")
        guard !story.steps.contains(where: { $0.segment.header.flags.contains(.rst) }) else { return told }
        return told
            + Text(
                en: " The common answer that the server sends an RST here is wrong: none was sent.",
                zh: "常见的说法是服务端这时会回 RST，其实不会：这里就没有 RST。")
    }

    /// The receiver's states before and after a segment's arrival; `nil` if it did not change them.
    private static func change(by step: ConnectionStory.Step, _ story: ConnectionStory) -> (from: State, to: State)? {
        let entries = story.path(of: step.sender.other).entries
        guard let place = entries.firstIndex(where: { $0.cause == step.segment.number }), place > 0 else { return nil }
        return (entries[place - 1].state, entries[place].state)
    }

    /// What both kernels counted when the segment was sent and when it arrived.
    private static func counted(_ step: ConnectionStory.Step, _ story: ConnectionStory) -> Text? {
        let moments = story.testimony?.moments ?? []
        let timer = moments.first {
            if case .timer = $0.cause { $0.party == step.sender && $0.time == step.segment.time } else { false }
        }
        let arrival = moments.first { $0.cause == .segment(step.segment.number) }
        let told = [
            CounterWords.line((timer?.counts ?? []) + (step.account?.counts ?? []), of: step.sender.text),
            CounterWords.line(arrival?.counts ?? [], of: step.sender.other.text),
        ].compactMap { $0 }
        guard !told.isEmpty else { return nil }
        return Text(
            en: "The kernel of the " + told.map(\.english).joined(separator: "; that of the ") + ".",
            zh: told.map(\.chinese).joined(separator: "；") + "。")
    }
}
