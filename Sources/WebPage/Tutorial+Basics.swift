import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The chapters about the comparison with a telephone call, and about the header.
extension Tutorial {
    // MARK: 1

    var callChapter: HTML {
        var chapter: HTML = "<p>\(handshake == nil ? Explanation.telephoneCall : TutorialWords.callIntroduction)</p>\n"
        if let handshake {
            let rows = zip(TutorialWords.sentences, handshake.steps).map { sentence, step in
                [
                    "\(sentence.said)", reference(step), "\(sentence.known)",
                ] as [HTML]
            }
            chapter += HTML.table(
                ["\(TutorialWords.sentence)", "\(TutorialWords.segment)", "\(TutorialWords.whatIsKnown)"], rows,
                id: "sentences", class: "stacked", title: "\(TutorialWords.call)")
            chapter += "<p>\(TutorialWords.whyThree)</p>\n"
        }
        return chapter + "<p>\(TutorialWords.whyNotTwo)</p>\n<p>\(TutorialWords.whyNotFour)</p>\n"
    }

    /// A reference to a segment, with its number, its flags and its sequence numbers.
    private func reference(_ step: ConnectionStory.Step) -> HTML {
        let flags = step.segment.header.flags.description
        let from = PageWords.from(step.sender.text, to: step.sender.other.text)
        let ack: HTML = step.acknowledgment.map { " ack=\(HTML.number($0.value, $0.raw))" } ?? ""
        return
            "<a class=\"pick\" href=\"#row-\(step.segment.rowName)\">#\(step.segment.number)</a> <b>\(flags)</b> \(from)<br><span class=\"numbers\">seq=\(HTML.number(step.sequence.value, step.sequence.raw))\(ack)</span>"
    }

    // MARK: 2

    var headerChapter: HTML {
        var chapter: HTML = "<p>\(TutorialWords.headerIntroduction)</p>\n"
        guard let handshake else {
            return chapter + (story.steps.first.map { HeaderTable(step: $0).html } ?? "")
        }
        let (syn, synAck) = (handshake.steps[0], handshake.steps[1])
        chapter += HeaderTable(step: syn).html
        let acknowledged = TutorialWords.acknowledgmentEvidence(
            first: syn.segment.number, field: syn.segment.header.acknowledgment, second: synAck.segment.number,
            acknowledgment: synAck.segment.header.acknowledgment, sequence: syn.segment.header.sequence)
        let numbers = TutorialWords.sequenceEvidence(
            syn.segment.header.sequence, synAck.segment.header.sequence)
        chapter += """
            <dl class="terms">
            <dt>\(HeaderWords.sequenceNumber)</dt><dd><p>\(TutorialWords.sequenceNumber)</p><p class="evidence">\(numbers)</p></dd>
            <dt>\(HeaderWords.acknowledgmentNumber)</dt><dd><p>\(TutorialWords.acknowledgmentNumber)</p><p class="evidence">\(acknowledged)</p></dd>
            <dt>\(TutorialWords.controlBitsName)</dt><dd><p>\(TutorialWords.controlBits)</p>
            \(controlBits(handshake))</dd>
            </dl>

            """
        return chapter + "<h3>\(DemoWords.headers)</h3>\n" + headers(handshake)
    }

    /// The meaning of the bits in the handshake's segments, beside the bits as they were captured.
    private func controlBits(_ handshake: Handshake) -> HTML {
        let items = zip(bitMeanings(handshake), handshake.steps).map { meaning, step -> HTML in
            "<li><p><b>\(meaning.bits)</b>\(EventSentences.colon)\(meaning.meaning) (#\(step.segment.number))</p>\(HeaderTable.flags(of: step))</li>\n"
        }
        return "<ul class=\"plain\">\(items.joined())</ul>"
    }

    func headers(_ handshake: Handshake) -> HTML {
        let columns: [HTML] =
            ["\(DemoWords.field)"]
            + handshake.steps.map { "#\($0.segment.number) \($0.segment.header.flags.description)" }
        let rows = handshake.rows.map { row -> [HTML] in
            ["\(row.name)"] + row.values.map { "<code>\($0)</code>" as HTML }
        }
        let checks = handshake.checks.map { "<li>\($0.text)</li>\n" as HTML }.joined()
        let note: HTML = handshake.hasUnfilledChecksum ? "<p class=\"small\">\(DemoWords.checksumNote)</p>\n" : ""
        return
            "\(HTML.table(columns, rows, id: "fields", class: "headers", title: "\(DemoWords.headers)"))\(note)<p>\(DemoWords.rule)</p>\n<ul class=\"evidence\">\(checks)</ul>\n"
    }
}
