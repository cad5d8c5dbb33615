import Foundation
import LinuxKernel
import Stories
import TCPState
import TCPWire
import Testing
import Tracking

@testable import Lab

/// The experiment without its pages.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ExperimentTests {
    private func run(_ change: (inout Experiment.Options) -> Void = { _ in }) async throws -> Experiment.Record {
        var options = Experiment.Options()
        change(&options)
        return try await Experiment(options).run()
    }

    private func states(_ record: Experiment.Record, of party: Party) -> [State] {
        record.observations.filter { $0.party == party }.map(\.state)
    }

    @Test(.enabled(if: Requirements.isRoot, "captures on the loopback: needs root"))
    func everyPacketIsThere() async throws {
        let record = try await run()
        let story = try #require(record.story)
        #expect(record.droppedByKernel == 0)
        #expect(story.steps.count == 11)
        #expect(story.record.client.initialSequence != story.record.server.initialSequence)
        #expect(record.furtherInitialNumbers.isEmpty)
    }

    @Test(.enabled(if: Requirements.isRoot, "captures on the loopback: needs root"))
    func furtherConnectionsShowOtherNumbers() async throws {
        let record = try await run { $0.furtherConnections = 3 }
        let first = try #require(record.story).record.client.initialSequence.rawValue
        #expect(record.furtherInitialNumbers.count == 3)
        #expect(Set(record.furtherInitialNumbers + [first]).count == 4)
        // The tables are of the first connection only.
        #expect(record.tables.allSatisfy { table in table.sockets.count <= 3 })
    }

    @Test func statesAndTablesComeFromTheKernel() async throws {
        let record = try await run()
        #expect(record.tables.map(\.moment) == [.listening, .established, .closed])
        #expect(
            record.tables.map { $0.sockets.map(\.state).sorted { $0.name < $1.name } } == [
                [.listen], [.established, .established, .listen], [.listen, .timeWait],
            ])
        let server = states(record, of: .server)
        #expect(Set([.listen, .established, .timeWait]).isSubset(of: Set(server)))
        #expect(server.first == .listen && server.last == .timeWait)
        #expect(states(record, of: .client).first == .established)
        #expect(record.dial.answer == GreetingServer.greeting)
    }

    @Test func aCaptureThatCannotBeMadeLeavesTheRest() async throws {
        let record = try await run { $0.interface = "no-such-interface" }
        #expect(record.story == nil && record.droppedByKernel == nil)
        #expect(record.furtherInitialNumbers.isEmpty)
        #expect(record.tables.count == 3)
    }

    @Test func aTakenPortIsPassedOver() async throws {
        let holder = try GreetingServer(
            GreetingServer.Options(address: IPAddress(ipv4: 0x7f00_0001), port: 0))
        let record = try await run { $0.port = holder.endpoint.port }
        #expect(record.takenPort == holder.endpoint.port)
        #expect(record.server.port > holder.endpoint.port)
        withExtendedLifetime(holder) {}
    }
}
