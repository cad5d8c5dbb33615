import Foundation

/// Runs a program in the calling thread's network namespace: its child starts in that of the thread that spawns it, and is
/// waited for here, not on a queue of Foundation's.
enum Tool {
    @discardableResult static func run(_ path: String, _ arguments: [String]) throws -> String {
        let output = FileManager.default.temporaryDirectory.appending(path: "tcplens-test-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.path(percentEncoded: false), O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process: pid_t = 0
        let error = posix_spawn(&process, path, &actions, nil, words, environ)
        guard error == 0 else { throw TestSocket.Failure.call("posix_spawn", error) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw TestSocket.Failure.call("\(path) \(arguments)", status >> 8) }
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}
