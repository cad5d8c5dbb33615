import CaptureFile
import Lab
import LinuxKernel
import Narration
import Passes
import Tracking

/// Reading a capture for a command: errors become failures, and an early end a warning.
enum CaptureReading {
    /// Opens a capture and lets `body` work with it. Of a stream, a signal that asks for an end is the end: what came
    /// before it is shown.
    ///
    /// - Parameters:
    ///   - spool: keeps what is read of a stream, so that it can be read once more.
    ///   - isGrowing: whether a regular file has no other end either.
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

    /// The same for what may be the files of a ring. Those that end inside a packet are told of.
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

    /// What writes a capture may keep even its header back for a while: an empty file will grow.
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

    /// Reads to the end. Then judges what is in doubt.
    ///
    /// - Parameters:
    ///   - isLive: whether to heed the clock, and that there may be no reader any more, while nothing comes.
    ///   - report: as of ``CaptureAnalysis/read(_:workers:reporting:until:)``, and whenever the end was reached.
    ///   - isEnough: as there: no more is read, nor waited for.
    /// - Returns: how the file ended, where it did not end well.
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

    /// Reads what is live until it ends, there is enough, or nobody reads what is said of it.
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
        // Also where there is nothing left to write, by which it would end.
        if !Screen.hasReader { Screen.endUnread() }
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
