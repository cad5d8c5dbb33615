import FlatMemory
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A terminal in raw mode, which delivers single keys and shows whole pages. The previous settings of the terminal are
/// restored when the object is released.
final class RawTerminal {
    /// The outcome of waiting for a key.
    enum Key: Equatable {
        case character(Character)
        case enter, space, backspace, escape, left, right
        /// No key was pressed for a tenth of a second.
        case none
        /// A key without a meaning, or the return from Ctrl-Z: another program may have written on the screen, so the
        /// page must be drawn again.
        case redraw
        /// The terminal was closed, or Ctrl-C, Ctrl-D or Ctrl-\ was pressed.
        case end
    }

    private let before: termios

    /// `nil` where standard input or output is not a terminal.
    init?() {
        guard isatty(STDIN_FILENO) == 1, Screen.isTerminal else { return nil }
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        before = settings
        guard take() else { return nil }
    }

    deinit { giveBack() }

    private func take() -> Bool {
        var settings = before
        // Ctrl-C, Ctrl-Z and Ctrl-\ are read as keys: as signals they would leave the terminal in raw mode.
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        // A read waits for a tenth of a second at most, so that signals can be checked between two reads.
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            unsafe characters[Int(VMIN)] = 0
            unsafe characters[Int(VTIME)] = 1
        }
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else { return false }
        Screen.write(octets: Array("\u{1b}[?1049h\u{1b}[?25l".utf8))
        return true
    }

    /// The escape sequences that leave the alternate screen and show the cursor again.
    static let leaving = "\u{1b}[?25h\u{1b}[?1049l"

    private func giveBack() {
        Screen.write(octets: Array(Self.leaving.utf8))
        var settings = before
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    /// Stops this program until the shell continues it (Ctrl-Z); meanwhile the terminal has its previous settings.
    private func stop() {
        giveBack()
        raise(SIGSTOP)
        _ = take()
    }

    /// Whether Ctrl-C, Ctrl-\ or `q` was pressed while no key was being read; all other pending input is discarded.
    func wantsEnd() -> Bool {
        var state = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&state, 1, 0) > 0 else { return false }
        var octets = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(STDIN_FILENO, &octets, octets.count)
        return count > 0 && octets[..<count].contains { $0 == 0x03 || $0 == 0x1c || $0 == UInt8(ascii: "q") }
    }

    /// The terminal's size: cells in a line, and number of lines; 80 and 24 where it is unknown.
    static var size: (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws a page in place of the previous one.
    func show(_ lines: [String]) {
        // Each line is cleared after its text, instead of the whole screen before it, so that nothing flickers.
        let text = lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n")
        Screen.write(octets: Array("\u{1b}[H\(text)\u{1b}[J".utf8))
    }

    /// Waits for the next key, about a tenth of a second.
    func key() -> Key {
        guard let first = octet() else { return isOver ? .end : .none }
        switch first {
        case 0x0d, 0x0a: return .enter
        case 0x20: return .space
        case 0x7f, 0x08: return .backspace
        case 0x03, 0x04, 0x1c: return .end
        case 0x1a:
            stop()
            return .redraw
        case 0x1b: return sequence()
        default: return character(first)
        }
    }

    /// A character of one to four octets (RFC 3629); `.redraw` where the octets are not one printable character.
    private func character(_ first: UInt8) -> Key {
        var octets = [first]
        let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        while octets.count < length, let next = octet() { octets.append(next) }
        guard let text = String(validating: octets, as: UTF8.self), text.count == 1, let character = text.first,
            first >= 0x20
        else { return .redraw }
        return .character(character)
    }

    /// Reads what follows an Escape: `[` and parameters up to a final octet, `O` and one octet, any other octet where
    /// Alt was pressed, or nothing where Escape was pressed alone (ECMA-48 5.4).
    private func sequence() -> Key {
        guard let kind = octet() else { return .escape }
        guard kind == UInt8(ascii: "[") || kind == UInt8(ascii: "O") else { return .redraw }
        while let next = octet() {
            guard (0x40...0x7e).contains(next) else { continue }
            switch next {
            case UInt8(ascii: "C"), UInt8(ascii: "B"): return .right
            case UInt8(ascii: "D"), UInt8(ascii: "A"): return .left
            default: return .redraw
            }
        }
        return .redraw
    }

    private var isOver = false

    private func octet() -> UInt8? {
        var octet: UInt8 = 0
        let count = unsafe read(STDIN_FILENO, &octet, 1)
        guard count != 1 else { return octet }
        // On a closed terminal a read returns at once; on an open one without input it returns after the timeout.
        var state = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        // Another program that shares the terminal may have made its descriptor non-blocking.
        if count < 0, errno == EAGAIN {
            _ = unsafe poll(&state, 1, 100)
        } else if count < 0, errno != EINTR {
            isOver = true
        }
        if unsafe poll(&state, 1, 0) > 0, state.revents & Int16(POLLHUP) != 0 { isOver = true }
        return nil
    }
}
