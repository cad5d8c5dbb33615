import CPcap
import CaptureFile
import Synchronization
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Captures packets on a live interface by libpcap. One thread must own the capture; its ``interrupter`` stops it from
/// any other.
///
///     var capture = try LiveCapture(CaptureOptions(interface: "lo", filter: "tcp port 8080"))
///     while case .packet(let packet) = try capture.next(timeout: -1) { use(packet, capture.bytes) }
///
/// A loopback interface sees each packet twice, as sent and as received; libpcap drops the first, so each packet is
/// captured once.
public struct LiveCapture: ~Copyable {
    /// A packet's time and length, without its bytes.
    public struct Packet: Hashable, Sendable {
        /// When the kernel timestamped the packet.
        public var time: Timestamp
        /// The packet's length on the wire in octets.
        public var originalLength: Int
    }

    /// The result of a call of ``next(timeout:)``.
    public enum Event: Hashable, Sendable {
        /// A packet was captured; ``LiveCapture/bytes`` holds its bytes until the next call.
        case packet(Packet)
        case timeout
        /// ``Interrupter/interrupt()`` was called. The kernel may have handed over more packets:
        /// ``LiveCapture/drain()`` returns them.
        case interrupted
    }

    /// Stops a capture from any thread. It may outlive the capture, and then does nothing.
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

    /// Ends this capture from any thread.
    public let interrupter: Interrupter
    /// The link-layer header that the packets begin with.
    public let linkType: LinkType
    /// Whether timestamps have a resolution of a nanosecond, else of a microsecond.
    public let hasNanoseconds: Bool
    private let interface: String
    private let handle: CaptureHandle

    /// Opens the interface. Every packet after this returns is captured.
    public init(_ options: CaptureOptions) throws(LiveCaptureError) {
        let handle = try CaptureHandle(options)
        interrupter = try Interrupter.make(for: options.interface)
        interface = options.interface
        linkType = unsafe LinkType(rawValue: UInt16(clamping: cpcap_link_type(handle.pointer)))
        hasNanoseconds = unsafe cpcap_has_nanoseconds(handle.pointer) != 0
        self.handle = handle
    }

    /// The bytes of the last packet; empty before the first one.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { handle.bytes }
    }

    /// Waits for the next packet.
    ///
    /// - Parameter timeout: milliseconds to wait: 0 returns at once, -1 waits without a limit.
    public mutating func next(timeout: Int32) throws(LiveCaptureError) -> Event {
        let deadline = timeout < 0 ? nil : SystemClock.ticks() &+ Int64(timeout) &* 1_000_000
        while true {
            if interrupter.flag.load(ordering: .acquiring) { return .interrupted }
            if let packet = try take() { return .packet(packet) }
            guard let wait = waitingTime(until: deadline) else { return .timeout }
            try pollOnce(milliseconds: wait)
        }
    }

    /// The next packet that the kernel has already handed over, also after an interruption; `nil` if there is none.
    public mutating func drain() throws(LiveCaptureError) -> Packet? { try take() }

    /// The counts since the capture began.
    public func statistics() -> CaptureStatistics {
        var counts: [UInt32] = [0, 0, 0]
        guard unsafe cpcap_counts(handle.pointer, &counts) == 0 else { return CaptureStatistics() }
        return CaptureStatistics(received: counts[0], droppedByKernel: counts[1], droppedByInterface: counts[2])
    }

    /// Checks whether packets of an interface may be captured, by opening it; `nil` if so.
    public static func check(interface: String) -> LiveCaptureError? {
        do throws(LiveCaptureError) {
            _ = try LiveCapture(
                CaptureOptions(interface: interface, snapLength: 128, bufferSize: 1 << 16))
            return nil
        } catch {
            return error
        }
    }

    /// Parses a filter without opening an interface, so that a faulty filter can be reported before a privilege is
    /// needed; `nil` if it is valid.
    public static func check(filter: String, linkType: LinkType = .ethernet) -> LiveCaptureError? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CPCAP_MESSAGE_SIZE)) { message in
            guard let start = message.baseAddress else { return nil }
            guard unsafe cpcap_check_filter(filter, Int32(linkType.rawValue), start) != 0 else { return nil }
            return unsafe .filterSyntax(filter: filter, message: String(cString: start))
        }
    }

    /// The names of the interfaces that packets can be captured on, including `any` for all of them; interfaces that
    /// are up come first. Needs no privilege.
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

    /// Milliseconds for the next poll(2); `nil` if the deadline has passed.
    private func waitingTime(until deadline: Int64?) -> Int32? {
        // Some kernels do not wake poll for a block that is not full, so libpcap never waits longer than this either.
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

/// The only type that holds libpcap's pointers. `pointer` is open from `init` to `deinit`. `packet` is the result of
/// the last cpcap_next; its bytes are valid until the next call, so ``LiveCapture`` exposes them only as a span that a
/// mutation of the capture ends. `message` has room for CPCAP_MESSAGE_SIZE characters from `init` to `deinit`; the last
/// one is always 0.
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
