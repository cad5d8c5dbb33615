import PacketScript
import TCPWire

/// A host that makes something of everything it is asked: descriptors count up, calls return what the fuzzer left in its
/// input, and each packet that comes in goes out again with its ends exchanged.
private final class Echo: ScriptHost {
    private(set) var now: Int64 = 0
    private var packets: [ScriptPacket] = []
    private var result: ScriptResult?
    private var next: Int32 = 3

    func start(_ call: ScriptCall) throws(ScriptHostError) {
        switch call {
        case .socket, .accept:
            result = ScriptResult(Int64(next), at: now)
            next += 1
        case .receive(_, let count, _, _):
            result = ScriptResult(Int64(count), at: now)
            result?.octets = [UInt8](repeating: 0, count: count)
        case .send(_, let octets, _, _): result = ScriptResult(Int64(octets.count), at: now)
        case .setOption(_, _, let value):
            if case .text = value { throw .unsupported("text") }
            result = ScriptResult(0, at: now)
        case .getOption:
            result = ScriptResult(0, at: now)
            result?.option = .integer(1)
        case .poll: result = nil
        default: result = ScriptResult(0, at: now)
        }
    }

    func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult? {
        defer { result = nil }
        if result == nil { now = max(now, deadline) }
        return result
    }

    func inject(_ packet: [UInt8]) throws(ScriptHostError) {
        guard packet.count >= 24, packet[0] >> 4 == 4 else { return }
        var answer = packet
        for index in 0..<4 { answer.swapAt(12 + index, 16 + index) }
        answer.swapAt(20, 22)
        answer.swapAt(21, 23)
        packets.append(ScriptPacket(time: now, octets: answer))
        if packets.count > 1000 { packets.removeFirst() }
    }

    func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket? {
        guard packets.isEmpty else { return packets.removeFirst() }
        now = max(now, deadline)
        return nil
    }

    func wait(until deadline: Int64) throws(ScriptHostError) { now = max(now, deadline) }

    func information(of descriptor: Int32) -> [String: Int64] { ["tcpi_state": 1, "tcpi_snd_cwnd": .min] }

    func set(_ name: String, to value: String) throws(ScriptHostError) {
        if name.hasSuffix("_sack") { throw .unknownSetting(name) }
    }
}

/// Reads the input as a script, and runs what is one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    do throws(ScriptError) {
        let script = try PacketScript(input)
        var runner = ScriptRunner(script, on: Echo())
        let report = runner.run()
        precondition(report.duration >= 0)
        precondition(report.hasPassed == (report.failure == nil))
    } catch {
        precondition(error.line >= 1 && error.column >= 1)
    }
    return 0
}
