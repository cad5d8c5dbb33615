#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Owns the memory that packets are read from: a mapped file, or a buffer that slides over a stream.
///
/// Invariants, on which the unsafe code below rests:
/// - `base` points to `capacity` octets that belong to this value alone until `deinit`, or is nil and `capacity` is 0;
/// - the first `count` of them are initialised, and `count <= capacity`;
/// - a mapping is read-only: nothing is written while `isMapping`, whose `count == capacity` leaves no free space;
/// - so it may go to another thread, and several may read it while none changes it (`@unchecked Sendable`);
/// - spans are borrowed from this value, so they end before anything moves or frees the memory.
///
/// What no invariant can hold: a mapped file that another program cuts short kills this one with SIGBUS when it reads
/// behind the new end. The length is taken once, when mapping; growth is not seen.
@safe struct ByteWindow: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutableRawPointer?
    private(set) var count: Int
    private var capacity: Int
    private let isMapping: Bool

    /// An empty buffer.
    init(capacity: Int) {
        unsafe base = capacity > 0 ? .allocate(byteCount: capacity, alignment: 16) : nil
        self.capacity = max(capacity, 0)
        count = 0
        isMapping = false
    }

    /// A copy of `bytes`.
    init(_ bytes: [UInt8]) {
        self.init(capacity: bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            if let base = unsafe base, let start = source.baseAddress {
                unsafe base.copyMemory(from: start, byteCount: source.count)
            }
        }
        count = bytes.count
    }

    /// The first `size` octets of an open file; nil where it cannot be mapped.
    init?(mapping descriptor: borrowing Descriptor, size: Int) {
        guard size > 0, let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0),
            unsafe start != MAP_FAILED
        else { return nil }
        unsafe base = start
        capacity = size
        count = size
        isMapping = true
    }

    deinit {
        guard let base = unsafe base else { return }
        if isMapping {
            unsafe munmap(base, capacity)
        } else {
            unsafe base.deallocate()
        }
    }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let buffer = unsafe UnsafeRawBufferPointer(start: base, count: count)
            return unsafe _overrideLifetime(buffer.bytes, borrowing: self)
        }
    }

    /// One step of `format` over these bytes. A method here (and the next), since only so does the compiler see that
    /// what it changes is not what it reads.
    func step(
        _ format: inout CaptureFormat, at offset: inout Int, packet: inout CapturedPacket
    ) -> CaptureFormat.Step {
        format.next(in: bytes, at: &offset, packet: &packet)
    }

    func readFileHeader(_ format: inout CaptureFormat, at offset: inout Int) -> CaptureFormat.Step? {
        format.readFileHeader(in: bytes, at: &offset)
    }

    /// Drops the first `discarded` octets of a buffer: the rest moves to its front.
    mutating func discard(_ discarded: Int) {
        guard !isMapping, discarded > 0, discarded <= count, let base = unsafe base else { return }
        unsafe memmove(base, base + discarded, count - discarded)
        count -= discarded
    }

    /// Lets `body` write behind the octets of a buffer; makes room where there is none, by doubling, so that memory
    /// follows what arrives and not what a length claims.
    ///
    /// - Parameter body: given the free space, returns how many octets it wrote to its start.
    /// - Returns: the same number.
    mutating func append(
        _ body: (UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int
    ) throws(CaptureError) -> Int {
        guard !isMapping else { return 0 }
        if count == capacity { grow(to: max(capacity * 2, 4096)) }
        guard let base = unsafe base else { return 0 }
        let space = unsafe UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
        let written = try unsafe body(space)
        precondition(written >= 0 && written <= capacity - count)
        count += written
        return written
    }

    /// Adds octets of another window, as many as there is room for after growing once.
    mutating func append(_ other: borrowing ByteWindow, _ range: Range<Int>) throws(CaptureError) -> Int {
        let bytes = other.bytes.extracting(range)
        return try unsafe append { (space) throws(CaptureError) in
            let part = bytes.extracting(first: space.count)
            unsafe part.withUnsafeBytes { unsafe space.copyMemory(from: $0) }
            return part.byteCount
        }
    }

    private mutating func grow(to newCapacity: Int) {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        if let base = unsafe base {
            unsafe larger.copyMemory(from: base, byteCount: count)
            unsafe base.deallocate()
        }
        unsafe base = larger
        capacity = newCapacity
    }
}
