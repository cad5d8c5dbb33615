import TCPWire

/// Runs a script on a host and compares what happens with what the script says.
///
/// Relative times count from when the previous event really happened, so a host that is once a little late does not
/// count as late for all that follows. A time may be off by the tolerance in either direction, or by an eighth of the
/// interval where that is more, as with packetdrill. Packets are compared in the order in which they were sent; what
/// the host sends after the script's last event does not matter.
public struct ScriptRunner {
    /// packetdrill's own tolerance in nanoseconds, for hosts that run in real time.
    public static let usualTolerance: Int64 = 4_000_000
    /// How long the runner goes on waiting after something should have happened, in nanoseconds, so that a report can
    /// say how late it was.
    static let patience: Int64 = 1_000_000_000
    /// How long `*` waits for a packet, in nanoseconds.
    static let longestSilence: Int64 = 10_000_000_000

    let script: PacketScript
    let host: any ScriptHost
    let tolerance: Int64
    var report = ScriptReport()
    var start: Int64 = 0
    /// When the previous event had happened; the next one's time counts from this.
    var previous: Int64 = 0
    /// When the previous event began. What it causes cannot come before this, but may come before it has ended.
    var previousStart: Int64 = 0
    var connections: [ScriptConnection] = []
    /// The index of the connection that packets without ports belong to.
    var current: Int?
    /// Whether `listen` was called after the current connection began, so that the next SYN is for the new listener.
    var hasNewListener = false
    /// The port of the last `bind`.
    var listeningPort: UInt16
    /// The host's descriptors, by the script's.
    var descriptors: [Int32: Int32] = [:]
    /// The script's descriptor of the current connection.
    var subject: Int32?
    /// The script's descriptors that have begun to connect.
    var connecting: Set<Int32> = []
    var pending: PendingCall?
    /// The smallest MSS that the script has set by TCP_MAXSEG.
    var leastSegment: Int?

    /// A call in progress that the script expects to block.
    struct PendingCall {
        var event: ScriptEvent
        var plan: CallPlan
        /// When it must return, by the host's clock, and by how much that may be off.
        var end: Int64
        var tolerance: Int64
    }

    /// Why the run ends at a step.
    struct Stop: Error {
        var reason: ScriptFailure.Reason
        /// The event that failed, where that is not the current one.
        var event: ScriptEvent?

        init(_ reason: ScriptFailure.Reason, _ event: ScriptEvent? = nil) {
            self.reason = reason
            self.event = event
        }
    }

    /// - Parameter tolerance: by how many nanoseconds times may be off, where the script does not say.
    public init(_ script: PacketScript, on host: any ScriptHost, tolerance: Int64 = usualTolerance) {
        self.script = script
        self.host = host
        self.tolerance = script.tolerance ?? tolerance
        listeningPort = script.network.bindPort
    }

    /// Runs the script to its end or its first failure.
    public mutating func run() -> ScriptReport {
        start = host.now
        (previous, previousStart) = (start, start)
        var last = ScriptEvent(line: 1, text: "", moment: .now, action: .settings([]))
        do throws(Stop) {
            for event in script.events {
                last = event
                try step(event)
            }
            try collect()
        } catch {
            let event = error.event ?? last
            report.failure = ScriptFailure(
                line: event.line, text: event.text, time: host.now &- start, reason: error.reason)
            showRest()
        }
        report.duration = host.now &- start
        return report
    }

    private mutating func step(_ event: ScriptEvent) throws(Stop) {
        switch event.action {
        case .expect(let pattern):
            try expect(pattern, event)
        case .inject(let pattern):
            try wait(for: event)
            try inject(pattern, event)
        case .injectICMP(let pattern):
            try wait(for: event)
            try inject(pattern, event)
        case .call(let plan):
            try collect()
            try wait(for: event)
            try call(plan, event)
        case .settings(let settings):
            try wait(for: event)
            for setting in settings { try apply(setting, event) }
        case .check(let assertions):
            try wait(for: event)
            try look()
            for assertion in assertions { try check(assertion, event) }
        }
    }

    /// By how much a time may be off, given its distance from the event before it.
    func tolerance(after interval: Int64) -> Int64 {
        max(tolerance, max(0, interval) / 1000 * script.toleranceShare)
    }

    /// The time, by the host's clock, at which an event may happen at the earliest.
    func earliest(_ moment: ScriptMoment) -> Int64 {
        switch moment.base {
        case .start: start &+ moment.earliest
        case .previous: previous &+ moment.earliest
        case .anything: previous
        }
    }

    private mutating func wait(for event: ScriptEvent) throws(Stop) {
        let target = earliest(event.moment)
        try onHost { host throws(ScriptHostError) in try host.wait(until: target) }
        // A host that is a little late acts now on what was due before.
        previous = max(target, host.now)
        previousStart = previous
    }

    /// Calls the host; an error that it throws ends the script.
    func onHost<Value>(_ body: (any ScriptHost) throws(ScriptHostError) -> Value) throws(Stop) -> Value {
        do throws(ScriptHostError) {
            return try body(host)
        } catch {
            throw Stop(.host(error))
        }
    }

    mutating func note(_ kind: ScriptStep.Kind, _ text: String, line: Int?, at time: Int64? = nil) {
        report.steps.append(ScriptStep(time: (time ?? host.now) &- start, line: line, kind: kind, text: text))
    }

    mutating func notePacket(_ octets: [UInt8], at time: Int64) {
        report.packets.append(ScriptReport.Packet(time: time &- start, octets: octets))
    }

    private mutating func apply(_ setting: ScriptEvent.Setting, _ event: ScriptEvent) throws(Stop) {
        do throws(ScriptHostError) {
            try host.set(setting.name, to: setting.value)
        } catch {
            switch error {
            case .unknownSetting, .badSetting:
                if setting.isOptional { return note(.left, "\(setting.name)=\(setting.value)", line: event.line) }
            case .unsupported, .system: break
            }
            throw Stop(.host(error))
        }
        if !setting.isOptional { note(.setting, "\(setting.name)=\(setting.value)", line: event.line) }
    }

    private mutating func check(_ assertion: Assertion, _ event: ScriptEvent) throws(Stop) {
        let information = subject.flatMap { descriptors[$0] }.map { host.information(of: $0) } ?? [:]
        do throws(Assertion.Problem) {
            guard try assertion.holds(information) else {
                let fields = assertion.fields.map {
                    ScriptFailure.Field(name: $0, value: information[$0] ?? 0)
                }
                throw Assertion.Problem.false(fields)
            }
            note(.assertion, assertion.text, line: event.line)
        } catch {
            switch error {
            case .missing(let name): throw Stop(.unknownField(name))
            case .divisionByZero: throw Stop(.divisionByZero(assertion.text))
            case .false(let fields): throw Stop(.assertion(assertion.text, fields))
            }
        }
    }
}
