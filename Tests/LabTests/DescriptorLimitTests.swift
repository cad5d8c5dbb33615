import Foundation
import Lab
import LinuxKernel
import TCPWire
import Testing

/// A server that has no descriptor left for the next client. The limit holds for a whole process, so the test proper runs
/// in one of its own.
@Suite struct DescriptorLimitTests {
    private static let role = "TCPLENS_TEST_FEW_DESCRIPTORS"
    private static let isLimitedRun = ProcessInfo.processInfo.environment[role] != nil

    @Test(.enabled(if: !isLimitedRun, "is what the outer run does"))
    func aServerOutlivesALackOfDescriptors() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(CommandLine.arguments.first))
        process.arguments = ["--testing-library", "swift-testing", "--filter", "DescriptorLimitTests/insideTheLimit"]
        let witness = FileManager.default.temporaryDirectory.appendingPathComponent("tcplens-limit-\(getpid())")
        process.environment = ProcessInfo.processInfo.environment.merging([Self.role: witness.path]) { $1 }
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        defer { try? FileManager.default.removeItem(at: witness) }
        #expect(process.terminationStatus == 0)
        #expect(try Data(contentsOf: witness) == Data("served".utf8))
    }

    @Test("the half of the test above that runs in its own process; elsewhere there is nothing to test")
    func insideTheLimit() async throws {
        guard Self.isLimitedRun else { return }
        let server = try GreetingServer(GreetingServer.Options(address: IPAddress(ipv4: 0x7f00_0001), port: 0))
        // They connect to the queue; nobody accepts yet, so that the descriptors left below are all the server's.
        var clients = (0..<35).map { _ in connected(to: server.endpoint.port) }
        #expect(clients.allSatisfy { $0 >= 0 })
        let highest = rlim_t(try #require(clients.max()))
        var limit = rlimit(rlim_cur: highest + 10, rlim_max: highest + 10)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        async let summary = server.run()
        let starved = await server.events.first {
            if case .failed(nil, let error) = $0.kind { return error.code == EMFILE }
            return false
        }
        #expect(starved != nil)
        // Those that were accepted are served and go; the others follow.
        for client in clients { _ = send(client, "hello", 5, Int32(MSG_NOSIGNAL)) }
        while let client = clients.popLast() { close(client) }
        let last = connected(to: server.endpoint.port)
        _ = send(last, "hello", 5, Int32(MSG_NOSIGNAL))
        let answer = await Task.detached {
            var buffer = [UInt8](repeating: 0, count: 64)
            return recv(last, &buffer, buffer.count, 0)
        }.value
        #expect(answer == 18)
        close(last)
        server.stop()
        #expect(await summary.clients == 36)
        let witness = try #require(ProcessInfo.processInfo.environment[Self.role])
        try Data("served".utf8).write(to: URL(fileURLWithPath: witness))
    }

    private func connected(to port: UInt16) -> Int32 {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(made, $0, 16) }
        }
        return result == 0 ? made : -1
    }
}
