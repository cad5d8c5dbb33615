import CaptureFile
import FlatMemory
import TCPWire
import Testing
import Tracking

@testable import Passes

/// What is live: connections end by the clock where nothing comes, by their packets' times where something does.
@Suite struct LiveReadingTests {
    /// What a source does, one after the other. Times of packets in milliseconds of the capture's clock, silences in
    /// milliseconds of the reader's.
    enum Event {
        case packet(at: Int64, [UInt8])
        case silence(Int64)
    }

    /// The reader's clock, in milliseconds.
    final class Clock {
        var now: Int64 = 5_000_000
    }

    struct Source: PacketSource {
        var events: [Event]
        let clock: Clock
        var number = 0

        mutating func give(to analysis: inout CaptureAnalysis, waiting milliseconds: Int32) throws -> PacketArrival {
            guard let event = events.first else { return .ended }
            switch event {
            case .packet(let time, let frame):
                events.removeFirst()
                number += 1
                analysis.take(
                    frame.octets, number: number, at: Timestamp(nanoseconds: time * 1_000_000), link: .ethernet)
                return .packets
            case .silence(let left):
                let waited = min(left, Int64(milliseconds))
                clock.now += waited
                events[0] = .silence(left - waited)
                if left == waited { events.removeFirst() }
                return .nothing
            }
        }
    }

    private static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 80)

    private static func ends(_ port: UInt16) -> (up: SegmentBuilder, down: SegmentBuilder) {
        let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: port)
        return (SegmentBuilder(from: client, to: server), SegmentBuilder(from: server, to: client))
    }

    /// A handshake, a millisecond a segment.
    private static func opened(_ port: UInt16, at time: Int64) -> [Event] {
        let (up, down) = ends(port)
        return [
            .packet(at: time, up.syn(sequence: 100).ethernetFrame()),
            .packet(at: time + 1, down.synAck(sequence: 300, acknowledgment: 101).ethernetFrame()),
            .packet(at: time + 2, up.ack(sequence: 101, acknowledgment: 301).ethernetFrame()),
        ]
    }

    /// Both FINs, and their ACKs.
    private static func closed(_ port: UInt16, at time: Int64) -> [Event] {
        let (up, down) = ends(port)
        return [
            .packet(at: time, up.fin(sequence: 101, acknowledgment: 301).ethernetFrame()),
            .packet(at: time + 1, down.fin(sequence: 301, acknowledgment: 102).ethernetFrame()),
            .packet(at: time + 2, up.ack(sequence: 102, acknowledgment: 302).ethernetFrame()),
        ]
    }

    /// What is told, and when by the reader's clock: `80000 closed 2/1 @600`. What is left at the end has no time.
    private static func told(_ events: [Event], idle: Int64 = 10_000, telling: Int64? = 500) throws -> [String] {
        let clock = Clock()
        let start = clock.now
        var source = Source(events: events, clock: clock)
        var analysis = CaptureAnalysis(
            eviction: Eviction(idle: idle * 1_000_000, telling: telling.map { $0 * 1_000_000 }))
        var rows: [String] = []
        func note(_ ended: [EndedConnection], _ time: String) {
            for one in ended {
                let record = one.record
                rows.append(
                    "\(one.serial + 1): \(record.clientEndpoint.port) \(record.outcome.ending.rawValue) "
                        + "\(record.client.segments)/\(record.server.segments)\(time)")
            }
        }
        try analysis.follow(
            &source, ticks: { clock.now * 1_000_000 },
            reporting: { analysis in note(analysis.takeEnded(), " @\(clock.now - start)") })
        analysis.endAll()
        note(analysis.takeEnded(), "")
        return rows
    }

    @Test func aConnectionIsToldHalfASecondAfterItsEndThoughNothingComes() throws {
        let rows = try Self.told(Self.opened(1000, at: 0) + Self.closed(1000, at: 10) + [.silence(20_000)])
        #expect(rows == ["1: 1000 closed 4/2 @500"])
    }

    @Test func whatIsIdleIsLetGoByTheClock() throws {
        let rows = try Self.told(Self.opened(1000, at: 0) + [.silence(20_000)])
        #expect(rows == ["1: 1000 open 2/1 @10100"])
    }

    @Test func whatIsOpenAtTheEndIsToldThen() throws {
        let rows = try Self.told(Self.opened(1000, at: 0) + [.silence(9000)])
        #expect(rows == ["1: 1000 open 2/1"])
    }

    /// The times of packets count where they come, however fast: nothing waits for the clock, and nothing is torn apart
    /// by it.
    @Test func whatCameLongAgoIsReadByItsOwnTimes() throws {
        let rows = try Self.told(
            Self.opened(1000, at: 0) + Self.opened(2000, at: 8000) + Self.closed(1000, at: 9000)
                + Self.opened(3000, at: 30_000) + Self.opened(4000, at: 30_100) + Self.closed(4000, at: 30_200))
        #expect(
            Set(rows)
                == ["1: 1000 closed 4/2 @0", "2: 2000 open 2/1 @0", "3: 3000 open 2/1", "4: 4000 closed 4/2"])
    }

    /// A slow pipe: silence is added to the last packet's time, and ends with the next.
    @Test func pausesBetweenPacketsAreNotAddedUp() throws {
        let rows = try Self.told(
            Self.opened(1000, at: 0) + [.silence(6000)] + Self.opened(2000, at: 20) + [.silence(6000)]
                + Self.closed(1000, at: 30) + [.silence(1000)])
        #expect(rows == ["1: 1000 closed 4/2 @12500", "2: 2000 open 2/1"])
    }

    @Test func packetsThatAreNoSegmentsDoNotHoldTheClock() throws {
        let other = Event.packet(at: 0, [UInt8](repeating: 0, count: 60))
        let rows = try Self.told(
            Self.opened(1000, at: 0) + (0..<30).flatMap { _ in [other, .silence(500)] })
        #expect(rows == ["1: 1000 open 2/1 @10100"])
    }

    /// The last ACK was lost: the FIN that is sent again is no connection of its own.
    @Test func whatIsSentAgainBehindTheEndIsTheSameConnection() throws {
        let again = Self.ends(1000).down.fin(sequence: 301, acknowledgment: 102).ethernetFrame()
        let rows = try Self.told(
            Self.opened(1000, at: 0) + Self.closed(1000, at: 10) + [.silence(700), .packet(at: 712, again)]
                + [.silence(20_000)])
        #expect(rows == ["1: 1000 closed 4/2 @500"])
    }

    /// An RST that its receiver did not take: the connection goes on, and its row comes once more with all of it.
    @Test func whatGoesOnBehindItsEndIsToldOnceMore() throws {
        let (up, down) = Self.ends(1000)
        let rows = try Self.told(
            Self.opened(1000, at: 0) + [.packet(at: 10, up.rst(sequence: 101).ethernetFrame()), .silence(700)]
                + [
                    .packet(
                        at: 712, up.data([1, 2, 3], sequence: 101, acknowledgment: 301).ethernetFrame()),
                    .packet(at: 713, down.ack(sequence: 301, acknowledgment: 104).ethernetFrame()),
                ] + [.silence(30_000)])
        #expect(rows.count == 2 && rows[0] == "1: 1000 reset 3/1 @500")
        #expect(rows.last?.hasPrefix("1: 1000 ") == true && rows.last?.contains(" 4/2 @") == true, "\(rows)")
    }

    @Test func aFileIsReadByItsTimesAlone() throws {
        let rows = try Self.told(
            Self.opened(1000, at: 0) + Self.closed(1000, at: 10) + [.silence(1000)], telling: nil)
        #expect(rows == ["1: 1000 closed 4/2"])
    }
}
