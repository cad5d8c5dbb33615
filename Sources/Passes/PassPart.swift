import CaptureFile
import Tracking

/// What was decoded of one part of the file. One worker at a time fills it; once it is confirmed, all only read it.
///
/// That is what makes it, and ``PartReader``, safe to share (`@unchecked Sendable`); ``PartSchedule`` sees to it.
final class PassPart<Content: PartContent & ~Copyable>: @unchecked Sendable {
    private(set) var content: Content
    /// Packets in it, and packets before it.
    private(set) var count = 0
    var before = 0
    /// Where it was read from, and to: the first record behind its limit.
    private(set) var start = 0
    private(set) var end = 0
    /// Reading ended before the limit: the file's end, damage, or something that describes what comes after it.
    private(set) var isStopped = false
    /// Of several files, those that were found to end inside a packet.
    private(set) var broken: Set<Int> = []
    /// What reading on behind the end failed with.
    private(set) var error: CaptureError?

    init(_ content: consuming Content) { self.content = content }

    /// Decodes what starts in a part of the file.
    ///
    /// - Parameters:
    ///   - isSure: a packet's record starts at `start`, or the file ends there; else the first place behind it that looks like
    ///     one is taken.
    ///   - format: what is known of the file where the first part starts. A wrong guess may have met anything.
    func decode(
        from start: Int, isSure: Bool, until limit: Int, describedBy format: CaptureFormat,
        _ reader: inout CaptureReader, _ packets: inout PacketBatch
    ) {
        clear()
        reader.brokenFiles = []
        defer { broken = reader.brokenFiles }
        (self.start, end) = (limit, limit)
        do throws(CaptureError) {
            if isSure {
                reader.seek(to: start, count: 0, until: limit, describedBy: format)
            } else if try !reader.seekLikelyStart(from: start, until: limit, describedBy: format) {
                return
            }
            self.start = reader.position
            end = self.start
            try decodeOn(until: limit, &reader, &packets)
        } catch {
            self.error = error
        }
    }

    private func decodeOn(
        until limit: Int, _ reader: inout CaptureReader, _ packets: inout PacketBatch
    ) throws(CaptureError) {
        while end < limit {
            let goesOn = try reader.next(&packets, before: limit)
            if let description = packets.newDescription {
                content.add(&packets, first: description.packets, of: reader.bytes)
                (end, count) = (description.position, description.numbered)
                isStopped = true
                return
            }
            content.add(&packets, first: .max, of: reader.bytes)
            reader.finish(&packets)
            guard reader.nextStart <= reader.size ?? .max else {
                // A block that the file cuts short: how it ends is found out from its start, and not by each part that it
                // seems to reach over.
                if let last = packets.end { (end, count) = last }
                isStopped = true
                return
            }
            (end, count) = (reader.nextStart, reader.count)
            guard goesOn else {
                isStopped = reader.ending != nil
                return
            }
        }
    }

    /// Decodes the next packets, however they are described.
    ///
    /// - Returns: false where there are none.
    func decodeNext(_ reader: inout CaptureReader, _ packets: inout PacketBatch) throws(CaptureError) -> Bool {
        clear()
        guard try reader.next(&packets) else { return false }
        content.add(&packets, first: .max, of: reader.bytes)
        reader.finish(&packets)
        return true
    }

    /// Completes what was decoded, once it is confirmed and before others read it.
    func complete(_ body: (inout Content, Int) -> Void) { body(&content, before) }

    private func clear() {
        content.removeAll()
        (count, before) = (0, 0)
        isStopped = false
        error = nil
    }
}

/// One worker's reader.
final class PartReader: @unchecked Sendable {
    private var reader: CaptureReader
    private var packets = PacketBatch()
    private let format: CaptureFormat

    init(_ reader: consuming CaptureReader) {
        format = reader.format
        self.reader = reader
    }

    /// ``PassPart/decode(from:isSure:until:describedBy:_:_:)``.
    func decode<Content: PartContent & ~Copyable>(
        _ part: PassPart<Content>, from start: Int, isSure: Bool, until limit: Int
    ) {
        part.decode(from: start, isSure: isSure, until: limit, describedBy: format, &reader, &packets)
    }
}
