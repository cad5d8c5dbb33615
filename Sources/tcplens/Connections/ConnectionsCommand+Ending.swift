import CaptureFile
import Narration
import Passes
import Pictures
import Queries
import Tracking

// Rows that are written as connections end.
extension ConnectionsCommand {
    /// Nanoseconds of silence after which a connection that has not ended counts as ended where `--evict` does not say:
    /// as long as Zeek waits (tcp_inactivity_timeout).
    private static let usualIdle: Int64 = 300_000_000_000
    /// Nanoseconds after its end at which a live connection is told: an RST often comes right behind a FIN, and belongs
    /// to it.
    private static let telling: Int64 = 500_000_000

    /// Whether that is how they are written: where it is asked for, or a file that grows is to be shown as it is,
    /// connection by connection.
    func comeAsTheyEnd(_ listing: ConnectionListing, _ filter: ConnectionFilter?) -> Bool {
        let needsAll = sort != nil || by != nil || listing.needsMeasures || filter?.needsMeasures ?? false
        return evict != nil || follow && !needsAll
    }

    /// When a connection has ended, for the rows of one source.
    func eviction(isLive: Bool) -> Eviction {
        Eviction(idle: evict?.nanoseconds ?? Self.usualIdle, telling: isLive ? Self.telling : nil)
    }

    /// Each row as its connection ends, so that memory stays the same however long it goes on.
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

    /// How many connections there were, how many of these the filter let pass, and how many became rows.
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

    /// Reads a source, and writes the row of each of its connections once that has ended; at the end those of the ones
    /// that have not.
    ///
    /// - Parameters:
    ///   - isLive: whether each row goes out at once.
    ///   - read: reads all of it, reporting what has come, until there is enough.
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
        // Also where reading failed: what came before that is there.
        analysis.endAll()
        try write(analysis.takeEnded())
        listing.finishEnding()
        if let fault { throw fault }
        return count
    }
}
