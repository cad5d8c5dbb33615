import FlatMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Owns the memory that packets are read from: a buffer that slides over a file or a stream, or that holds all of it.
///
/// Invariants, on which the unsafe code below rests:
/// - `base` points to `capacity` octets that belong to this value alone until `deinit`, or is nil and `capacity` is 0;
/// - the `count` octets from `start` on are initialised, and `start + count <= capacity`;
/// - so the window may be passed to another thread, and several threads may read it while none changes it
///   (`@unchecked Sendable`);
/// - spans are borrowed from this value, so they end before anything moves or frees the memory.
///
/// New octets are appended at the start of a page where there is room for that: copying from the page cache is up to
/// six times slower if the destination lies a few octets further into its page than the source does.
@safe struct ByteWindow: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutableRawPointer?
    private var start = 0
    private(set) var count = 0
    private var capacity: Int

    private static let pageSize = 4096

    /// An empty buffer.
    init(capacity: Int) {
        self.capacity = max(capacity, 0)
        unsafe base =
            capacity > 0 ? .allocate(byteCount: capacity, alignment: Self.pageSize) : nil
    }

    /// A copy of `bytes`.
    init(_ bytes: [UInt8]) {
        self.init(bytes.octets)
    }

    /// A copy of `bytes`.
    init(_ bytes: RawSpan) {
        self.init(capacity: bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            if let base = unsafe base, let first = source.baseAddress {
                unsafe base.copyMemory(from: first, byteCount: source.count)
            }
        }
        count = bytes.byteCount
    }

    deinit { unsafe base?.deallocate() }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let first = unsafe base.map { unsafe $0 + start }
            let buffer = unsafe UnsafeRawBufferPointer(start: first, count: count)
            return unsafe _overrideLifetime(buffer.bytes, borrowing: self)
        }
    }

    /// One step of `format` over these octets. It is a method of the window (like ``readFileHeader(_:at:)``) so that
    /// the compiler sees that the format, which is changed, and the octets, which are read, cannot overlap
    /// (exclusivity).
    func step(
        _ format: inout CaptureFormat, at offset: inout Int, packet: inout CapturedPacket
    ) -> CaptureFormat.Step {
        format.next(in: bytes, at: &offset, packet: &packet)
    }

    func readFileHeader(_ format: inout CaptureFormat, at offset: inout Int) -> CaptureFormat.Step? {
        format.readFileHeader(in: bytes, at: &offset)
    }

    /// Drops the first `discarded` octets.
    mutating func discard(_ discarded: Int) {
        guard discarded > 0, discarded <= count else { return }
        start += discarded
        count -= discarded
    }

    /// Lets `body` write after the window's octets. Where no room is left, the memory is doubled: so its size follows
    /// what really arrives, and not what a length field claims.
    ///
    /// - Parameter body: is given the free space, and returns how many octets it has written to the start of it.
    /// - Returns: the same number.
    mutating func append(
        _ body: (UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int
    ) throws(CaptureError) -> Int {
        makeRoom()
        guard let base = unsafe base else { return 0 }
        let end = start + count
        let space = unsafe UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
        let written = try unsafe body(space)
        precondition(written >= 0 && written <= capacity - end)
        count += written
        return written
    }

    /// Appends octets of another window, as many as there is room for after the memory has grown at most once.
    mutating func append(_ other: borrowing ByteWindow, _ range: Range<Int>) throws(CaptureError) -> Int {
        let bytes = other.bytes.extracting(range)
        return try unsafe append { (space) throws(CaptureError) in
            let part = bytes.extracting(first: space.count)
            unsafe part.withUnsafeBytes { unsafe space.copyMemory(from: $0) }
            return part.byteCount
        }
    }

    /// Where the end of the memory is reached, moves the octets to its front, so that they end at the end of a page;
    /// where that leaves no room, allocates more memory.
    private mutating func makeRoom() {
        guard start + count == capacity || count == 0 else { return }
        let front = -count & (Self.pageSize - 1)
        if front + count < capacity, front <= start {
            if let base = unsafe base, front != start { unsafe memmove(base + front, base + start, count) }
            start = front
            return
        }
        let larger = max(capacity * 2, Self.pageSize * 2)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: Self.pageSize)
        if let base = unsafe base {
            unsafe (grown + front).copyMemory(from: base + start, byteCount: count)
            unsafe base.deallocate()
        }
        unsafe base = grown
        start = front
        capacity = larger
    }
}

extension [UInt8] {
    /// `Span.bytes` is marked unsafe because elements could have padding; an octet has none.
    fileprivate var octets: RawSpan {
        @_lifetime(borrow self) get { unsafe span.bytes }
    }
}
