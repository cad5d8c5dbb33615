import Stories
import TCPState

/// The question asked before a segment arrives, and the reply to the user's answer.
package enum PredictionWords {
    /// The question about the segment that arrives next.
    package static func question(_ segment: Int, _ flags: String, at who: Text, in state: State) -> Text {
        Text(
            en:
                "#\(segment) \(flags) is about to arrive at the \(who.english), which is in \(state.name). Which state then? And which ack does it answer with?",
            zh: "#\(segment) \(flags) 即将到达\(who.chinese)（现在是 \(state.name)）。到达后是什么状态？回的 ack 是多少？")
    }

    /// The form that an answer must have.
    package static let form = Text(
        en: "As in: closing 42. Also: same (state), none (no answer). Enter alone skips.",
        zh: "写法如 closing 42；状态不变写 same，不回写 none；直接按回车跳过。")

    /// The reply to text that is no answer.
    package static func notAnAnswer(_ typed: String) -> Text {
        Text(
            en:
                "\"\(typed)\" is no state and no number. A state is SYN-SENT, fin_wait1, estab, or same; an ack is a number as in the picture, or none.",
            zh: "“\(typed)”既不是状态也不是序号。状态写 SYN-SENT、fin_wait1、estab 等，不变写 same；ack 写图中的数字，不回写 none。")
    }

    /// The beginnings of the replies to an answer that is right, half right, or wrong.
    package static let right = Text(en: "Right.", zh: "答对了。")
    package static let halfRight = Text(en: "Half right.", zh: "答对一半。")
    package static let wrong = Text(en: "Not this time.", zh: "这次没答对。")

    /// The user's answer; a part that it does not state is `nil`.
    package static func said(state: Text?, number: Text?) -> Text {
        let said = [state, number].compactMap { $0 }
        return Text(
            en: "You said: \(said.map(\.english).joined(separator: ", ")). ",
            zh: "你的答案：\(said.map(\.chinese).joined(separator: "，"))。")
    }

    package static let same = Text(en: "the same state", zh: "状态不变")
    package static let nothing = Text(en: "no answer", zh: "不回")

    /// How the receiver's state changed.
    package static func state(_ who: Text, from before: State, to after: State) -> Text {
        before == after
            ? Text(en: "The \(who.english) stays in \(after.name)", zh: "\(who.chinese)仍是 \(after.name)")
            : Text(
                en: "The \(who.english) goes from \(before.name) to \(after.name)",
                zh: "\(who.chinese)从 \(before.name) 变为 \(after.name)")
    }

    /// The segment that the receiver sent in response to the arrival.
    package static func answered(_ segment: Int, _ flags: String, _ acknowledgment: UInt64?) -> Text {
        guard let acknowledgment else {
            return Text(
                en: " and answers with #\(segment) \(flags), without an ack.", zh: "，回 #\(segment) \(flags)，不带 ack。")
        }
        return Text(
            en: " and answers with #\(segment) \(flags), ack=\(acknowledgment).",
            zh: "，回 #\(segment) \(flags)，ack=\(acknowledgment)。")
    }

    /// A statement that the receiver sent nothing in response to the arrival.
    package static let answeredNothing = Text(en: " and answers nothing to it.", zh: "，对它不作应答。")

    /// The rules by which the receiver processed the segment; `nil` if there are none.
    package static func rules(_ rules: [Rule]) -> Text? {
        guard !rules.isEmpty else { return nil }
        let cited = rules.map { Reason.rule($0).cited }
        return Text(
            en: "The rule: \(cited.map(\.english).joined(separator: "; ")).",
            zh: "依据：\(cited.map(\.chinese).joined(separator: "；"))。")
    }

    /// How many answers were right, and how many questions were skipped.
    package static func score(
        states: (right: Int, of: Int), numbers: (right: Int, of: Int), skipped: Int
    ) -> Text {
        Text(
            en:
                "Predictions: \(states.right) of \(counted(states.of, "state")) right, \(numbers.right) of \(counted(numbers.of, "ack")) right, \(skipped) skipped.",
            zh: "预测：状态答对 \(states.right)/\(states.of)，ack 答对 \(numbers.right)/\(numbers.of)，跳过 \(skipped) 题。")
    }

    /// The answer's heading where the question is only printed, because nobody can answer it.
    package static let answer = Text(en: "Answer: ", zh: "答案：")
}
