import Stories
import TCPState
import TCPWire
import Testing
import Tracking

@testable import Lab

/// The experiment on our own TCP with a plan: what the kernels' wire can do, the virtual network's can.
@Suite("a plan on our own TCP")
struct StackPlanTests {
    private func run(_ words: String...) throws -> StackExperiment.Record {
        var options = StackExperiment.Options()
        for word in words {
            let isTaken = options.plan.add(word)
            #expect(isTaken, "\(word)")
        }
        return try #require(StackExperiment(options).run())
    }

    /// `C SYN`, `S SYN,ACK x`: who sent what, and whether it was lost.
    private func transcript(_ record: StackExperiment.Record) -> [String] {
        record.story.steps.map { step in
            "\(step.sender == .client ? "C" : "S") \(step.segment.header.flags)"
                + (step.account?.fate == .lost(.link) ? " x" : "")
        }
    }

    @Test func theThirdSegmentIsLostAndDataSavesTheHandshake() throws {
        let record = try run("drop C:ACK#1")
        #expect(transcript(record).prefix(5) == ["C SYN", "S SYN,ACK", "C ACK x", "C PSH,ACK", "S ACK"])
        #expect(record.story.steps[3].server.state == .established && record.unmatched.isEmpty)
    }

    @Test func theThirdSegmentIsLostAndTheClientKeepsSilent() throws {
        let record = try run("drop C:ACK#1", "wait C 2s")
        #expect(
            transcript(record).prefix(6) == ["C SYN", "S SYN,ACK", "C ACK x", "S SYN,ACK", "C ACK", "C PSH,ACK"])
        #expect(record.story.steps[3].original == 2)
    }

    @Test func whatIsDoubledArrivesTwice() throws {
        let record = try run("duplicate C:PSH,ACK#1")
        let data = record.story.steps.filter { $0.segment.header.payloadLength == 16 }
        #expect(data.map(\.fate) == [.arrived, .useless])
        let lost = try run("duplicate C:PSH,ACK#1", "drop #5")
        #expect(lost.story.steps.filter { $0.segment.header.payloadLength == 16 }.map(\.fate) == [.arrived, .lost])
    }

    @Test func whatIsHeldIsOvertaken() throws {
        let steps = try run("hold C:ACK#1 100ms").story.steps
        #expect(try #require(steps[2].account?.fate.arrival) > #require(steps[3].account?.fate.arrival))
        #expect(steps[3].server.state == .established)
    }

    @Test func whatIsAskedOfASegmentThatNeverWasIsTold() throws {
        #expect(try run("drop #99", "drop S:RST#1", "duplicate #4").unmatched.map(\.segment) == ["#99", "S:RST#1"])
    }
}
