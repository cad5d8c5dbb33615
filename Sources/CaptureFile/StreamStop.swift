import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends the reading of a pipe, a terminal or a file that grows from outside, as if its writer had ended: a capture that goes on
/// for ever has no other end. Where such a capture is read, this also waits for what comes next.
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

    /// What waiting for more came to.
    enum Outlook { case readable, paused, over }

    /// Waits until there is something to read.
    ///
    /// - Parameter milliseconds: for at most so long; negative: for ever.
    /// - Returns: over where there is nothing any more since the end was asked for.
    func outlook(of descriptor: CInt, within milliseconds: CInt) -> Outlook {
        let known = deadline.withLock { $0 }
        if known == nil {
            var states = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
            ]
            // The end that was asked for is noticed also where the stream never pauses.
            while unsafe poll(&states, 2, milliseconds) < 0 {
                guard errno == EINTR else { break }
                // What is waited for in turns is asked for again anyway.
                if milliseconds >= 0 { return .paused }
            }
            if states[1].revents == 0 { return states[0].revents == 0 ? .paused : .readable }
        }
        let last = known ?? .now + Self.patience
        deadline.withLock { $0 = last }
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            guard ContinuousClock.now < last else { return .over }
            let count = unsafe poll(&state, 1, Self.pause)
            if count < 0, errno == EINTR { continue }
            if count > 0 { return .readable }
            // Over is over: the next question does not wait.
            deadline.withLock { $0 = .now }
            return .over
        }
    }

    /// Waits at the end of a regular file, which cannot be polled, before it is looked at again.
    ///
    /// - Returns: over a while after the end was asked for.
    func outlookAtEnd(within milliseconds: CInt) -> Outlook {
        guard let last = deadline.withLock({ $0 }) else {
            if isAsked(within: milliseconds < 0 ? Self.pause : milliseconds) {
                deadline.withLock { $0 = .now + .milliseconds(Int(Self.pause)) }
            }
            return .paused
        }
        guard ContinuousClock.now < last else { return .over }
        _ = poll(nil, 0, Self.pause / 10)
        return .paused
    }

    /// Waits for so many milliseconds, or until the end is asked for.
    ///
    /// - Returns: whether it is.
    public func isAsked(within milliseconds: Int32) -> Bool {
        var state = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&state, 1, milliseconds) > 0
    }
}
