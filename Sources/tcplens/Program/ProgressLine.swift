import LinuxKernel
import Narration
import Passes
import Pictures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A progress line on standard error while a large input is read. It is shown on a terminal only, after half a second
/// of reading; it is erased before anything else is written, and drawn again afterwards.
final class ProgressLine {
    private let canvas: Canvas
    private let isShown: Bool
    private let start = SystemClock.ticks()
    private var next: Int64
    private var last = ""

    /// Nanoseconds of reading before the line is first shown, and nanoseconds between two updates (`interval`).
    private static let patience: Int64 = 500_000_000
    private static let interval: Int64 = 100_000_000

    init(canvas: Canvas) {
        self.canvas = canvas
        isShown = isatty(STDERR_FILENO) == 1
        next = start + Self.patience
    }

    /// - Parameter connections: the number of connections so far, for a live source; `nil` for a file.
    func show(_ progress: ReadingProgress, connections: Int? = nil) {
        guard isShown else { return }
        let now = SystemClock.ticks()
        guard now >= next else { return }
        next = now + Self.interval
        let progress =
            connections.map { ProgressText(progress, connections: $0) }
            ?? ProgressText(progress, elapsed: Double(now - start) / 1e9)
        let text = progress.text(canvas.language)
        Screen.showProgress(text, isNew: text != last)
        last = text
    }

    func erase() { Screen.eraseProgress() }
}

/// The text of a progress line: how much of the input has been read, how fast, and how long the rest will take.
struct ProgressText {
    let text: Text

    /// The text for a live source, which ends only when it is interrupted.
    init(_ progress: ReadingProgress, connections: Int) {
        text = Text(
            en: "\(counted(progress.packets, "packet")) read, \(counted(connections, "connection")); Ctrl-C ends this",
            zh: "已读 \(progress.packets) 个报文，\(connections) 条连接；按 Ctrl-C 结束")
    }

    /// - Parameter elapsed: seconds since reading began.
    init(_ progress: ReadingProgress, elapsed: Double) {
        let packets = "\(progress.packets)"
        guard let octets = progress.octets else {
            text = Text(en: "\(counted(progress.packets, "packet")) read", zh: "已读 \(packets) 个报文")
            return
        }
        let rate = elapsed > 0 ? Double(octets) / elapsed : 0
        let speed = Self.size(rate) + "/s"
        guard let size = progress.size, size > 0, rate > 0 else {
            text = Text(
                en: "\(Self.size(Double(octets))), \(packets) packets, \(speed)",
                zh: "\(Self.size(Double(octets)))，\(packets) 个报文，\(speed)")
            return
        }
        let share = min(100, octets * 100 / size)
        let left = Int((Double(max(0, size - octets)) / rate).rounded(.up))
        let amount = "\(share) %  \(Self.size(Double(octets))) / \(Self.size(Double(size)))"
        text = Text(
            en: "\(amount)  \(packets) packets  \(speed)  \(left) s left",
            zh: "\(amount)  \(packets) 个报文  \(speed)  还需 \(left) 秒")
    }

    /// An amount of octets with three digits and a decimal unit: 1 kB is 1000 octets.
    private static func size(_ octets: Double) -> String {
        var (value, unit) = (octets, "B")
        for larger in ["kB", "MB", "GB", "TB"] where value >= 1000 {
            value /= 1000
            unit = larger
        }
        return "\(decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)) \(unit)"
    }
}
