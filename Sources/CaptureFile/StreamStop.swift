import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends the reading of a pipe, a terminal or a growing file on request, as if its writer had closed it: for captures
/// that never end by themselves. It also waits for their next octets.
///
/// The program that writes is often asked to end at the same moment (Ctrl-C reaches all programs of a pipeline). So
/// octets that have already arrived, and those that follow without a pause, are still read.
public final class StreamStop: Sendable {
    private let reader: CInt
    private let writer: CInt
    /// When reading ends even though octets still arrive; `nil` until the request has been noticed.
    private let deadline = Mutex<ContinuousClock.Instant?>(nil)

    /// The stream counts as ended if nothing arrives for this many milliseconds after the request.
    private static let pause: CInt = 500
    /// The longest time to read on after the request.
    private static let patience = Duration.seconds(3)

    /// - Throws: ``CaptureError`` where the system has no more file descriptors.
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

    /// Whether the end was requested, and a read has noticed it.
    public var isOver: Bool { deadline.withLock { $0 != nil } }

    /// Requests the end. May be called from any thread.
    public func ask() {
        var byte: UInt8 = 1
        _ = unsafe write(writer, &byte, 1)
    }

    /// The result of waiting for octets.
    enum Outlook { case readable, paused, over }

    /// Waits until there is something to read.
    ///
    /// - Parameter milliseconds: the longest time to wait; a negative number means without limit.
    /// - Returns: ``Outlook/paused`` if nothing arrived in that time, ``Outlook/over`` if the end was requested and
    ///   nothing more arrives.
    func outlook(of descriptor: CInt, within milliseconds: CInt) -> Outlook {
        let known = deadline.withLock { $0 }
        if known == nil {
            var states = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
            ]
            // Polling both descriptors notices the request even if the stream never pauses.
            while unsafe poll(&states, 2, milliseconds) < 0 {
                guard errno == EINTR else { break }
                // A caller that waits with a limit calls again anyway.
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
            // This makes later calls return at once.
            deadline.withLock { $0 = .now }
            return .over
        }
    }

    /// Waits before a growing regular file, which cannot be polled, is read again at its end.
    ///
    /// - Returns: ``Outlook/over`` once half a second has passed since the request was noticed, else
    ///   ``Outlook/paused``.
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

    /// Waits for this many milliseconds, or until the end is requested.
    ///
    /// - Returns: whether the end was requested.
    public func isAsked(within milliseconds: Int32) -> Bool {
        var state = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&state, 1, milliseconds) > 0
    }
}
