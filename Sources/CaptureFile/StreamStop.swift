import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends the reading of a pipe or terminal from outside, as if its writer had ended: a capture that goes on for ever has no
/// other end.
///
/// Who writes is often asked to end at the same moment (Ctrl-C is for all of a pipeline): what is there already and what
/// follows without a pause is still read.
public final class StreamStop: Sendable {
    private let reader: CInt
    private let writer: CInt
    /// When reading ends though octets still come; `nil` until asked.
    private let deadline = Mutex<ContinuousClock.Instant?>(nil)

    /// How long nothing must come for the stream to count as over, in milliseconds.
    private static let pause: CInt = 500
    /// How long it is read at most.
    private static let patience = Duration.seconds(3)

    /// - Throws: ``CaptureError`` where no more descriptors are to be had.
    public init() throws(CaptureError) {
        var ends: (CInt, CInt) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { unsafe pipe($0.bindMemory(to: CInt.self).baseAddress) }
        guard result == 0 else { throw CaptureError(errno, during: .open, path: "-") }
        for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = ends
    }

    deinit {
        _ = close(reader)
        _ = close(writer)
    }

    /// Whether the end was asked for and has been noticed.
    public var isOver: Bool { deadline.withLock { $0 != nil } }

    /// Asks for the end; from any thread.
    public func ask() {
        var byte: UInt8 = 1
        _ = unsafe write(writer, &byte, 1)
    }

    /// Waits until there is something to read.
    ///
    /// - Returns: false where there is nothing any more since the end was asked for.
    func letsRead(_ descriptor: CInt) -> Bool {
        let known = deadline.withLock { $0 }
        if known == nil {
            var states = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
            ]
            // The end that was asked for is noticed also where the stream never pauses.
            while unsafe poll(&states, 2, -1) < 0, errno == EINTR {}
            guard states[1].revents != 0 else { return true }
        }
        let last = known ?? .now + Self.patience
        deadline.withLock { $0 = last }
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            guard ContinuousClock.now < last else { return false }
            let count = unsafe poll(&state, 1, Self.pause)
            if count < 0, errno == EINTR { continue }
            if count > 0 { return true }
            // Over is over: the next question does not wait.
            deadline.withLock { $0 = .now }
            return false
        }
    }
}
