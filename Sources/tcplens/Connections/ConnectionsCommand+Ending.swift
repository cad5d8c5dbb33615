import CaptureFile
import Narration
import Passes
import Pictures
import Queries
import Tracking

// Listing that writes each row when its connection has ended.
extension ConnectionsCommand {
    /// Nanoseconds without a segment after which an open connection counts as ended, where `--evict` gives no time: as
    /// in Zeek (tcp_inactivity_timeout).
    private static let usualIdle: Int64 = 300_000_000_000
    /// Nanoseconds between the end of a live connection and the writing of its row: an RST often follows a FIN
    /// immediately, and belongs to the same connection.
    private static let telling: Int64 = 500_000_000

    /// Whether rows are written as connections end: with `--evict`, or with `--follow` where nothing else needs all
    /// connections or measures.
    func comeAsTheyEnd(_ listing: ConnectionListing, _ filter: ConnectionFilter?) -> Bool {
        let needsAll = sort != nil || by != nil || listing.needsMeasures || filter?.needsMeasures ?? false
        return evict != nil || follow && !needsAll
    }

    /// The rules for when a connection of this source has ended and its row is written.
    func eviction(isLive: Bool) -> Eviction {
        Eviction(idle: evict?.nanoseconds ?? Self.usualIdle, telling: isLive ? Self.telling : nil)
    }

    /// Writes each row when its connection ends, and then frees the connection, so that memory stays bounded however
    /// long the input is.
    func listEnding(
        _ reader: inout CaptureReader, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing,
        _ passing: inout Passing
    ) throws {
        let path = reader.path
        let isLive = follow || CaptureReader.isStream(path)
        var analysis = CaptureAnalysis(eviction: eviction(isLive: isLive))
        var ending: CaptureEnding?
        let count = try writeEnding(of: &analysis, filter, &listing, name: path, isLive: isLive) {
            analysis, report, isEnough in
            ending = try CaptureReading.read(
                &reader, into: &analysis, isLive: isLive, reporting: report, until: isEnough)
        }
        guard analysis.counts.segments > 0 else {
            throw Failure.noConnections(in: path, analysis.counts, ending: ending)
        }
        passing.take(count.passing, of: count.all)
        try note(count.summary(of: analysis, isFiltered: filter != nil), of: analysis, reader, listing)
        if let ending { Screen.complain(ending.warning(path).map { $0(output.canvas.language) }) }
    }

    /// The number of connections seen, of those that pass the filter, and of those written as rows.
    struct EndingCount {
        fileprivate(set) var all = 0
        fileprivate(set) var passing = 0
        fileprivate(set) var written = 0

        func summary(of analysis: borrowing CaptureAnalysis, isFiltered: Bool) -> ListSummary {
            ListSummary(
                counts: analysis.counts, connections: all, passing: isFiltered ? passing : nil,
                rows: ConnectionListing.Rows(shown: written, all: passing), by: nil)
        }
    }

    /// Reads a source, and writes the row of each connection once it has ended; at the end of the source it writes the
    /// rows of those still open.
    ///
    /// - Parameters:
    ///   - isLive: whether rows are written to the output immediately, without buffering.
    ///   - read: reads the source into the analysis, calling its second argument as packets arrive, until its third
    ///     argument returns `true`.
    func writeEnding(
        of analysis: inout CaptureAnalysis, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing,
        name: String, isLive: Bool,
        reading read: (
            inout CaptureAnalysis, _ reporting: (inout CaptureAnalysis, ReadingProgress) -> Void,
            _ until: () -> Bool
        ) throws -> Void
    ) throws -> EndingCount {
        let progress = ProgressLine(canvas: output.canvas)
        defer { progress.erase() }
        var count = EndingCount()
        var failure: (any Error)?
        func write(_ ended: [EndedConnection]) throws {
            guard !ended.isEmpty else { return }
            for connection in ended {
                count.all = max(count.all, connection.serial + 1)
                let subject = FilterSubject(number: connection.serial + 1, record: connection.record, measures: nil)
                guard filter?.matches(subject) ?? true else { continue }
                count.passing += 1
                guard count.written < limit ?? .max else { continue }
                count.written += 1
                try listing.write(connection, path: name)
            }
            listing.flushRows()
            if isLive { Screen.flush() }
        }
        listing.beginEnding(path: name)
        if isLive { Screen.flush() }
        var fault: (any Error)?
        do {
            try read(
                &analysis,
                { analysis, step in
                    do { try write(analysis.takeEnded()) } catch { failure = error }
                    progress.show(step, connections: isLive ? analysis.opened : nil)
                }, { failure != nil || count.written == limit })
        } catch {
            fault = error
        }
        progress.erase()
        if let failure { throw failure }
        // Also where reading failed: the connections before the failure are listed.
        analysis.endAll()
        try write(analysis.takeEnded())
        listing.finishEnding()
        if let fault { throw fault }
        return count
    }
}
