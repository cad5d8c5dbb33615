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
    /// How long a terminal may take to answer, in milliseconds. Over a slow line an answer that comes later would be taken
    /// for typed input by the shell.
    private static let patience: Int64 = 250

    /// How many cells the terminal gives to `─`: drawn once, asked where the cursor went, wiped out again. `nil` where
    /// standard output or input is no terminal, where something has been typed that the question would swallow, or where
    /// no answer comes in time.
    static func measuredAmbiguousWidth() -> Int? {
        // A job in the background would be stopped for touching the terminal.
        guard isTerminal, isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return nil }
        var saved = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
        var raw = saved
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return nil }
        defer { unsafe tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
        // What was typed ahead stays for whom it was typed.
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
