import Lab
import LinuxKernel
import Narration
import Passes
import Pictures
import Queries
import Scenes

// Listing of the connections on a network interface.
extension ConnectionsCommand {
    /// Writes a row for each connection once it has ended, until Ctrl-C; then the rows of those that are still open.
    func listLive(on interface: String, _ filter: ConnectionFilter?, _ fields: [FilterField]) throws {
        let options = try live.capture(on: interface, paths, .headers)
        var source: LivePackets
        do throws(LiveCaptureError) {
            source = try LivePackets(options, limit: live.count ?? .max)
        } catch {
            throw Failure(error)
        }
        let interrupter = source.interrupter
        let interrupts = Interrupts { interrupter.interrupt() }
        defer { withExtendedLifetime(interrupts) {} }
        complain(LiveWords.listing(on: interface, filter: options.filter.map { Printable.text($0) }))
        var listing = ConnectionListing(
            format: json ? .json : format, isLong: false, isJSON: json, fields: fields, by: nil,
            canvas: output.canvas, names: [interface])
        listing.begin()
        var analysis = CaptureAnalysis(eviction: eviction(isLive: true))
        var failure: LiveCaptureError?
        let count = try writeEnding(of: &analysis, filter, &listing, name: interface, isLive: true) {
            analysis, report, isEnough in
            do {
                try CaptureReading.follow(&source, into: &analysis, reporting: report, until: isEnough)
            } catch let error as LiveCaptureError {
                // The connections before the failure are still listed.
                failure = error
            }
        }
        if count.all > 0, listing.format == .table {
            let summary = count.summary(of: analysis, isFiltered: filter != nil)
            // No packets are kept, so none can be drawn later: the path `-` suppresses the command that would, as for a
            // pipe.
            listing.note(
                [
                    summary.text(hasTroubles: listing.troubles.isNoted, isShort: !columns.isEmpty),
                    analysis.counts.restText,
                ].compactMap(\.self), path: "-", isFiltered: filter != nil)
        }
        listing.end()
        if let dropped = LiveWords.dropped(source.statistics) { complain(dropped) }
        if let failure { throw Failure(failure) }
        guard count.all == 0 else { return }
        if source.isInterrupted { throw ExitStatus.interrupted }
        throw Failure.noConnections(in: interface, analysis.counts)
    }

    private func complain(_ text: Text) {
        Screen.complain([output.canvas.language.speaker + text(output.canvas.language)])
    }
}
