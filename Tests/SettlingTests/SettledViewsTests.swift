import Agreement
import Testing
import Transcripts

/// The list, `--long`, filters, conn.log and the ladder tell the same of what was judged.
@Suite struct SettledViewsTests {
    @Test(arguments: SettlingCase.all) func agree(_ example: SettlingCase) throws {
        for (script, name) in [(example.shown, "shown"), (example.nearMiss, "near miss")] {
            var agreement = Agreement()
            try agreement.check(script.transcript.capture, name: "\(example.name), \(name)")
            #expect(agreement.differences == [])
        }
    }
}
