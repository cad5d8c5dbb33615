import Foundation
import Testing

/// How the tests run programs.
@Suite struct RunTests {
    // Whatever goes on keeps Foundation waiting for it.
    @Test("what does not end in time is killed, with all that it started", .timeLimit(.minutes(1)))
    func late() async throws {
        let folder = try ScratchFolder()
        let number = folder.path("number")
        await #expect(throws: Run.Problem.self) {
            try await Run(shell: "sleep 600 & echo $! >'\(number)'; wait", seconds: 1)
        }
        let text = try String(contentsOfFile: number, encoding: .utf8)
        let child = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        for _ in 0..<2000 where Self.runs(child) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!Self.runs(child))
    }

    /// Whether it is there, and not only still to be taken note of by its parent.
    private static func runs(_ process: pid_t) -> Bool {
        guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return !line.contains(") Z ")
    }
}
