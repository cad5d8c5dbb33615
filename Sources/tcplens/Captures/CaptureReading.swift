import CaptureFile
import Lab
import Narration
import Passes
import Tracking

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reading a capture for a command: errors become failures, and an early end a warning.
enum CaptureReading {
    /// Opens a capture and lets `body` work with it. Of a stream, a signal that asks for an end is the end: what came before
    /// it is shown.
    ///
    /// - Parameter spool: keeps what is read of a stream, so that it can be read once more.
    static func open<Result>(
        _ path: String, spooling spool: Spool? = nil, _ body: (inout CaptureReader) throws -> Result
    ) throws -> Result {
        let stop = CaptureReader.isStream(path) ? try? StreamStop() : nil
        let interrupts = stop.map { stop in Interrupts { stop.ask() } }
        defer { withExtendedLifetime(interrupts) {} }
        do {
            var reader = try CaptureReader(path: path, stop: stop, spool: spool)
            return try body(&reader)
        } catch CaptureError.empty where stop?.isOver ?? false {
            throw ExitStatus.interrupted
        } catch let error as CaptureError {
            throw Failure(error)
        }
    }

    /// Reads to the end; a file that may still grow until `isWaiting` says no. Then judges what is in doubt.
    ///
    /// - Parameters:
    ///   - report: as of ``CaptureAnalysis/read(_:workers:reporting:until:)``, and whenever the end was reached.
    ///   - isEnough: as there: no more is read, nor waited for.
    /// - Returns: how the file ended, where it did not end well.
    static func read(
        _ reader: inout CaptureReader, into analysis: inout CaptureAnalysis, workers: Int = 1,
        waitingWhile isWaiting: () -> Bool = { false },
        reporting report: (inout CaptureAnalysis, ReadingProgress) -> Void = { _, _ in },
        until isEnough: () -> Bool = { false }
    ) throws -> CaptureEnding? {
        while true {
            try analysis.read(&reader, workers: workers, reporting: report, until: isEnough)
            let reached = analysis.progress(of: reader)
            report(&analysis, reached)
            guard !isEnough(), isWaiting() else { break }
            usleep(100_000)
        }
        try analysis.settle(from: reader)
        let ending = reader.ending
        guard ending != .complete else { return nil }
        guard analysis.counts.packets > 0 else {
            throw Failure.nothingReadable(in: reader.path)
        }
        return ending
    }
}

extension Failure {
    /// It began as a capture and ended before there was a packet.
    static func nothingReadable(in path: String) -> Failure {
        Failure(
            .badInput,
            Text(
                en: "\(path): cut off before the end of its first packet: nothing to read",
                zh: "\(path)：在第一个报文结束之前就被截断，没有可读的内容"))
    }

    /// A sound capture without what was asked for; the file may also have ended early.
    static func noConnections(in path: String, _ counts: PacketCounts, ending: CaptureEnding? = nil) -> Failure {
        let what =
            counts.packets == 0
            ? Text(en: "\(path): a capture without packets", zh: "\(path)：抓包文件中没有报文")
            : Text(
                en: "\(path): no TCP segments in \(counted(counts.packets, "packet"))",
                zh: "\(path)：\(counts.packets) 个报文中没有 TCP 报文段")
        return Failure(
            .nothingMatched, what, next: [counts.restText].compactMap { $0 } + (ending?.explanation(path) ?? []))
    }
}
