import Drawings
import Narration
import Stories
import TCPState
import TCPWire
import Tracking

/// A sheet for a class: the ladder without acknowledgment numbers and states, questions about its numbers, and a last
/// page with the answers.
struct HandOut {
    let tutorial: Tutorial
    var title = HandOutWords.title

    private struct Question {
        var text: HTML
        var answer: HTML
        /// The number of lines to write on.
        var lines = 1
    }

    func html(_ language: Language, maker: String, absoluteNumbers: Bool) throws -> String {
        let frame = PageFrame(
            title: title, language: language, maker: maker, absoluteNumbers: absoluteNumbers, isLive: false)
        let questions = self.questions
        let asked = questions.map { question -> HTML in
            let lines = (0..<question.lines).map { _ in "<div class=\"line\"></div>" as HTML }.joined()
            return "<li>\(question.text)\(lines)</li>\n"
        }
        let answered = questions.map { "<li>\($0.answer)</li>\n" as HTML }
        var drawn = SharedStyle()
        let blank = LadderFigure(scene: tutorial.scene, silence: tutorial.silence, isBlank: true).html(&drawn)
        let whole = LadderFigure(scene: tutorial.scene, silence: tutorial.silence, prefix: "a-").html(&drawn)
        // Some connections give no reason for a question; then the sheet has only the picture.
        let sheet: HTML =
            questions.isEmpty
            ? ""
            : """
            <section class="sheet"><h2>\(HandOutWords.questions)</h2>
            <ol class="questions">
            \(asked.joined())</ol></section>

            """
        let answers: HTML = questions.isEmpty ? "" : "<ol>\n\(answered.joined())</ol>"
        return try frame.html(
            """
            <section><p class="names"><span>\(HandOutWords.name)</span> <span>\(HandOutWords.date)</span></p>
            <p>\(HandOutWords.hint)</p>
            <p><b>\(HandOutWords.picture)</b></p>
            <figure id="ladder">\(blank)</figure></section>
            \(sheet)<section class="answers"><h2>\(HandOutWords.answers)</h2>
            <figure id="solution">\(whole)</figure>
            \(answers)</section>

            """, drawn: drawn)
    }

    private var questions: [Question] {
        let story = tutorial.story
        var questions: [Question] = []
        if let handshake = tutorial.handshake {
            for (step, meaning) in zip(handshake.steps, tutorial.bitMeanings(handshake)) {
                let flags = step.segment.header.flags
                questions.append(
                    Question(
                        text: "\(HandOutWords.bits(step.segment.number)) \(HandOutWords.meaning(step.segment.number))",
                        answer:
                            "\(HandOutWords.bitsAnswer(syn: flags.contains(.syn), ack: flags.contains(.ack)))\(EventSentences.colon)\(meaning.meaning)"
                    ))
            }
            for step in handshake.steps {
                guard let client = step.client.state, let server = step.server.state else { continue }
                questions.append(
                    Question(
                        text: "\(HandOutWords.states(step.segment.number))",
                        answer: "\(HandOutWords.statesAnswer(client: client.name, server: server.name))"))
            }
            questions.append(octets(handshake.steps[1]))
        }
        for (data, answer) in tutorial.carried {
            guard let ack = answer.acknowledgment else { continue }
            let (number, length) = (data.segment.number, data.segment.header.payloadLength)
            questions.append(
                Question(
                    text: "\(HandOutWords.answerTo(number, in: answer.segment.number))",
                    answer:
                        "\(HandOutWords.answerOf(relative: ack.value, real: ack.raw, sequence: data.sequence.raw, advance: length))\(EventSentences.semicolon)\(TutorialWords.dataRule(number, sequence: data.sequence.value, length: length, answer.segment.number, ack: ack.value))",
                    lines: 2))
        }
        if let fin = tutorial.closing {
            questions.append(
                Question(
                    text: "\(HandOutWords.closes)",
                    answer: "\(TutorialWords.closed(fin.sender, with: fin.segment.number))"))
        }
        if let waiting = tutorial.waiting {
            let last = story.steps.last { $0.sender == waiting && $0.covers.fin }
            questions.append(
                Question(
                    text: "\(HandOutWords.waits)",
                    answer: "\(TutorialWords.timeWait(waiting, lastAck: last?.segment.number))", lines: 3))
        }
        return questions
    }

    private func octets(_ step: ConnectionStory.Step) -> Question {
        let octets = step.headerOctets.prefix(20).map { $0.hexadecimal(digits: 2) }
        let rows = stride(from: 0, to: octets.count, by: 4).map { start in
            octets[start..<min(octets.count, start + 4)].joined(separator: " ")
        }
        func word(_ row: Int) -> String { rows.indices.contains(row) ? rows[row] : "" }
        let header = step.segment.header
        return Question(
            text: "\(HandOutWords.octets(step.segment.number))<pre>\(rows.joined(separator: "\n"))</pre>",
            answer:
                "\(HandOutWords.octetsAnswer(sequence: "\(word(1)) = \(header.sequence)", acknowledgment: "\(word(2)) = \(header.acknowledgment)", flags: header.flags.description))",
            lines: 0)
    }
}
