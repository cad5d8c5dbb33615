import CaptureFile
import Documents
import Foundation
import Measures
import Passes
import Queries
import Settling
import Stories
import TCPState
import TCPWire
import Tracking

extension ConnectionStory.Step {
    /// It may not have done what the first pass took it to do, as what comes later shows: it was not taken or lost, it is an RST or
    /// a FIN, or its SYN was sent again.
    fileprivate var isOpenToHindsight: Bool {
        let flags = segment.header.flags
        return fate != .arrived || !flags.isDisjoint(with: [.rst, .fin]) || isRepetition && flags.contains(.syn)
    }
}

/// Whether all that tells of a connection tells the same: the list, `--long`, filters, conn.log, the ladder and its labels.
package struct Agreement {
    /// How many numbers were compared.
    package private(set) var compared = 0
    /// Where two of them differ, in words.
    package private(set) var differences: [String] = []
    /// States and outcomes that the ladder settles otherwise by hindsight, which the first pass has not: an RST that nobody
    /// took, a FIN that was lost.
    package private(set) var hindsight = 0
    /// Connections of which nothing had to be judged.
    package private(set) var plain = 0

    private var place = ""

    package init() {}

    /// Compares everything about a capture.
    ///
    /// - Parameter name: stands before each difference.
    package mutating func check(_ bytes: [UInt8], name: String) throws {
        var reader = try CaptureReader(bytes: bytes)
        var list = CaptureAnalysis()
        try list.read(&reader)
        try list.settle(from: reader)
        var measuredReader = try CaptureReader(bytes: bytes)
        var long = CaptureAnalysis(measuring: true)
        try long.read(&measuredReader)
        try long.settle(from: measuredReader)
        var keptReader = try CaptureReader(bytes: bytes)
        var kept = CaptureAnalysis(keeping: .all(limit: .max))
        try kept.read(&keptReader)
        kept.settle()
        place = name
        expect("connections", list.count, long.count, kept.count)
        guard list.count == long.count, list.count == kept.count else { return }
        var log = ZeekLog(isJSON: true)
        for index in 0..<list.count {
            place = "\(name) connection \(index + 1)"
            let record = list[index]
            guard let measures = long.measures(of: index) else {
                differences.append("\(place): not measured")
                continue
            }
            try check(record, measures, long[index], number: index + 1)
            try check(record, String(decoding: log.line(record, measures), as: UTF8.self))
            if let stored = kept.stored(index + 1), let story = ConnectionStory(stored) {
                check(record, story)
                checkReplay(record, stored)
                try checkDocuments(record, story, number: index + 1)
            } else {
                differences.append("\(place): no story")
            }
        }
    }

    private mutating func expect<Value: Equatable>(_ what: String, _ values: Value...) {
        compared += 1
        guard values.dropFirst().contains(where: { $0 != values[0] }) else { return }
        differences.append("\(place): \(what) is \(values.map { "\($0)" }.joined(separator: ", "))")
    }

    // MARK: --long, the list's document, filters

    private mutating func check(
        _ record: ConnectionRecord, _ measures: ConnectionMeasures, _ measured: ConnectionRecord, number: Int
    ) throws {
        expect("the record's octets", octets(of: record), octets(of: measured))
        let document = try JSONSerialization.jsonObject(
            with: Data(JSONDocument.line(ConnectionFacts(record, number: number, measures: measures)).utf8))
        let facts = document as? [String: Any] ?? [:]
        let inMeasures = facts["measures"] as? [String: Any] ?? [:]
        for (party, key) in [(Party.client, "fromClient"), (.server, "fromServer")] {
            let direction = facts[key] as? [String: Any] ?? [:]
            let long = inMeasures[party.rawValue] as? [String: Any] ?? [:]
            let trips = long["roundTrip"] as? [String: Any]
            let half = party == .client ? record.client : record.server
            // Of a connection of a socket with itself, all is the client's.
            if record.isReflexive, party == .server { continue }
            let rows: [(String, UInt64, String, String, String)] = [
                ("segments", UInt64(half.segments), "segments", "segments", "segments"),
                ("octets", half.streamBytes, "bytes", "bytes", "bytes"),
                (
                    "retransmitted", UInt64(half.retransmittedSegments), "retransmitted", "retransmittedSegments",
                    "retransmitted"
                ),
                ("out of order", UInt64(half.outOfOrderSegments), "outOfOrder", "outOfOrder", "outoforder"),
                (
                    "duplicate ACKs", UInt64(half.duplicateAcknowledgments), "duplicateAcks", "duplicateAcks",
                    "dupacks"
                ),
                ("zero windows", UInt64(half.zeroWindows), "zeroWindows", "zeroWindows", "zerowindows"),
            ]
            for (name, value, inList, inLong, inFilter) in rows {
                let name = "\(party.rawValue)'s \(name)"
                expect(name, value, count(direction[inList]), count(long[inLong]))
                try expectFilter("\(party.rawValue).\(inFilter)==\(value)", name, record, measures, number)
            }
            let shortest = half.minimumRoundTrip
            expect("\(party.rawValue)'s round trip in --long", shortest == nil, trips == nil)
            if let shortest {
                expect("\(party.rawValue)'s round trip", Double(shortest) / 1e6, trips?["minimum"] as? Double ?? -1)
                expect(
                    "\(party.rawValue)'s round trip in the list", Double(shortest) / 1e6,
                    direction["rtt"] as? Double ?? -1)
                try expectFilter("\(party.rawValue).rtt.min==\(shortest)ns", "round trip", record, measures, number)
            }
            expect(
                "\(party.rawValue)'s state", half.state.map { $0.name } ?? "none",
                direction["state"] as? String ?? "none")
            if let state = half.state {
                try expectFilter("state.\(party.rawValue)==\(state.name)", "state", record, measures, number)
            }
        }
        let outcome = record.outcome
        expect("opening", outcome.opening.rawValue, facts["opening"] as? String ?? "")
        expect("ending", outcome.ending.rawValue, facts["ending"] as? String ?? "")
        try expectFilter(
            "opening==\(outcome.opening.rawValue) && ending==\(outcome.ending.rawValue)", "outcome", record, measures,
            number)
    }

    private mutating func expectFilter(
        _ filter: String, _ what: String, _ record: ConnectionRecord, _ measures: ConnectionMeasures, _ number: Int
    ) throws {
        let passes = try ConnectionFilter(filter)
            .matches(FilterSubject(number: number, record: record, measures: measures))
        expect("\(what) in -Y \(filter)", true, passes)
    }

    private func count(_ value: Any?) -> UInt64 { (value as? NSNumber)?.uint64Value ?? .max }

    private func octets(of record: ConnectionRecord) -> [UInt8] {
        withUnsafeBytes(of: record) { Array($0) }
    }

    // MARK: conn.log

    private mutating func check(_ record: ConnectionRecord, _ line: String) throws {
        let document = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        for (key, half) in [("orig", record.client), ("resp", record.server)] where key == "orig" || !record.isReflexive
        {
            expect("\(key)_pkts of conn.log", UInt64(half.segments), count(document["\(key)_pkts"]))
            if document["duration"] != nil {
                expect("\(key)_bytes of conn.log", half.streamBytes, count(document["\(key)_bytes"]))
            }
        }
        expect("conn_state", record.zeekState.rawValue, document["conn_state"] as? String ?? "")
    }

    // MARK: The ladder and its labels

    /// The record worked out anew, from the segments and their verdicts alone.
    private mutating func checkReplay(_ record: ConnectionRecord, _ stored: StoredConnection) {
        if stored.segments.isPlain {
            plain += 1
            expect("what is plain is as judged", stored.segments.judged == nil, true)
        }
        // What an RST of another connection took away is not among its own segments.
        guard stored.endedBy == nil else { return }
        var cursor = ConnectionCursor(standing: stored.standing)
        for segment in stored.segments { _ = cursor.take(segment.tracked, as: segment.verdict) }
        guard var replayed = cursor.record else { return }
        replayed.number(from: Int(record.firstNumber))
        replayed.reusesTuple = record.reusesTuple
        for error in stored.errors { replayed.note(error) }
        // Seen only where all segments are judged together.
        for (party, half) in [(Party.server, record.server), (.client, record.client)] {
            replayed.note(otherTexts: Int(half.otherTexts), of: record.side(of: party))
        }
        expect("the record from the segments", octets(of: record), octets(of: replayed))
    }

    private mutating func check(_ record: ConnectionRecord, _ story: ConnectionStory) {
        for party in Party.allCases where party == .client || !record.isReflexive {
            let half = party == .client ? record.client : record.server
            let steps = story.steps.filter { $0.sender == party }
            func count(_ isCounted: (ConnectionStory.Step) -> Bool) -> UInt64 { UInt64(steps.filter(isCounted).count) }
            let name = "\(party.rawValue)'s"
            expect("\(name) segments in the ladder", UInt64(half.segments), UInt64(steps.count))
            expect(
                "\(name) retransmitted by class", UInt64(half.retransmittedSegments), count { $0.classes.isSentAgain })
            expect(
                "\(name) out of order by class", UInt64(half.outOfOrderSegments), count { $0.classes.isOutOfOrder })
            expect(
                "\(name) duplicate ACKs by class", UInt64(half.duplicateAcknowledgments),
                count { $0.classes.contains(.duplicateACK) })
            expect(
                "\(name) zero windows by class", UInt64(half.zeroWindows),
                min(65535, count { $0.classes.contains(.zeroWindow) }))
        }
        if !record.isReflexive { for step in story.steps { check(step) } }
        let last = story.steps.last
        let isSame =
            story.record.outcome == record.outcome && last?.client.state == record.client.state
            && last?.server.state == record.server.state
        guard !isSame else { return }
        hindsight += 1
        // Both ends of a connection of a socket with itself are in its one state.
        // The RST that ended it stands in the next connection.
        let isExplained = record.isReflexive || story.endedBy != nil || story.steps.contains(where: \.isOpenToHindsight)
        expect("hindsight has a reason", isExplained, true)
    }

    /// The documents of the list and of the ladder.
    private mutating func checkDocuments(_ record: ConnectionRecord, _ story: ConnectionStory, number: Int) throws {
        let errors = story.reports.map(\.error)
        let list = try object(JSONDocument.line(ConnectionFacts(record, number: number, errors: errors)))
        let ladder = try object(JSONDocument.line(StoryFacts(story, number: number)))
        expect("flow --json's connection", list as NSDictionary, ladder["connection"] as? NSDictionary ?? [:])
    }

    private func object(_ text: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// A label says why, or how it is known that a class is only the capture's; it never says otherwise.
    private mutating func check(_ step: ConnectionStory.Step) {
        let labels = step.labels.map(\.label)
        let packet = "packet \(step.segment.number)"
        // Seen a second time, and sent once: what the class is, was the first one's.
        if labels.contains(.wireDuplicate) { return }
        expect(
            "\(packet): sent again, by class and label", step.classes.isSentAgain, labels.contains { $0.isRepetition })
        expect("\(packet): out of order", step.classes.isOutOfOrder, labels.contains(.reordered))
        // A damaged segment's ACK was taken by nobody.
        if labels.contains(.corruptChecksum) { return }
        expect("\(packet): duplicate ACK", step.classes.contains(.duplicateACK), labels.contains(.duplicateACK))
        expect("\(packet): zero window", step.classes.contains(.zeroWindow), labels.contains(.zeroWindow))
        expect("\(packet): window probe", step.classes.contains(.windowProbe), labels.contains(.windowProbe))
        expect("\(packet): keep-alive", step.classes.contains(.keepAlive), labels.contains(.keepAlive))
    }
}
