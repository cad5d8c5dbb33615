import ArgumentParser
import Lab
import LinuxKernel
import Narration

/// Where the demo takes place.
enum DemoPlace: String, ExpressibleByArgument, CaseIterable {
    /// Between two ends of this machine's kernel, on the best wire that it offers. Where it offers none, the demo runs
    /// on the loopback; step by step or with interventions, on our own TCP.
    case kernel
    /// On this machine's loopback.
    case loopback
    /// On our own TCP.
    case stack

    /// Determines whether this process has the rights that the place needs, and where the demo therefore runs.
    func findPrivilege() throws -> Privilege {
        switch self {
        case .kernel: try Privilege.find(for: .namespaces)
        case .loopback: try Privilege.find(for: .capture)
        case .stack: .here
        }
    }
}

/// The demo's experiment, wherever it takes place.
struct DemoExperiment {
    enum Record {
        case kernel(Experiment.Record)
        case stack(StackExperiment.Record)
    }

    let port: UInt16
    let furtherConnections: Int
    let plan: WirePlan

    func run(_ place: DemoPlace) async throws -> Record {
        switch place {
        case .stack: return .stack(try onStack())
        case .loopback: return .kernel(try await onLoopback())
        case .kernel:
            do {
                return .kernel(try Self.untilInterrupted { try onWire($0) })
            } catch let refused as NoWire {
                // Interventions need a wire, real or virtual; the loopback carries out none.
                guard plan.isEmpty else { return .stack(try onStack(instead: refused)) }
                var record = try await onLoopback()
                record.refusals = refused.refusals
                return .kernel(record)
            }
        }
    }

    /// Runs the experiment for a session that goes through it step by step.
    ///
    /// - Parameters:
    ///   - plan: the interventions, which replace this experiment's own plan.
    ///   - isCancelled: returns `true` when the run is to be abandoned.
    func stepped(_ place: DemoPlace, _ plan: WirePlan, _ isCancelled: @escaping () -> Bool) throws -> Experiment.Record
    {
        let changed = DemoExperiment(port: port, furtherConnections: 0, plan: plan)
        guard place == .kernel else { return Experiment.Record(try changed.onStack()) }
        do {
            return try changed.onWire(isCancelled)
        } catch let refused as NoWire {
            return Experiment.Record(try changed.onStack(instead: refused))
        }
    }

    private func onLoopback() async throws -> Experiment.Record {
        var options = Experiment.Options()
        options.port = port
        options.furtherConnections = furtherConnections
        do {
            return try await Experiment(options).run()
        } catch {
            throw Failure(error, port: port)
        }
    }

    /// Runs the experiment on our own TCP.
    ///
    /// - Parameter refused: why no wire between two ends of the kernel could be made; `nil` where none was tried.
    func onStack(instead refused: NoWire? = nil) throws -> StackExperiment.Record {
        guard !plan.interventions.contains(where: { $0.action == .holdBehindNext }) else { throw Self.noNext }
        var options = StackExperiment.Options()
        options.port = port
        options.furtherConnections = furtherConnections
        options.plan = plan
        guard var record = StackExperiment(options).run() else {
            throw Failure(
                .unsupported,
                Text(en: "our own TCP could not begin the connection", zh: "内置协议栈未能发起连接"),
                next: [Text(en: "on this kernel:  tcplens demo", zh: "在本机内核上：  tcplens demo")])
        }
        record.refusals = refused?.refusals ?? []
        return record
    }

    private static let noNext = Failure(
        .unsupported,
        Text(
            en: "our own TCP's wire holds a segment for a time, not behind the next",
            zh: "内置协议栈的网线可以把报文段扣住一段时间，但不能扣到下一个报文段之后"),
        next: [
            Text(
                en: "for a time:  tcplens demo --on stack --do 'hold C:ACK#1 100ms'",
                zh: "扣住一段时间：  tcplens demo --on stack --do 'hold C:ACK#1 100ms'")
        ])

    /// Runs `body`, which must return or throw soon after the function that it receives returns `true`: a signal such
    /// as Ctrl-C was received. The command then ends as interrupted.
    static func untilInterrupted<Value>(_ body: (@escaping () -> Bool) throws -> Value) throws -> Value {
        let ending = StepSession.Ending()
        let interrupts = Interrupts { ending.set() }
        defer { withExtendedLifetime(interrupts) {} }
        do {
            let value = try body { ending.isSet }
            if ending.isSet { throw ExitStatus.interrupted }
            return value
        } catch is ExperimentCancelled {
            throw ExitStatus.interrupted
        }
    }

    private func onWire(_ isCancelled: @escaping () -> Bool) throws -> Experiment.Record {
        #if os(Linux)
            var options = WireExperiment.Options()
            options.port = port
            options.furtherConnections = furtherConnections
            options.plan = plan
            options.isCancelled = isCancelled
            return try WireExperiment(options).run()
        #else
            throw NoWire(WireKind.allCases.map { WireRefusal($0, SystemError(call: "unshare", code: 78)) })
        #endif
    }

    /// The plan that `--lose` and `--do` describe; throws where `--do` cannot be understood.
    static func plan(lose: [Int], words: [String]) throws -> WirePlan {
        var plan = WirePlan.losing(lose)
        for word in words where !plan.add(word) {
            throw ValidationError(
                Text(
                    en:
                        "--do '\(word)': takes 'drop SEGMENT', 'duplicate SEGMENT', 'hold SEGMENT 3s', 'hold SEGMENT behind next' or 'wait C 2s'; a segment is #4, or S:SYN,ACK#1 for the server's first SYN,ACK; at most 60 s",
                    zh:
                        "--do '\(word)'：可写 'drop 报文段'、'duplicate 报文段'、'hold 报文段 3s'、'hold 报文段 behind next' 或 'wait C 2s'；报文段写成 #4，或 S:SYN,ACK#1（服务端的第一个 SYN,ACK）；最长 60 秒"
                ).spoken)
        }
        return plan
    }
}
