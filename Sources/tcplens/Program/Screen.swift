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

/// Standard output and standard error. Output to a file or pipe is buffered and written in whole blocks, output to a
/// terminal line by line. When the reader of a pipe has gone, the program ends by SIGPIPE, as every Unix tool does.
/// Output that cannot be written is an error, because an incomplete result must not look complete.
enum Screen {
    static let isTerminal = isatty(STDOUT_FILENO) == 1
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1

    /// Whether standard output can still be read; `false` where the other end of the pipe is closed, which otherwise
    /// only a failing write would show.
    static var hasReader: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return unsafe poll(&output, 1, 0) <= 0 || Int32(output.revents) & (Int32(POLLERR) | Int32(POLLHUP)) == 0
    }

    private static let gathered = Mutex<[UInt8]>([])
    /// Whether the progress line is on the terminal now. It must be changed only while ``gathered`` is locked.
    private static let hasProgress = Atomic(false)
    private static let blockSize = 1 << 16

    /// Opens those of the three standard descriptors that are closed, so that no file opened later gets the number of
    /// one: a capture opened as descriptor 1 would receive the output.
    static func prepare() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // Standard input is opened for writing and the outputs for reading: using them must fail, as it did while
            // they were closed.
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

    /// Writes octets that contain their line feeds.
    static func write(octets: [UInt8]) {
        gathered.withLock { bytes in
            if octets.count >= blockSize {
                // A large block is written directly: buffering would only copy it.
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

    /// Writes a line at once, for events that come one at a time.
    static func writeNow(_ line: String) {
        write(line)
        flush()
    }

    /// Writes lines to standard error. Control characters in names from outside (files, words of the command line) are
    /// escaped, so that they cannot affect the terminal.
    static func complain(_ lines: [String]) {
        // Buffered output is written first, so that the order is kept where both streams go to one file.
        flush()
        eraseProgress()
        let width = columns(STDERR_FILENO)
        for line in lines.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
            for part in broken(Printable.text(String(line)), at: width) {
                _ = send(Array(part.utf8) + [UInt8(ascii: "\n")], to: STDERR_FILENO)
            }
        }
    }

    /// A sentence broken into lines of the terminal's width. An indented line is not broken: it is a command to copy,
    /// or marks a position in the line above it.
    private static func broken(_ line: String, at width: Int?) -> [String] {
        guard let width, !line.hasPrefix(" ") else { return [line] }
        return Paragraph(canvas: Canvas(width: width)).lines(line, hanging: 2)
    }

    /// Shows a progress line on standard error, which must be a terminal. The next write to either stream erases the
    /// line first: standard output may be the same terminal, or reach it through another program.
    ///
    /// - Parameter isNew: whether the text differs from that of the last call; if not, it is written only where the
    ///   line has been erased since.
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

    /// Makes the next output begin on a line of its own, not after the `^C` that the terminal shows.
    static func leaveTypedLine() {
        gathered.withLock { _ in
            if hasProgress.load(ordering: .relaxed) { wipeProgress() } else { _ = send([0x0a], to: STDERR_FILENO) }
        }
    }

    static func finish(_ status: ExitStatus) -> Never {
        flush()
        exit(status.rawValue)
    }

    /// The number of buffered octets, which are not written yet.
    static var gatheredCount: Int { gathered.withLock { $0.count } }

    static func flush() {
        gathered.withLock { send(&$0) }
        // Output that was printed through C's stdio, not through this type.
        fflush(nil)
    }

    /// Writes the buffered output, then calls `end`, which ends the program. Meanwhile no other thread can write, so
    /// that no line is cut in two.
    static func flush(then end: () -> Void) {
        gathered.withLock {
            send(&$0)
            wipeProgress()
            end()
        }
    }

    /// Ends the program by SIGPIPE, even where the parent process has set that signal to be ignored: nobody reads the
    /// output any more.
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

    /// - Returns: 0, or the `errno` of the write that failed.
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
                // Another process that shares this descriptor has made it non-blocking.
                guard error == EAGAIN else { return error == 0 ? EIO : error }
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
            }
        }
        return 0
    }

    /// The terminal's width in cells; `nil` where standard output is not a terminal.
    static var terminalWidth: Int? { columns(STDOUT_FILENO) }

    private static func columns(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }
}
