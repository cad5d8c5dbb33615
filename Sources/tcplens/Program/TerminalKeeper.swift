#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How the terminal was, for whoever starts a program that may take it for itself and be killed.
struct TerminalKeeper {
    private let before: termios?

    init() {
        var settings = termios()
        before = unsafe isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &settings) == 0 ? settings : nil
    }

    /// Gives it back as it was, where it is not: its modes, its first screen, its cursor.
    func giveBack() {
        guard var before else { return }
        var now = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &now) == 0, now.c_lflag != before.c_lflag else { return }
        Screen.write(octets: Array(RawTerminal.leaving.utf8))
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
    }
}
