import LinuxKernel
import Narration
import Pictures
import Scenes
import Synchronization

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

/// Standard output and standard error. Output is gathered: whole blocks into a file or pipe, lines on a terminal. A
/// reader that goes away ends the program by SIGPIPE, as every Unix tool ends; output that cannot be written is an
/// error, since half a result that looks whole is worse than none.
enum Screen {
    static let isTerminal = isatty(STDOUT_FILENO) == 1
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1

    /// Whether somebody still reads what is written, which only writing would show else: a pipe's other end may be
    /// closed.
    static var hasReader: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return unsafe poll(&output, 1, 0) <= 0 || Int32(output.revents) & (Int32(POLLERR) | Int32(POLLHUP)) == 0
    }

    private static let gathered = Mutex<[UInt8]>([])
    /// Whether progress stands on standard error's terminal. Changed only while ``gathered`` is held.
    private static let hasProgress = Atomic(false)
    private static let blockSize = 1 << 16

    /// Makes sure that the three standard descriptors are taken, so that no file opened later is mistaken for one: a
    /// capture opened as descriptor 1 would receive the output.
    static func prepare() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // Opened the wrong way round: using it still fails, as it would have.
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    static func write(_ line: String) {
        gathered.withLock { bytes in
            let wasEmpty = bytes.isEmpty
            bytes.append(contentsOf: line.utf8)
            bytes.append(UInt8(ascii: "\n"))
            if isTerminal || bytes.count >= blockSize { send(&bytes) } else if wasEmpty { OutputKeeper.noteGathered() }
        }
    }

    /// Octets that end a line themselves.
    static func write(octets: [UInt8]) {
        gathered.withLock { bytes in
            if octets.count >= blockSize {
                // As they are: another copy would be all that gathering brought.
                send(&bytes)
                deliver(octets)
                return
            }
            let wasEmpty = bytes.isEmpty
            bytes.append(contentsOf: octets)
            if isTerminal || bytes.count >= blockSize {
                send(&bytes)
            } else if wasEmpty, !bytes.isEmpty {
                OutputKeeper.noteGathered()
            }
        }
    }

    static func write(_ lines: [String]) {
        for line in lines { write(line) }
    }

    /// Writes now: for events that come one at a time.
    static func writeNow(_ line: String) {
        write(line)
        flush()
    }

    /// To standard error. What names from outside (files, words of the command line) could do to a terminal is spelled
    /// out.
    static func complain(_ lines: [String]) {
        // What was printed before comes before the complaint, also where both go to one file.
        flush()
        eraseProgress()
        let width = columns(STDERR_FILENO)
        for line in lines.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
            for part in broken(Printable.text(String(line)), at: width) {
                _ = send(Array(part.utf8) + [UInt8(ascii: "\n")], to: STDERR_FILENO)
            }
        }
    }

    /// A sentence in lines of a terminal. What stands indented is there to be copied, or points at what stands above it, and stays
    /// whole.
    private static func broken(_ line: String, at width: Int?) -> [String] {
        guard let width, !line.hasPrefix(" ") else { return [line] }
        return Paragraph(canvas: Canvas(width: width)).lines(line, hanging: 2)
    }

    /// A line on the terminal that standard error is. Whatever is written next, to either, takes it away first:
    /// standard output may be the same terminal, or lead there by way of another program.
    ///
    /// - Parameter isNew: whether it says something else than the last; else it is written where that is gone only.
    static func showProgress(_ text: String, isNew: Bool) {
        gathered.withLock { _ in
            guard isNew || !hasProgress.load(ordering: .relaxed) else { return }
            hasProgress.store(true, ordering: .relaxed)
            _ = send(Array("\r\(text)\u{1b}[K".utf8), to: STDERR_FILENO)
        }
    }

    static func eraseProgress() { gathered.withLock { _ in wipeProgress() } }

    private static func wipeProgress() {
        guard hasProgress.exchange(false, ordering: .relaxed) else { return }
        _ = send(Array("\r\u{1b}[K".utf8), to: STDERR_FILENO)
    }

    /// What is shown now begins on a line of its own, not behind the terminal's ^C.
    static func leaveTypedLine() {
        gathered.withLock { _ in
            if hasProgress.load(ordering: .relaxed) { wipeProgress() } else { _ = send([0x0a], to: STDERR_FILENO) }
        }
    }

    static func finish(_ status: ExitStatus) -> Never {
        flush()
        exit(status.rawValue)
    }

    /// Octets that wait for a whole block.
    static var gatheredCount: Int { gathered.withLock { $0.count } }

    static func flush() {
        gathered.withLock { send(&$0) }
        // What was printed past this type.
        fflush(nil)
    }

    /// Writes what is gathered, and lets nothing be written any more while `end` ends the program: no line is cut in
    /// two.
    static func flush(then end: () -> Void) {
        gathered.withLock {
            send(&$0)
            wipeProgress()
            end()
        }
    }

    /// Ends the program as SIGPIPE ends it, where a parent has had that signal ignored: the reader has had enough all
    /// the same.
    static func endUnread() {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
    }

    private static func send(_ bytes: inout [UInt8]) {
        deliver(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    private static func deliver(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        wipeProgress()
        let error = send(bytes, to: STDOUT_FILENO)
        guard error != 0 else { return }
        if error == EPIPE { endUnread() }
        let reason = SystemError(call: "write", code: error)
        let what = Text(
            en: "tcplens: cannot write the output: \(reason.message)", zh: "tcplens：输出写入失败：\(reason.chineseMessage)"
        ).spoken
        _ = send(Array((what + "\n").utf8), to: STDERR_FILENO)
        exit(ExitStatus.badInput.rawValue)
    }

    /// - Returns: 0, or the `errno` that ended it.
    private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { space in
                #if canImport(Glibc)
                    unsafe Glibc.write(descriptor, space.baseAddress, space.count)
                #else
                    Darwin.write(descriptor, space.baseAddress, space.count)
                #endif
            }
            switch count {
            case 1...: rest = rest.dropFirst(count)
            default:
                let error = errno
                if error == EINTR { continue }
                // Somebody made the terminal's or pipe's descriptor non-blocking.
                guard error == EAGAIN else { return error == 0 ? EIO : error }
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
            }
        }
        return 0
    }

    /// Cells in a line of the terminal; `nil` where standard output is none.
    static var terminalWidth: Int? { columns(STDOUT_FILENO) }

    private static func columns(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }
}
