import Narration
import Scenes
import Stories
import TCPState
import Testing
import Tracking

@testable import Lab

/// What can be foretold of each arrival, and what an answer to that may look like.
@Suite("predictions") struct PredictionTests {
    /// `#2 SYN-SENT > ESTABLISHED, #3 ack 1`: of each arrival of a run on our own TCP.
    private func told(losing lost: Set<Int> = []) throws -> [String] {
        var options = StackExperiment.Options()
        options.plan = .losing(lost.sorted())
        let story = try #require(StackExperiment(options).run()).story
        let steps = SceneSteps(Scene(story: story, title: Text(verbatim: "")))
        return steps.steps.indices.compactMap { steps.prediction(at: $0) }.map { one in
            let answer =
                one.answer.map { "#\($0.segment) ack \($0.acknowledgment.map { "\($0)" } ?? "-")" } ?? "nothing"
            return "#\(one.segment) \(one.before.name) > \(one.after.name), \(answer)"
        }
    }

    @Test func eachArrivalOfTheExperiment() throws {
        let told = try told()
        #expect(
            told.prefix(3) == [
                "#1 LISTEN > SYN-RECEIVED, #2 ack 1", "#2 SYN-SENT > ESTABLISHED, #3 ack 1",
                "#3 SYN-RECEIVED > ESTABLISHED, nothing",
            ])
        #expect(told.contains { $0.hasPrefix("#4 ESTABLISHED > ESTABLISHED, ") && $0.hasSuffix("ack 17") })
        #expect(try #require(told.last).contains("LAST-ACK > CLOSED, nothing"))
    }

    @Test("what is lost is not asked about, and what a timer sends answers nothing")
    func losing() throws {
        let told = try told(losing: [3, 4])
        #expect(!told.contains { $0.hasPrefix("#3 ") || $0.hasPrefix("#4 ") })
        #expect(told[1] == "#2 SYN-SENT > ESTABLISHED, #3 ack 1")
    }

    /// Typed, the state that it claims, the number that it claims.
    typealias Typed = (String, PredictionAnswer.StateClaim?, PredictionAnswer.NumberClaim?)

    static let typed: [Typed] = [
        ("ESTABLISHED 1", .state(.established), .number(1)), ("estab,1", .state(.established), .number(1)),
        ("Estab ack=17", .state(.established), .number(17)), ("syn_recv ack 17", .state(.synReceived), .number(17)),
        ("SYN-RCVD none", .state(.synReceived), .nothing), ("fin_wait1", .state(.finWait1), nil),
        ("FIN-WAIT-1", .state(.finWait1), nil), ("fin wait 2 20", .state(.finWait2), .number(20)),
        ("finwait1 1", .state(.finWait1), .number(1)), ("time-wait 18", .state(.timeWait), .number(18)),
        ("last ack", .state(.lastAck), nil), ("close wait none", .state(.closeWait), .nothing),
        ("close", .state(.closed), nil), ("listening", .state(.listen), nil),
        ("closing 3", .state(.closing), .number(3)),
        ("same none", .unchanged, .nothing), ("none, same", .unchanged, .nothing), ("不变，17", .unchanged, .number(17)),
        ("17", nil, .number(17)), ("no", nil, .nothing), ("syn sent、无", .state(.synSent), .nothing),
        ("18446744073709551615", nil, .number(.max)),
    ]

    @Test("what an answer may look like", arguments: typed)
    func answers(_ typed: Typed) throws {
        let answer = try #require(PredictionAnswer(typed.0), "\(typed.0)")
        #expect(answer.state == typed.1 && answer.number == typed.2)
        #expect(typed.0.first.map { PredictionAnswer.mayBegin(with: $0) } ?? false)
    }

    @Test(
        "what is no answer",
        arguments: [
            "", " ", ",", "ack", "ack=", "perhaps", "-1", "+1", "1.5", "1 2", "estab closed", "same estab", "none 1",
            "18446744073709551616", "estab x", "17 ack", "e", "fin-wait-3", "syn", "\u{0}", "１７", "none none",
            String(repeating: "1", count: 41), String(repeating: "estab ", count: 100), "0x11", "same same",
        ])
    func nonsense(text: String) { #expect(PredictionAnswer(text) == nil) }

    @Test("no key of the session begins an answer")
    func keys() {
        for key in "duhzbwaq" {
            #expect(!PredictionAnswer.mayBegin(with: key))
        }
    }

    typealias Judged = (String, Bool?, Bool?)

    static let judged: [Judged] = [
        ("estab 1", true, true), ("estab 2", true, false), ("listen 1", false, true), ("same none", false, false),
        ("estab", true, nil), ("1", nil, true),
    ]

    @Test("what is right of an answer", arguments: judged)
    func verdicts(_ judged: Judged) throws {
        let (text, state, number) = judged
        let story = try #require(StackExperiment().run()).story
        let steps = SceneSteps(Scene(story: story, title: Text(verbatim: "")))
        let asked = try #require(steps.steps.indices.compactMap { steps.prediction(at: $0) }.first { $0.segment == 2 })
        let verdict = try #require(PredictionAnswer(text)).verdict(on: asked)
        #expect(verdict.isStateRight == state && verdict.isNumberRight == number)
        var score = PredictionScore()
        score.count(verdict)
        #expect(score.states == (state == nil ? 0 : 1) && score.rightStates == (state == true ? 1 : 0))
        #expect(score.numbers == (number == nil ? 0 : 1) && score.rightNumbers == (number == true ? 1 : 0))
    }

    @Test("an answer that nothing changes is right where nothing changes")
    func unchanged() throws {
        let story = try #require(StackExperiment().run()).story
        let steps = SceneSteps(Scene(story: story, title: Text(verbatim: "")))
        for asked in steps.steps.indices.compactMap({ steps.prediction(at: $0) }) {
            let verdict = try #require(PredictionAnswer("same")).verdict(on: asked)
            #expect(verdict.isStateRight == (asked.before == asked.after))
            let named = try #require(PredictionAnswer(asked.after.name)).verdict(on: asked)
            #expect(named.isStateRight == true)
        }
    }

    @Test("every arrival of the experiment has a rule, and says where it stands")
    func rules() throws {
        let story = try #require(StackExperiment().run()).story
        let steps = SceneSteps(Scene(story: story, title: Text(verbatim: "")))
        let asked = steps.steps.indices.compactMap { steps.prediction(at: $0) }
        #expect(asked.count > 8)
        for one in asked {
            let step = try #require(story.steps.first { $0.segment.number == one.segment })
            let rules = story.arrivalRules(of: step, from: one.before, to: one.after)
            // What our own TCP says of itself is among what is concluded, where it says anything.
            let own = (step.account?.effects ?? []).compactMap(\.rule)
            #expect(
                !rules.isEmpty && (own.isEmpty || !Set(own).isDisjoint(with: rules)), "#\(one.segment) \(own) \(rules)")
        }
    }
}
