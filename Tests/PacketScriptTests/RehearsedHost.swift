import FlatMemory
import PacketScript
import TCPWire

/// A host that does what the test has written down: which packet goes out after which injected one, and what calls return.
/// Its time is virtual.
final class RehearsedHost: ScriptHost {
    private(set) var now: Int64 = 1_000_000
    /// What was injected.
    private(set) var injected: [SegmentHeader] = []
    private(set) var calls: [ScriptCall] = []
    private(set) var settings: [String: String] = [:]
    /// Packets that are on their way out, in order of time.
    private var outgoing: [ScriptPacket] = []
    private var pending: ScriptResult?
    private var descriptors: Int32 = 100

    /// What goes out, and after how many milliseconds, once a packet came in; by the count of those before it.
    var answers: [Int: [(milliseconds: Int64, packet: (SegmentHeader) -> SegmentBuilder)]] = [:]
    /// What calls return that are not in the usual way successful, by their count; and after how many milliseconds.
    var results: [Int: (milliseconds: Int64, result: ScriptResult)] = [:]
    var information: [String: Int64] = [:]
    var unknownSettings: Set<String> = []
    /// What it fails with where it is asked for a packet and none is on its way.
    var fault: ScriptHostError?

    /// The host's ISN, so that tests see that numbers are relative.
    static let isn: UInt32 = 0xffff_fff0

    func start(_ call: ScriptCall) throws(ScriptHostError) {
        let count = calls.count
        calls.append(call)
        if let (milliseconds, result) = results[count] {
            pending = result
            pending?.time = now + milliseconds * 1_000_000
            return
        }
        switch call {
        case .socket, .accept:
            descriptors += 1
            pending = ScriptResult(Int64(descriptors), at: now)
        case .send(_, let octets, _, _): pending = ScriptResult(Int64(octets.count), at: now)
        case .statusFlags: pending = ScriptResult(2, at: now)
        case .receive: pending = ScriptResult(failed: 11, at: now)
        default: pending = ScriptResult(0, at: now)
        }
    }

    func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult? {
        guard let result = pending, result.time <= max(deadline, now) else {
            now = max(now, deadline)
            return nil
        }
        now = max(now, result.time)
        pending = nil
        return result
    }

    func inject(_ packet: [UInt8]) throws(ScriptHostError) {
        var header = SegmentHeader()
        let verdict = PacketDecoder.decode(
            packet.octets, link: .raw, originalLength: packet.count, into: &header)
        guard verdict == .segment else { return }
        let count = injected.count
        injected.append(header)
        for (milliseconds, packet) in answers[count] ?? [] {
            send(packet(header), after: milliseconds)
        }
    }

    func send(_ builder: SegmentBuilder, after milliseconds: Int64 = 0) {
        outgoing.append(ScriptPacket(time: now + milliseconds * 1_000_000, octets: builder.ipPacket()))
    }

    func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket? {
        guard let first = outgoing.first, first.time <= max(deadline, now) else {
            if let fault { throw fault }
            now = max(now, deadline)
            return nil
        }
        now = max(now, first.time)
        return outgoing.removeFirst()
    }

    func wait(until deadline: Int64) throws(ScriptHostError) { now = max(now, deadline) }

    func information(of descriptor: Int32) -> [String: Int64] { information }

    func set(_ name: String, to value: String) throws(ScriptHostError) {
        guard !unknownSettings.contains(name) else { throw .unknownSetting(name) }
        settings[name] = value
    }
}

extension SegmentHeader {
    /// The beginning of an answer to this segment.
    var answer: SegmentBuilder { SegmentBuilder(from: destinationEndpoint, to: sourceEndpoint) }

    /// The SYN-ACK that answers it.
    func synAck(_ options: TCPOption...) -> SegmentBuilder {
        answer.synAck(sequence: RehearsedHost.isn, acknowledgment: sequence &+ 1, options: options)
    }
}

extension PacketScript {
    /// A script from its text.
    init(_ text: String) throws { try self.init(Array(text.utf8)) }
}

/// Runs a script on a rehearsed host, exact in time.
func run(_ text: String, on host: RehearsedHost = RehearsedHost()) throws -> ScriptReport {
    var runner = ScriptRunner(try PacketScript(text), on: host, tolerance: 0)
    return runner.run()
}
