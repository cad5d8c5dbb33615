import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C as an event: the first asks the command to finish and report, the second ends the program at once.
final class Interrupts {
    private let source: any DispatchSourceSignal

    init(_ finish: @escaping @Sendable () -> Void) {
        // Dispatch sees the signal only if its usual action is off.
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            finish()
        }
        source.resume()
    }

    deinit {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
