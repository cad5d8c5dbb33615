import Lab
import LinuxKernel
import Narration
import PacketScript
import Stories

/// A script's result for programs.
package struct ScriptFacts: Encodable {
    struct Step: Encodable {
        let time: Double
        let line: Int?
        let kind: String
        let text: String
    }

    struct Failure: Encodable {
        let line: Int
        let column: Int?
        let event: String?
        let time: Double?
        let reason: String
        let expected: String?
        let actual: String?
        let different: [String]?
    }

    let file: String
    let on: String
    let verdict: ScriptVerdict
    let duration: Double?
    let failure: Failure?
    let steps: [Step]?
    /// Every connection, where it was asked for.
    let connections: [StoryFacts]?

    package init(_ result: ScriptRun, on host: HostKind, withStories: Bool) {
        file = result.path
        on = host.rawValue
        verdict = result.verdict
        connections =
            withStories ? result.stories.enumerated().map { StoryFacts($0.element, number: $0.offset + 1) } : nil
        switch result.outcome {
        case .unread(.empty):
            (duration, steps) = (nil, nil)
            failure = Failure("it has no packet and no call", line: 0)
        case .unread(.missing(let reason)):
            (duration, steps) = (nil, nil)
            failure = Failure(reason.message, line: 0)
        case .unread(.wrong(let error)):
            (duration, steps) = (nil, nil)
            failure = Failure(error.kind.text.english, line: error.line, column: error.column)
        case .ran(let report):
            duration = Double(report.duration) / 1e9
            steps = report.steps.map {
                Step(time: Double($0.time) / 1e9, line: $0.line, kind: $0.kind.rawValue, text: $0.text)
            }
            failure = report.failure.map(Failure.init)
        }
    }
}

extension ScriptFacts.Failure {
    fileprivate init(_ reason: String, line: Int, column: Int? = nil) {
        self.init(
            line: line, column: column, event: nil, time: nil, reason: reason, expected: nil, actual: nil,
            different: nil)
    }

    fileprivate init(_ failure: ScriptFailure) {
        let entries = failure.reason.entries.map(\.1.english)
        var parts: [String]?
        if case .packet(_, _, let differences) = failure.reason { parts = differences.map(\.part.rawValue) }
        self.init(
            line: failure.line, column: nil, event: failure.text, time: Double(failure.time) / 1e9,
            reason: failure.reason.name, expected: entries.first,
            actual: entries.count > 1 ? entries[1] : nil, different: parts)
    }
}

extension ScriptFailure.Reason {
    /// A word that programs can rely on.
    var name: String {
        switch self {
        case .result: "result"
        case .returned: "returned"
        case .blocked: "blocked"
        case .silence: "silence"
        case .packet: "packet"
        case .time: "time"
        case .assertion: "assertion"
        case .unknownField: "unknown-field"
        case .divisionByZero: "division-by-zero"
        case .host: "host"
        }
    }
}
