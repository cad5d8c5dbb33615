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

extension Screen {
    /// How long to wait for the terminal's answer, in milliseconds. An answer that arrives later, over a slow line,
    /// would be read by the shell as typed input.
    private static let patience: Int64 = 250

    /// How many cells the terminal uses for `─`. The character is written, the terminal is asked for the cursor's
    /// position, and the character is erased again. `nil` where standard output or input is not a terminal, where there
    /// is pending input that reading the answer would consume, or where no answer arrives in time.
    static func measuredAmbiguousWidth() -> Int? {
        // A background job that changes or reads the terminal would be stopped.
        guard isTerminal, isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return nil }
        var saved = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
        var raw = saved
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return nil }
        defer { unsafe tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
        // Input that was typed ahead is meant for the next program, and must not be consumed.
        guard !hasInput(within: 0) else { return nil }
        flush()
        writeRaw("\r─\u{1b}[6n")
        let answer = readAnswer()
        writeRaw("\r\u{1b}[K")
        // ESC [ row ; column R; the column counts from 1.
        guard let answer, let column = answer.split(separator: ";").last.flatMap({ Int($0.dropLast()) }) else {
            return nil
        }
        return column == 3 ? 2 : 1
    }

    private static func writeRaw(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { space in
            #if canImport(Glibc)
                unsafe Glibc.write(STDOUT_FILENO, space.baseAddress, space.count)
            #else
                Darwin.write(STDOUT_FILENO, space.baseAddress, space.count)
            #endif
        }
    }

    private static func hasInput(within milliseconds: Int64) -> Bool {
        var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&waiting, 1, Int32(clamping: milliseconds)) == 1 && waiting.revents & Int16(POLLIN) != 0
    }

    private static func readAnswer() -> String? {
        let clock = ContinuousClock()
        let end = clock.now + .milliseconds(patience)
        var text: [UInt8] = []
        while text.count < 32 {
            let left = (end - clock.now) / .milliseconds(1)
            guard left > 0, hasInput(within: Int64(left.rounded(.up))) else { return nil }
            var byte: UInt8 = 0
            guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
            text.append(byte)
            if byte == UInt8(ascii: "R") { return String(decoding: text, as: UTF8.self) }
        }
        return nil
    }
}
