import ArgumentParser
import Lab
import LinuxKernel
import Narration

/// The experiment on this machine's kernel: on the loopback, or on a wire between two namespaces.
struct KernelDemo {
    let port: UInt16
    let furtherConnections: Int
    let isWired: Bool
    let plan: WirePlan
    /// Whether nobody wants it any more.
    var isCancelled: () -> Bool = { false }

    func run() async throws -> Experiment.Record {
        if isWired || !plan.isEmpty { return try runOnWire() }
        var options = Experiment.Options()
        options.port = port
        options.furtherConnections = furtherConnections
        do {
            return try await Experiment(options).run()
        } catch {
            throw Failure(error, port: port)
        }
    }

    func runOnWire() throws -> Experiment.Record {
        #if os(Linux)
            do {
                var options = WireExperiment.Options()
                options.port = port
                options.furtherConnections = furtherConnections
                options.plan = plan
                options.isCancelled = isCancelled
                return try WireExperiment(options).run()
            } catch let error as SystemError {
                throw Self.noWire(error)
            } catch let error as SocketTableError {
                throw Failure(error)
            }
        #else
            throw Self.noWire(SystemError(call: "unshare", code: 78))
        #endif
    }

    /// Whether this process may make namespaces of its own.
    static var mayMakeNamespaces: Bool {
        #if os(Linux)
            (try? NetworkNamespace()) != nil
        #else
            false
        #endif
    }

    private static func noWire(_ problem: SystemError) -> Failure {
        Failure(
            [1, 13].contains(problem.code) ? .notPermitted : .unsupported,
            Text(
                en: "no wire between two kernels can be had here: \(problem.call): \(problem.message)",
                zh: "这里搭不起两个内核之间的网线：\(problem.call)：\(problem.chineseMessage)"),
            next: [
                Text(
                    en: "as root, or where everybody may open /dev/net/tun:  sudo tcplens demo …",
                    zh: "用 root，或在人人可以打开 /dev/net/tun 的机器上：  sudo tcplens demo …"),
                Text(
                    en: "or on our own TCP:  tcplens demo --on stack --lose 4",
                    zh: "或在内置协议栈上：  tcplens demo --on stack --lose 4"),
            ])
    }

    /// What `--lose` and `--do` ask for.
    static func plan(lose: [Int], words: [String]) throws -> WirePlan {
        var plan = WirePlan()
        plan.interventions = lose.map { Intervention(.drop, .number($0)) }
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
