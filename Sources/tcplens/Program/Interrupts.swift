/// Ctrl-C, SIGTERM and SIGHUP as an event: the first signal asks the command to finish and report, the second ends the
/// program at once.
final class Interrupts {
    init(_ finish: @escaping @Sendable () -> Void) { OutputKeeper.finish(by: finish) }

    deinit { OutputKeeper.finish(by: nil) }
}
