import CaptureFile
import Lab
import LinuxKernel
import Narration
import Passes
import Tracking

/// Reading a capture for a command: errors become failures, and an early end a warning.
enum CaptureReading {
    /// Opens a capture, and passes its reader to `body`. For a stream, a signal such as Ctrl-C counts as the end of the
    /// capture: what came before it is shown.
    ///
    /// - Parameters:
    ///   - spool: stores what is read from a stream, so that it can be read again.
    ///   - isGrowing: whether a regular file is read as it grows, and therefore ends with a signal too.
    static func open<Result>(
        _ path: String, spooling spool: Spool? = nil, isGrowing: Bool = false,
        _ body: (inout CaptureReader) throws -> Result
    ) throws -> Result {
        let stop = isGrowing || CaptureReader.isStream(path) ? try? StreamStop() : nil
        let interrupts = stop.map { stop in Interrupts { stop.ask() } }
        defer { withExtendedLifetime(interrupts) {} }
        do {
            if isGrowing, let stop { try waitForFirst(of: path, stop) }
            var reader = try CaptureReader(path: path, stop: stop, spool: spool, isGrowing: isGrowing)
            return try body(&reader)
        } catch CaptureError.empty where stop?.isOver ?? false {
            throw ExitStatus.interrupted
        } catch let error as CaptureError {
            throw Failure(error)
        }
    }

    /// Opens a file, or the files of a ring as one capture. A warning names the files of a ring that end inside a
    /// packet.
    static func open<Result>(
        _ files: CaptureFiles, spooling spool: Spool? = nil, isGrowing: Bool = false,
        _ body: (inout CaptureReader) throws -> Result
    ) throws -> Result {
        guard case .ring(let ring, let name) = files else {
            return try open(files.name, spooling: spool, isGrowing: isGrowing, body)
        }
        guard !ring.paths.isEmpty else { throw Failure.noConnections(in: name, PacketCounts()) }
        do {
            var reader = try CaptureReader(joining: ring.paths, name: name)
            let result = try body(&reader)
            Screen.complain(
                reader.brokenPaths.map {
                    RunLanguage.current.speaker
                        + Text(
                            en: "\($0) is cut off inside its last packet; the files behind it were read",
                            zh: "\($0) 在最后一个报文中间被截断；其后的文件已继续读取"
                        ).spoken
                })
            return result
        } catch let error as CaptureError {
            throw Failure(error)
        }
    }

    /// Waits until the file has a header. A program that writes a capture may buffer even the header for a while, so an
    /// empty file is not an error yet.
    private static func waitForFirst(of path: String, _ stop: StreamStop) throws {
        while !CaptureReader.isStream(path), Screen.hasReader {
            do {
                _ = try CaptureReader(path: path)
                return
            } catch CaptureError.empty {
                if stop.isAsked(within: 100) { throw ExitStatus.interrupted }
            }
        }
    }

    /// Reads the capture to its end, then settles what was in doubt while it was read.
    ///
    /// - Parameters:
    ///   - isLive: whether timeouts are processed, and the output is checked for a reader, while no packets arrive.
    ///   - report: called as by ``CaptureAnalysis/read(_:workers:reporting:until:)``, and whenever the end of the input
    ///     is reached.
    ///   - isEnough: returns `true` when neither reading nor waiting is to go on.
    /// - Returns: how the capture ended where it is incomplete; `nil` where it is complete.
    static func read(
        _ reader: inout CaptureReader, into analysis: inout CaptureAnalysis, workers: Int = 1, isLive: Bool = false,
        reporting report: (inout CaptureAnalysis, ReadingProgress) -> Void = { _, _ in },
        until isEnough: () -> Bool = { false }
    ) throws -> CaptureEnding? {
        if isLive {
            try follow(&reader, into: &analysis, reporting: report, until: isEnough)
        } else {
            try analysis.read(&reader, workers: workers, reporting: report, until: isEnough)
            let reached = analysis.progress(of: reader)
            report(&analysis, reached)
        }
        try analysis.settle(from: reader)
        let ending = reader.ending
        guard ending != .complete else { return nil }
        guard analysis.counts.packets > 0 else {
            throw Failure.nothingReadable(in: reader.path)
        }
        return ending
    }

    /// Reads a live source until it ends, `isEnough` returns `true`, or nobody reads the output any more.
    static func follow<Source: PacketSource & ~Copyable>(
        _ source: inout Source, into analysis: inout CaptureAnalysis,
        reporting report: (inout CaptureAnalysis, ReadingProgress) -> Void, until isEnough: () -> Bool
    ) throws {
        try analysis.follow(
            &source, ticks: SystemClock.ticks,
            reporting: { analysis in
                report(
                    &analysis, ReadingProgress(octets: nil, size: nil, packets: analysis.counts.packets))
            }, until: { isEnough() || !Screen.hasReader })
        // The program ends here even where nothing is left to write: no write would then end it by SIGPIPE.
        if !Screen.hasReader { Screen.endUnread() }
    }
}

extension Failure {
    /// The error where a capture is cut off before the end of its first packet.
    static func nothingReadable(in path: String) -> Failure {
        Failure(
            .badInput,
            Text(
                en: "\(path): cut off before the end of its first packet: nothing to read",
                zh: "\(path)：在第一个报文结束之前就被截断，没有可读的内容"))
    }

    /// The error where a readable capture contains no TCP segments. `ending` tells whether the file is also cut off.
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
