import Foundation

extension Run {
    /// Runs a shell script as root of a fresh network namespace with its loopback up. `$TCPLENS` is the binary, `$AS_USER`
    /// runs a command without any privilege, `$PUBLIC` is a copy of the binary that everybody may run, and `$SCRATCH` a folder
    /// that is gone afterwards.
    init(namespace script: String, environment: [String: String] = [:], seconds: Double = 60) async throws {
        var environment = environment
        environment["SCRIPT"] = script
        environment["AS_USER"] = "setpriv --reuid=65534 --regid=65534 --clear-groups"
        let folder = try ScratchFolder()
        environment["PUBLIC"] = folder.path("tcplens")
        environment["SCRATCH"] = folder.path
        try await self.init(
            shell: """
                cp "$TCPLENS" "$PUBLIC" && chmod a+rx "$(dirname "$PUBLIC")" "$PUBLIC" || exit 99
                exec unshare -n sh -c 'ip link set lo up && eval "$SCRIPT"'
                """, environment: environment, seconds: seconds)
    }

    /// Runs the copied binary as an ordinary user where the kernel refuses to make user namespaces: below a root directory
    /// that is not its mount namespace's (user_namespaces(7): EPERM).
    init(sandboxed arguments: [String], environment: [String: String] = [:]) async throws {
        let folder = try ScratchFolder()
        var environment = environment
        environment["ROOT"] = folder.path("root")
        environment["WORDS"] = arguments.joined(separator: " ")
        try await self.init(
            namespace: """
                mkdir "$ROOT" && export ROOT PUBLIC AS_USER WORDS
                exec unshare -m sh -c '
                    mount --make-rprivate / && mount --rbind / "$ROOT" && mount --make-rslave "$ROOT" || exit 98
                    chroot "$ROOT" $AS_USER "$PUBLIC" $WORDS'
                """, environment: environment)
    }
}

extension Needs {
    static let namespaces = root && tool("unshare") && tool("ip") && tool("setpriv")
}

/// A `tcplens` that runs until it is told to end.
final class RunningCommand: Sendable {
    let folder: ScratchFolder
    private let task: Task<Run, any Error>

    init(_ arguments: String, environment: [String: String] = [:]) throws {
        let folder = try ScratchFolder()
        let number = folder.path("number")
        self.folder = folder
        task = Task {
            try await Run(
                shell: "echo $$ > '\(number).new' && mv '\(number).new' '\(number)'; exec \"$TCPLENS\" \(arguments)",
                environment: environment)
        }
    }

    /// Ctrl-C.
    func interrupt() async throws {
        let number = folder.path("number")
        while !FileManager.default.fileExists(atPath: number) { try await Task.sleep(for: .milliseconds(5)) }
        let text = try String(contentsOfFile: number, encoding: .utf8)
        if let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) { kill(process, SIGINT) }
    }

    func ended() async throws -> Run { try await task.value }
}

/// A TCP client with blocking calls.
final class PlainClient {
    private let descriptor: Int32

    /// Connects to a loopback port, again until somebody listens there.
    init(port: UInt16) async throws {
        for _ in 0..<2000 {
            let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard made >= 0 else { throw LoopbackPair.Problem.call("socket", errno) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            address.sin_port = port.bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 {
                descriptor = made
                return
            }
            close(made)
            try await Task.sleep(for: .milliseconds(10))
        }
        throw LoopbackPair.Problem.call("connect", ECONNREFUSED)
    }

    func say(_ text: String) { _ = send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

    /// Ends its own side.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// All that comes until the other side's end.
    func hear() -> String {
        var heard: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: heard, as: UTF8.self) }
            heard += buffer[0..<count]
        }
    }

    /// Waits for this many bytes.
    func hear(bytes: Int) -> String {
        var buffer = [UInt8](repeating: 0, count: bytes)
        let count = recv(descriptor, &buffer, bytes, Int32(MSG_WAITALL))
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    deinit { close(descriptor) }
}

/// A loopback port that nobody listens on.
func freePort() throws -> UInt16 { try LoopbackPair(connections: 0).port }
