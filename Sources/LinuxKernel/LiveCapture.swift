import CPcap
import CaptureFile
import Synchronization
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Packets off a live interface, by libpcap. Owned by one thread; ``interrupter`` stops it from any other.
///
///     var capture = try LiveCapture(CaptureOptions(interface: "lo", filter: "tcp port 8080"))
///     while case .packet(let packet) = try capture.next(timeout: -1) { use(packet, capture.bytes) }
///
/// On a loopback interface each packet passes twice, out and in; libpcap skips the first, so here it comes once.
public struct LiveCapture: ~Copyable {
    /// What one packet is, besides its bytes.
    public struct Packet: Hashable, Sendable {
        /// When the kernel saw it.
        public var time: Timestamp
        /// Octets on the wire.
        public var originalLength: Int
    }

    /// What a call of ``next(timeout:)`` brought.
    public enum Event: Hashable, Sendable {
        /// A packet, whose bytes are ``LiveCapture/bytes`` until the next call.
        case packet(Packet)
        case timeout
        /// ``Interrupter/interrupt()`` was called. Packets may be waiting still: call ``LiveCapture/drain()`` for them.
        case interrupted
    }

    /// Stops a capture from another thread, or from none (it may outlive the capture).
    public final class Interrupter: Sendable {
        fileprivate let flag = Atomic(false)
        fileprivate let pipe: WakePipe

        private init(_ pipe: WakePipe) { self.pipe = pipe }

        fileprivate static func make(for interface: String) throws(LiveCaptureError) -> Interrupter {
            do throws(SystemError) {
                return Interrupter(try WakePipe())
            } catch {
                throw .system(interface: interface, error)
            }
        }

        /// Makes this and every later ``LiveCapture/next(timeout:)`` return ``LiveCapture/Event/interrupted``.
        public func interrupt() {
            flag.store(true, ordering: .releasing)
            pipe.wake()
        }
    }

    /// What ends the capture, from any thread.
    public let interrupter: Interrupter
    /// What the packets begin with.
    public let linkType: LinkType
    /// Whether timestamps are exact to the nanosecond; else to the microsecond.
    public let hasNanoseconds: Bool
    private let interface: String
    private let handle: CaptureHandle

    /// Opens the interface. When this returns, every later packet will be seen.
    public init(_ options: CaptureOptions) throws(LiveCaptureError) {
        let handle = try CaptureHandle(options)
        interrupter = try Interrupter.make(for: options.interface)
        interface = options.interface
        linkType = unsafe LinkType(rawValue: UInt16(clamping: cpcap_link_type(handle.pointer)))
        hasNanoseconds = unsafe cpcap_has_nanoseconds(handle.pointer) != 0
        self.handle = handle
    }

    /// The bytes of the last packet; empty before the first.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { handle.bytes }
    }

    /// The next packet.
    ///
    /// - Parameter timeout: milliseconds to wait for it: 0 not at all, -1 for ever.
    public mutating func next(timeout: Int32) throws(LiveCaptureError) -> Event {
        let deadline = timeout < 0 ? nil : SystemClock.ticks() &+ Int64(timeout) &* 1_000_000
        while true {
            if interrupter.flag.load(ordering: .acquiring) { return .interrupted }
            if let packet = try take() { return .packet(packet) }
            guard let wait = waitingTime(until: deadline) else { return .timeout }
            try pollOnce(milliseconds: wait)
        }
    }

    /// The next packet that the kernel has handed over already; also after an interruption.
    public mutating func drain() throws(LiveCaptureError) -> Packet? { try take() }

    /// Counts since the start.
    public func statistics() -> CaptureStatistics {
        var counts: [UInt32] = [0, 0, 0]
        guard unsafe cpcap_counts(handle.pointer, &counts) == 0 else { return CaptureStatistics() }
        return CaptureStatistics(received: counts[0], droppedByKernel: counts[1], droppedByInterface: counts[2])
    }

    /// Whether packets of an interface may be captured here; tried by doing it.
    public static func check(interface: String) -> LiveCaptureError? {
        do throws(LiveCaptureError) {
            _ = try LiveCapture(
                CaptureOptions(interface: interface, snapLength: 128, bufferSize: 1 << 16))
            return nil
        } catch {
            return error
        }
    }

    /// Parses a filter without opening anything, so that its faults can be told before a privilege is asked for.
    public static func check(filter: String, linkType: LinkType = .ethernet) -> LiveCaptureError? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CPCAP_MESSAGE_SIZE)) { message in
            guard let start = message.baseAddress else { return nil }
            guard unsafe cpcap_check_filter(filter, Int32(linkType.rawValue), start) != 0 else { return nil }
            return unsafe .filterSyntax(filter: filter, message: String(cString: start))
        }
    }

    /// The interfaces that packets can be captured on, `any` for all of them among these; those that are up come first. Needs no
    /// privilege.
    public static func interfaces() -> [String] {
        var names = [UInt8](repeating: 0, count: 1 << 16)
        var message = [CChar](repeating: 0, count: Int(CPCAP_MESSAGE_SIZE))
        let count = unsafe names.withUnsafeMutableBytes { space in
            unsafe cpcap_interfaces(
                space.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: space.count), &message)
        }
        return names.prefix(max(0, Int(count))).split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private func take() throws(LiveCaptureError) -> Packet? {
        switch unsafe cpcap_next(handle.pointer, &handle.packet, handle.message) {
        case 1:
            return unsafe Packet(
                time: Timestamp(nanoseconds: handle.packet.nanoseconds),
                originalLength: Int(handle.packet.original_length))
        case 0:
            return nil
        default:
            throw unsafe .failed(interface: interface, message: String(cString: handle.message))
        }
    }

    /// Milliseconds to wait next; `nil` where the deadline has passed.
    private func waitingTime(until deadline: Int64?) -> Int32? {
        // Some kernels do not wake poll for a block that is not full: libpcap itself never waits longer than this.
        let longest: Int64 = 100
        guard let deadline else { return Int32(longest) }
        let left = deadline &- SystemClock.ticks()
        guard left > 0 else { return nil }
        return Int32(clamping: min(longest, (left &+ 999_999) / 1_000_000))
    }

    private func pollOnce(milliseconds: Int32) throws(LiveCaptureError) {
        var watched = [
            pollfd(fd: handle.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: interrupter.pipe.reader, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&watched, 2, milliseconds) < 0, errno != EINTR else { return }
        throw .system(interface: interface, .last("poll"))
    }
}

/// The one place that holds libpcap's pointers. `pointer` is open from `init` to `deinit`; `packet` is what the last
/// cpcap_next left, its bytes true until the next: ``LiveCapture`` hands them out only as a span that its own mutation
/// ends. `message` has room for CPCAP_MESSAGE_SIZE characters, the last of which is always 0, from `init` to `deinit`.
@safe final class CaptureHandle {
    let pointer: OpaquePointer
    let descriptor: Int32
    let message: UnsafeMutablePointer<CChar>
    var packet = unsafe cpcap_packet()

    init(_ options: CaptureOptions) throws(LiveCaptureError) {
        let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CPCAP_MESSAGE_SIZE))
        unsafe message.initialize(repeating: 0, count: Int(CPCAP_MESSAGE_SIZE))
        var fault: Int32 = 0
        guard let opened = unsafe Self.open(options, &fault, message) else {
            let words = unsafe String(cString: message)
            unsafe message.deallocate()
            throw Self.error(fault, options, words)
        }
        unsafe self.message = message
        unsafe pointer = opened
        descriptor = unsafe cpcap_descriptor(opened)
    }

    deinit {
        unsafe cpcap_close(pointer)
        unsafe message.deallocate()
    }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let buffer = unsafe UnsafeRawBufferPointer(start: packet.bytes, count: Int(packet.captured_length))
            return unsafe _overrideLifetime(buffer.bytes, borrowing: self)
        }
    }

    private static func open(
        _ options: CaptureOptions, _ fault: inout Int32, _ message: UnsafeMutablePointer<CChar>
    ) -> OpaquePointer? {
        var wanted = unsafe cpcap_options()
        unsafe wanted.snap_length = max(1, options.snapLength)
        unsafe wanted.buffer_size = max(1 << 16, options.bufferSize)
        unsafe wanted.promiscuous = options.isPromiscuous ? 1 : 0
        if case .batched(let milliseconds) = options.delivery {
            unsafe wanted.timeout_milliseconds = max(1, milliseconds)
        }
        return unsafe options.interface.withCString { interface in
            unsafe wanted.interface = interface
            guard let filter = options.filter, !filter.isEmpty else {
                return unsafe cpcap_open(&wanted, &fault, message)
            }
            return unsafe filter.withCString {
                unsafe wanted.filter = $0
                return unsafe cpcap_open(&wanted, &fault, message)
            }
        }
    }

    private static func error(_ fault: Int32, _ options: CaptureOptions, _ words: String) -> LiveCaptureError {
        switch UInt32(bitPattern: fault) {
        case CPCAP_FAULT_PERMISSION.rawValue: .notPermitted(interface: options.interface)
        case CPCAP_FAULT_NO_DEVICE.rawValue: .noSuchInterface(options.interface)
        case CPCAP_FAULT_DOWN.rawValue: .interfaceDown(options.interface)
        case CPCAP_FAULT_FILTER.rawValue: .filterSyntax(filter: options.filter ?? "", message: words)
        default: .failed(interface: options.interface, message: words)
        }
    }
}
