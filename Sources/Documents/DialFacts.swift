import Lab
import LinuxKernel
import Narration
import TCPWire

/// A dial's results in JSON.
package struct DialFacts: Encodable {
    struct Step: Encodable {
        let time: String
        let step: String
    }

    let target: String
    let outcome: String
    let exitCode: Int32
    let local: String?
    let remote: String?
    let bytesSent: Int
    let bytesReceived: Int
    let peerClosedFirst: Bool
    let captured: Bool
    let steps: [Step]
    let story: StoryFacts?

    /// Creates a dial's facts. `target` is the name or address that was to be dialed, as it was typed.
    package init(_ result: DialResult, target: String) {
        let dial = result.dial
        self.target = target
        outcome = dial.outcome.id
        exitCode = dial.outcome.exitCode
        local = dial.local?.description
        remote = dial.remote?.description
        bytesSent = dial.octetsSent
        bytesReceived = dial.octetsReceived
        peerClosedFirst = dial.peerClosedFirst
        captured = result.wasCaptured
        steps = dial.steps.map { Step(time: $0.time.secondsText, step: $0.kind.id) }
        story = result.story.map { StoryFacts($0, number: 1) }
    }
}

extension DialOutcome {
    fileprivate var id: String {
        switch self {
        case .established: "established"
        case .refused(nil): "refused"
        case .refused: "refused-by-icmp"
        case .timedOut: "timed-out"
        case .unreachable: "unreachable"
        case .resetAfterEstablished: "reset"
        case .brokenAfterEstablished: "broken"
        case .nameNotFound: "name-not-found"
        case .local: "local"
        case .interrupted: "interrupted"
        }
    }
}

extension DialStep.Kind {
    fileprivate var id: String {
        switch self {
        case .resolved: "resolved"
        case .connecting: "connecting"
        case .failed: "failed"
        case .established: "established"
        case .sent: "sent"
        case .received: "received"
        case .halfClosed: "half-closed"
        case .peerClosed: "peer-closed"
        case .idle: "idle"
        case .closed: "closed"
        }
    }
}
