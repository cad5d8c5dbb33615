import CaptureFile
import FlatMemory
import Synchronization
import TCPWire

/// A captured packet that owns a copy of its bytes.
public struct RecordedPacket: Hashable, Sendable {
    /// When the kernel timestamped the packet; ``Recording/hasNanoseconds`` gives the resolution.
    public var time: Timestamp
    /// The link-layer header that ``bytes`` begin with.
    public var linkType: LinkType
    /// The frame, cut at the snap length.
    public var bytes: [UInt8]
    /// The frame's length on the wire in octets; more than the count of ``bytes`` if the snap length has cut it.
    public var originalLength: Int

    /// A packet as it was captured.
    public init(time: Timestamp, linkType: LinkType, bytes: [UInt8], originalLength: Int) {
        self.time = time
        self.linkType = linkType
        self.bytes = bytes
        self.originalLength = originalLength
    }
}

/// The result of a ``PacketRecorder``.
public struct Recording: Sendable {
    /// The packets, in the order in which the kernel handed them over.
    public var packets: [RecordedPacket]
    /// The kernel's counts, which include packets that it dropped.
    public var statistics: CaptureStatistics
    /// Packets that were not kept because a limit was reached.
    public var omitted: Int
    /// Whether timestamps have a resolution of a nanosecond, else of a microsecond.
    public var hasNanoseconds: Bool
    /// The error that ended the capture early; `nil` if there was none.
    public var error: LiveCaptureError?
}

/// Captures packets on a thread of its own, and keeps them up to a limit.
public final class PacketRecorder: Sendable {
    /// The limits beyond which packets are not kept.
    public struct Limits: Sendable {
        /// The most packets.
        public var packets: Int
        /// The most octets of all packets together.
        public var octets: Int

        /// Creates limits; by default a million packets or 256 MiB, whichever is reached first.
        public init(packets: Int = 1 << 20, octets: Int = 256 << 20) {
            self.packets = packets
            self.octets = octets
        }
    }

    /// The link-layer header that the packets begin with.
    public let linkType: LinkType
    private let interrupter: LiveCapture.Interrupter
    private let store: PacketStore

    /// Opens the interface and starts the thread. Every packet after this returns is recorded.
    public init(_ options: CaptureOptions, limits: Limits = Limits()) throws(LiveCaptureError) {
        let source = CaptureSource(try LiveCapture(options))
        linkType = source.capture.linkType
        interrupter = source.capture.interrupter
        do throws(SystemError) {
            let store = try PacketStore(hasNanoseconds: source.capture.hasNanoseconds, limits: limits)
            self.store = store
            try WorkerThread.start { store.record(source) }
        } catch {
            throw .system(interface: options.interface, error)
        }
    }

    /// Ends the capture if ``stop(quiet:deadline:when:)`` was not called.
    deinit { interrupter.interrupt() }

    /// The packets recorded so far.
    public var packets: [RecordedPacket] { store.content.withLock { $0.recording.packets } }

    /// The number of packets captured so far, including those that were not kept.
    public var count: Int { store.content.withLock { $0.recording.packets.count + $0.recording.omitted } }

    /// Ends the capture and returns what it recorded. It blocks until `isComplete` returns true for the packets and
    /// none has arrived for `quiet` milliseconds, but no longer than `deadline` milliseconds.
    ///
    /// Packets that the kernel had captured by then are included.
    public func stop(
        quiet: Int = 60, deadline: Int = 2000, when isComplete: ([RecordedPacket]) -> Bool = { _ in true }
    ) -> Recording {
        // Earlier packets may still be in the kernel's ring, even if none was delivered for long, so the quiet time is
        // counted from this call.
        let start = SystemClock.ticks()
        let last = start &+ Int64(deadline) &* 1_000_000
        var examined = -1
        var isSatisfied = false
        while SystemClock.ticks() < last {
            let (count, arrival, hasEnded) = store.progress
            if hasEnded { break }
            let silence = max(arrival, start) &+ Int64(quiet) &* 1_000_000
            guard SystemClock.ticks() >= silence else {
                store.wait(forMoreThan: .max, until: min(silence, last))
                continue
            }
            // Checked only while no packets arrive: each check copies the packets, which would be too costly under
            // load.
            if count != examined { isSatisfied = isComplete(packets) }
            if isSatisfied { break }
            examined = count
            store.wait(forMoreThan: count, until: last)
        }
        interrupter.interrupt()
        store.wait(forMoreThan: .max, until: .max)
        return store.content.withLock { $0.recording }
    }

    /// Does what ``stop(quiet:deadline:when:)`` does, without blocking the caller's thread.
    public func stopped(
        quiet: Int = 60, deadline: Int = 2000,
        when isComplete: @escaping @Sendable ([RecordedPacket]) -> Bool = { _ in true }
    ) async -> Recording {
        do throws(SystemError) {
            return try await WorkerThread.run { self.stop(quiet: quiet, deadline: deadline, when: isComplete) }
        } catch {
            return stop(quiet: 0, deadline: 0)
        }
    }
}

/// The packets of a recorder, written by its thread and read by others.
private final class PacketStore: Sendable {
    struct Content {
        var recording: Recording
        var octets = 0
        var lastArrival = SystemClock.ticks()
        var hasEnded = false
        /// If a thread waits for further packets or for the end: the number of packets that it knows already; else
        /// `nil`.
        var awaited: Int?

        func hasMore(than known: Int) -> Bool { hasEnded || recording.packets.count > known }
    }

    let content: Mutex<Content>
    private let limits: PacketRecorder.Limits
    private let news: WakePipe

    init(hasNanoseconds: Bool, limits: PacketRecorder.Limits) throws(SystemError) {
        self.limits = limits
        news = try WakePipe()
        content = Mutex(
            Content(
                recording: Recording(
                    packets: [], statistics: CaptureStatistics(), omitted: 0, hasNanoseconds: hasNanoseconds)))
    }

    var progress: (count: Int, lastArrival: Int64, hasEnded: Bool) {
        content.withLock { ($0.recording.packets.count, $0.lastArrival, $0.hasEnded) }
    }

    /// Waits until there are more than `known` packets, the capture has ended, or `deadline` has come
    /// (``SystemClock/ticks()``). Only one thread at a time may wait.
    func wait(forMoreThan known: Int, until deadline: Int64) {
        while true {
            let isThere = content.withLock { content in
                content.awaited = content.hasMore(than: known) ? nil : known
                return content.awaited == nil
            }
            let left = deadline &- SystemClock.ticks()
            guard !isThere, left > 0 else { return }
            news.wait(milliseconds: Int32(clamping: left / 1_000_000 &+ 1))
        }
    }

    /// Changes the content, and wakes the waiting thread if the change is what it waits for.
    private func change(_ body: (inout Content) -> Void) {
        let isThere = content.withLock { content in
            body(&content)
            guard let known = content.awaited, content.hasMore(than: known) else { return false }
            content.awaited = nil
            return true
        }
        if isThere { news.wake() }
    }

    func record(_ source: CaptureSource) {
        var failure: LiveCaptureError?
        do throws(LiveCaptureError) {
            while case .packet(let packet) = try source.capture.next(timeout: -1) {
                keep(packet, source.capture.bytes, source.capture.linkType)
            }
            while let packet = try source.capture.drain() {
                keep(packet, source.capture.bytes, source.capture.linkType)
            }
        } catch {
            failure = error
        }
        let statistics = source.capture.statistics()
        change {
            $0.recording.statistics = statistics
            $0.recording.error = failure
            $0.hasEnded = true
        }
    }

    private func keep(_ packet: LiveCapture.Packet, _ bytes: RawSpan, _ linkType: LinkType) {
        let copy = [UInt8](copying: bytes)
        let recorded = RecordedPacket(
            time: packet.time, linkType: linkType, bytes: copy, originalLength: packet.originalLength)
        change { content in
            content.lastArrival = SystemClock.ticks()
            guard content.recording.packets.count < limits.packets, content.octets &+ copy.count <= limits.octets else {
                content.recording.omitted += 1
                return
            }
            content.octets += copy.count
            content.recording.packets.append(recorded)
        }
    }
}

/// Moves a capture, which cannot be copied, to the thread that uses it. One thread creates this box, and only one other
/// uses it.
private final class CaptureSource: @unchecked Sendable {
    var capture: LiveCapture
    init(_ capture: consuming LiveCapture) { self.capture = capture }
}
