import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What is measured of a connection beyond its record, where measures are asked for: each direction, where the time
/// went, and Zeek's history. It has a fixed size, whatever the connection sends.
public struct ConnectionMeasures: Sendable, BitwiseCopyable {
    /// The side, in the key's order, that sent the first segment.
    private let firstSide: UInt8
    private var directions: InlineArray<2, DirectionMeasures> = [DirectionMeasures(), DirectionMeasures()]
    private(set) var attribution = TimeAttribution()
    private(set) var zeek = ZeekWatch()
    /// The highest number that each side has acknowledged.
    private var lastAcknowledgments: InlineArray<2, SequenceNumber> = [SequenceNumber(0), SequenceNumber(0)]
    /// The latest time so far, in nanoseconds. After a clock was set back, earlier times do not count as a pause.
    private var latest: Int64?
    /// The longest time in which neither end sent anything, in nanoseconds.
    public private(set) var idleMaximum: Int64 = 0

    /// Creates empty measures. This segment is not counted yet: it must be passed to ``take(_:_:_:_:)`` too.
    package init(startingWith segment: TrackedSegment) { firstSide = UInt8(truncatingIfNeeded: segment.side) }

    /// Processes one more segment of the connection.
    ///
    /// - Parameters:
    ///   - reading: the segment's class, with the numbers that belong to it.
    ///   - record: the connection's record after the segment.
    package mutating func take(
        _ segment: TrackedSegment, _ detail: SegmentDetail, _ reading: SegmentReading, _ record: ConnectionRecord
    ) {
        let time = segment.time.nanoseconds
        let side = segment.side
        let other = record.peer(of: side)
        if let latest { idleMaximum = max(idleMaximum, time &- latest) }
        latest = max(latest ?? time, time)
        let classes = reading.classes
        directions[side].send(segment, detail, classes)
        if classes.contains(.advances) {
            let window = max(directions[other].windowMaximum, UInt32(record.halves[other].window))
            let isKnown = directions[other].isWindowScaleKnown
            directions[side].noteFlight(record.halves[side], record.halves[other], window: isKnown ? window : .max)
        }
        directions[side].answer(segment, detail, classes, shift: record.windowShift(of: side))
        if segment.flags.contains(.ack), !classes.contains(.duplicateACK),
            record.halves[side].highestAcknowledgment != lastAcknowledgments[side]
        {
            directions[side].endRun()
        }
        lastAcknowledgments[side] = record.halves[side].highestAcknowledgment
        directions[other].noteMissing(reading.missing, found: 0)
        directions[side].noteMissing(0, found: reading.found)
        if classes.contains(.endsRoundTrip) { directions[other].roundTrips.add(reading.roundTrip) }
        if classes.contains(.bearsOut) { directions[side].acceptStray() }
        if classes.contains(.bearsOutOther) { directions[other].acceptStray() }
        attribution.take(segment, detail, reading, record, to: other)
        zeek.take(
            segment, detail, reading, acknowledged: record.halves[side].highestAcknowledgment, from: side, to: other)
    }

    /// The measures of what `party` sent. In a connection of a socket with itself every segment counts as the client's.
    public func sent(by party: Party, of record: ConnectionRecord) -> DirectionMeasures {
        guard !record.isReflexive || party == .client else { return DirectionMeasures() }
        let side = record.side(of: party)
        var sent = directions[side]
        sent.cursor = record.halves[side]
        return sent
    }

    /// Whether the first segment came from the server.
    func beginsWithServer(_ record: ConnectionRecord) -> Bool { record.party(Int(firstSide)) == .server }
}
