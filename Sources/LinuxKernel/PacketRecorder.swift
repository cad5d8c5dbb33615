import CaptureFile
import FlatMemory
import Synchronization
import TCPWire

/// A packet with bytes of its own.
public struct RecordedPacket: Hashable, Sendable {
    /// When the kernel saw it, to the nanosecond where ``Recording/hasNanoseconds`` says so.
    public var time: Timestamp
    /// What ``bytes`` begin with.
    public var linkType: LinkType
    /// The frame, as far as the snap length reaches.
    public var bytes: [UInt8]
    /// Octets on the wire; more than ``bytes`` where the snap length cut it.
    public var originalLength: Int

    /// A packet as it was captured.
    public init(time: Timestamp, linkType: LinkType, bytes: [UInt8], originalLength: Int) {
        self.time = time
        self.linkType = linkType
        self.bytes = bytes
        self.originalLength = originalLength
    }
}

/// What a ``PacketRecorder`` has recorded.
public struct Recording: Sendable {
    /// In the order in which the kernel handed them over.
    public var packets: [RecordedPacket]
    /// What the kernel counted: packets that it had no room for are only here.
    public var statistics: CaptureStatistics
    /// Packets that came after the store was full.
    public var omitted: Int
    /// Whether times are exact to the nanosecond; else to the microsecond.
    public var hasNanoseconds: Bool
    /// What ended the capture early, if anything did.
    public var error: LiveCaptureError?
}

/// Captures on a thread of its own into a bounded store.
public final class PacketRecorder: Sendable {
    /// How much is kept.
    public struct Limits: Sendable {
        /// Packets, however small.
        public var packets: Int
        /// Octets of packets.
        public var octets: Int

        /// A million packets, or 256 MiB, whichever comes first, where nothing else is given.
        public init(packets: Int = 1 << 20, octets: Int = 256 << 20) {
            self.packets = packets
            self.octets = octets
        }
    }

    /// What the packets begin with.
    public let linkType: LinkType
    private let interrupter: LiveCapture.Interrupter
    private let store: PacketStore

    /// Opens the interface and starts. When this returns, every later packet is recorded.
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

    /// Ends the capture where nobody called ``stop(quiet:deadline:when:)``.
    deinit { interrupter.interrupt() }

    /// What has come so far.
    public var packets: [RecordedPacket] { store.content.withLock { $0.recording.packets } }

    /// How many packets have come so far.
    public var count: Int { store.content.withLock { $0.recording.packets.count + $0.recording.omitted } }

    /// Ends the capture at the right moment, and blocks until then: once `isComplete` says of the packets that they are
    /// all there and no packet has come for `quiet` milliseconds, but no later than `deadline` milliseconds from now.
    ///
    /// Packets that the kernel had seen by then are delivered.
    public func stop(
        quiet: Int = 60, deadline: Int = 2000, when isComplete: ([RecordedPacket]) -> Bool = { _ in true }
    ) -> Recording {
        // What has passed may still lie in the kernel's ring, however long nothing came before: silence counts from now.
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
            // Looked at only while nothing comes: a copy taken in the midst of a flood would cost one each time.
            if count != examined { isSatisfied = isComplete(packets) }
            if isSatisfied { break }
            examined = count
            store.wait(forMoreThan: count, until: last)
        }
        interrupter.interrupt()
        store.wait(forMoreThan: .max, until: .max)
        return store.content.withLock { $0.recording }
    }

    /// ``stop(quiet:deadline:when:)`` without blocking the caller's thread.
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

/// Where a recorder's thread puts what it captures.
private final class PacketStore: Sendable {
    struct Content {
        var recording: Recording
        var octets = 0
        var lastArrival = SystemClock.ticks()
        var hasEnded = false
        /// Where somebody waits for more packets than so many, or for the end: how many.
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

    /// Waits until there are more packets than `known`, the capture has ended, or it is `deadline`
    /// (``SystemClock/ticks()``). For one thread at a time.
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

    /// Changes what is recorded, and wakes whoever waits for that.
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

/// Carries a capture, which cannot be copied, to the thread that uses it: made on one thread, used by one other.
private final class CaptureSource: @unchecked Sendable {
    var capture: LiveCapture
    init(_ capture: consuming LiveCapture) { self.capture = capture }
}
