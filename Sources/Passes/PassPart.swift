import CaptureFile
import Tracking

/// What was decoded of one part of the file. One worker at a time fills it; once it is confirmed, all workers only read
/// it.
///
/// So it is safe to share (`@unchecked Sendable`), as is ``PartReader``; ``PartSchedule`` makes sure of this.
final class PassPart<Content: PartContent & ~Copyable>: @unchecked Sendable {
    private(set) var content: Content
    /// The number of packets in the part, and of packets before it.
    private(set) var count = 0
    var before = 0
    /// The offset at which reading began, and the offset of the first record after the part.
    private(set) var start = 0
    private(set) var end = 0
    /// Whether reading ended before the limit: at the file's end, at damage, or at a block that describes the packets
    /// after it.
    private(set) var isStopped = false
    /// Of several files, those that were found to end inside a packet.
    private(set) var broken: Set<Int> = []
    /// The error with which reading after the end failed.
    private(set) var error: CaptureError?

    init(_ content: consuming Content) { self.content = content }

    /// Decodes the packets that start in a part of the file.
    ///
    /// - Parameters:
    ///   - isSure: whether a packet's record, or the file's end, is known to be at `start`. Otherwise decoding begins
    ///     at the first offset from there that looks like a record.
    ///   - format: what is known of the file where the first part starts. The guess at a record may have been wrong.
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
                // A block that the file's end cuts off. How it ends is found out only from its start, and not in each
                // part over which it seems to extend.
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

    /// Decodes the next packets, whatever describes them.
    ///
    /// - Returns: false where there are none.
    func decodeNext(_ reader: inout CaptureReader, _ packets: inout PacketBatch) throws(CaptureError) -> Bool {
        clear()
        guard try reader.next(&packets) else { return false }
        content.add(&packets, first: .max, of: reader.bytes)
        reader.finish(&packets)
        return true
    }

    /// Completes what was decoded. It must be called after the part is confirmed and before other workers read it.
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
