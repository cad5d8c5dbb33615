#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The terminal's settings, saved before another program is started that may change them and be killed before it
/// restores them.
struct TerminalKeeper {
    private let before: termios?

    init() {
        var settings = termios()
        before = unsafe isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &settings) == 0 ? settings : nil
    }

    /// Restores the terminal's modes, its primary screen and its cursor, where its modes have changed.
    func giveBack() {
        guard var before else { return }
        var now = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &now) == 0, now.c_lflag != before.c_lflag else { return }
        Screen.write(octets: Array(RawTerminal.leaving.utf8))
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
    }
}
