import CaptureFile
import LinuxKernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Waits for descriptors with poll(2), until a time limit or an interruption.
struct DialWait {
    enum End {
        case ready, late, interrupted
    }

    private let deadline: Int64?
    private let wake: Int32

    /// - Parameters:
    ///   - limit: the time from now after which waiting ends; `nil` for no limit.
    ///   - wake: a descriptor that becomes readable when waiting is to be interrupted.
    init(limit: Duration?, wake: Int32) {
        self.wake = wake
        deadline = limit.map { limit in
            let seconds = min(max(0, limit.components.seconds), 1_000_000_000)
            return SystemClock.ticks() &+ seconds &* 1_000_000_000 &+ limit.components.attoseconds / 1_000_000_000
        }
    }

    func until(_ descriptor: Int32, canRead: Bool, canWrite: Bool, or input: Int32? = nil) -> End {
        let events = Int16((canRead ? POLLIN : 0) | (canWrite ? POLLOUT : 0))
        var watched = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: events, revents: 0),
        ]
        if let input { watched.append(pollfd(fd: input, events: Int16(POLLIN), revents: 0)) }
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                milliseconds = Int32(clamping: max(0, (deadline &- SystemClock.ticks() &+ 999_999) / 1_000_000))
            }
            let count = unsafe poll(&watched, nfds_t(watched.count), milliseconds)
            if count < 0 {
                if errno == EINTR { continue }
                return .interrupted
            }
            if watched[0].revents != 0 { return .interrupted }
            return count == 0 ? .late : .ready
        }
    }
}

/// The conversation on an established connection: input is sent to the peer and the answer is received, both at the
/// same time.
struct DialExchange {
    let socket: StreamSocket
    let options: DialOptions
    /// A descriptor that becomes readable when the exchange is to be interrupted.
    let wake: Int32

    private static let readSize = 65536

    private struct Progress {
        var unsent: ArraySlice<UInt8> = []
        /// The descriptor from which more input is read; `nil` once it has ended.
        var source: Int32?
        var isHalfClosed = false
        var isPeerDone = false
        var hasHeard = false

        var isAllSent: Bool { unsent.isEmpty && source == nil }
    }

    /// Sends and receives until both are finished. Returns how the connection broke, if it did.
    func run(_ diary: inout DialDiary) -> DialOutcome {
        var progress = Progress()
        switch options.input {
        case .octets(let bytes): progress.unsent = bytes[...]
        case .descriptor(let number): progress.source = number
        }
        while true {
            if let outcome = sendSome(&progress, &diary) { return outcome }
            if isDone(progress) { return .established }
            let hears = !progress.isPeerDone && options.reading != .nothing
            // More input is read only when the last of it has been sent, so that at most one read is held in memory.
            let input = progress.unsent.isEmpty ? progress.source : nil
            let end = DialWait(limit: options.idleLimit, wake: wake).until(
                socket.descriptor, canRead: hears, canWrite: !progress.unsent.isEmpty, or: input)
            switch end {
            case .interrupted:
                return .interrupted
            case .late:
                diary.note(.idle)
                return .established
            case .ready:
                if let outcome = receiveSome(&progress, &diary) { return outcome }
                takeInput(&progress)
            }
        }
    }

    private func isDone(_ progress: Progress) -> Bool {
        switch options.reading {
        case .nothing: progress.isAllSent
        case .once: progress.isPeerDone || progress.hasHeard && progress.isAllSent
        case .untilEnd: progress.isPeerDone && progress.unsent.isEmpty
        }
    }

    private func sendSome(_ progress: inout Progress, _ diary: inout DialDiary) -> DialOutcome? {
        while !progress.unsent.isEmpty {
            let start = SystemClock.now()
            switch socket.send(progress.unsent) {
            case .done(let count):
                progress.unsent = progress.unsent.dropFirst(count)
                diary.note(.sent(octets: count), at: start)
            case .notNow, .end:
                return nil
            case .failed(let error):
                return broken(error)
            }
        }
        if progress.isAllSent, options.halfCloses, !progress.isHalfClosed {
            socket.shutdownSending()
            progress.isHalfClosed = true
            diary.note(.halfClosed)
        }
        return nil
    }

    private func receiveSome(_ progress: inout Progress, _ diary: inout DialDiary) -> DialOutcome? {
        guard !progress.isPeerDone, options.reading != .nothing else {
            // poll(2) reports a broken connection even if it is not asked for, and would do so again and again.
            let code = socket.pendingError()
            return code == 0 ? nil : broken(SystemError(call: "connect", code: code))
        }
        switch socket.receive(atMost: Self.readSize) {
        case .done(let bytes):
            progress.hasHeard = true
            diary.note(.received(bytes))
        case .end:
            progress.isPeerDone = true
            diary.story.peerClosedFirst = !progress.isHalfClosed
            diary.note(.peerClosed)
        case .notNow:
            break
        case .failed(let error):
            return broken(error)
        }
        return nil
    }

    private func takeInput(_ progress: inout Progress) {
        guard let source = progress.source, progress.unsent.isEmpty else { return }
        var state = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&state, 1, 0) > 0 else { return }
        var buffer = [UInt8](repeating: 0, count: Self.readSize)
        let count = unsafe read(source, &buffer, buffer.count)
        if count > 0 {
            progress.unsent = buffer[0..<count]
        } else if count == 0 || errno != EINTR && errno != EAGAIN {
            progress.source = nil
        }
    }

    private func broken(_ error: SystemError) -> DialOutcome {
        switch error.code {
        case ECONNRESET, EPIPE: .resetAfterEstablished
        default: .brokenAfterEstablished(error)
        }
    }
}
