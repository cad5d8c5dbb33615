import Lab
import LinuxKernel
import Narration
import PacketScript
import Stories

/// A script's result in JSON.
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
        /// The reason in words, if it is not clear from what was expected and what came.
        let text: [String: String]?
        let expected: [String: String]?
        let actual: [String: String]?
        let different: [String]?
    }

    let file: String
    let on: String
    let verdict: ScriptVerdict
    let duration: Double?
    let failure: Failure?
    let steps: [Step]?
    /// All connections; `nil` if they were not asked for.
    let connections: [StoryFacts]?

    /// Creates the facts of a script's result on that kind of host. Its connections are included only if they are asked
    /// for.
    package init(_ result: ScriptRun, on host: HostKind, withStories: Bool) {
        file = result.path
        on = host.rawValue
        verdict = result.verdict
        connections =
            withStories ? result.stories.enumerated().map { StoryFacts($0.element, number: $0.offset + 1) } : nil
        switch result.outcome {
        case .unread(let problem):
            (duration, steps) = (nil, nil)
            failure = Failure(problem)
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
    fileprivate init(_ problem: ScriptFile.Problem) {
        var place: (line: Int, column: Int?) = (0, nil)
        if case .wrong(let error) = problem { place = (error.line, error.column) }
        self.init(
            line: place.line, column: place.column, event: nil, time: nil, reason: problem.name,
            text: problem.text.both, expected: nil, actual: nil, different: nil)
    }

    fileprivate init(_ failure: ScriptFailure) {
        let texts = failure.reason.entries.map(\.1.both)
        let isComparison =
            switch failure.reason {
            case .unknownField, .divisionByZero, .host: false
            default: true
            }
        var parts: [String]?
        if case .packet(_, _, let differences) = failure.reason { parts = differences.map(\.part.rawValue) }
        self.init(
            line: failure.line, column: nil, event: failure.text, time: Double(failure.time) / 1e9,
            reason: failure.reason.name, text: isComparison ? nil : texts.first,
            expected: isComparison ? texts.first : nil, actual: isComparison ? texts.dropFirst().first : nil,
            different: parts)
    }
}

extension Text {
    fileprivate var both: [String: String] { ["en": english, "zh": chinese] }
}

extension ScriptFile.Problem {
    /// A name for programs, which does not change.
    fileprivate var name: String {
        switch self {
        case .missing: "missing"
        case .empty: "empty"
        case .wrong(let error):
            switch error.kind {
            case .expected: "expected"
            case .unknown: "unknown"
            case .unsupported: "unsupported"
            case .shell: "shell"
            case .setting: "setting"
            case .tooMuch: "too-much"
            case .contradiction: "contradiction"
            }
        }
    }
}

extension ScriptFailure.Reason {
    /// A name for programs, which does not change.
    fileprivate var name: String {
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
