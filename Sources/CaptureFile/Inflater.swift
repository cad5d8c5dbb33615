import CZlib
import FlatMemory

/// Decompresses a gzip stream of one or several members.
///
/// Invariants, on which the unsafe code below rests: `stream` points to a `z_stream` that belongs to this value alone;
/// zlib initializes it in `init` and releases it in `deinit`, and it is never moved, since zlib keeps its address. Its
/// `next_in` and `next_out` are set, with their lengths, before each call and cleared after it. Nothing in it is bound
/// to a thread.
@safe struct Inflater: ~Copyable, @unchecked Sendable {
    enum Condition { case running, finished, cutOff, corrupt }

    private let stream: UnsafeMutablePointer<z_stream>
    private var input = ByteWindow(capacity: 1 << 16)
    private var consumed = 0
    private var isInputAtEnd = false
    /// Whether a member has ended, after which another may follow.
    private var isBetweenMembers = false
    private(set) var condition = Condition.running

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15: the largest window; 16: with gzip's header and checksum.
        let result = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        if result != Z_OK { condition = .corrupt }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Whether the octets begin as a gzip file does.
    static func recognises(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 2 && bytes.octet(at: 0) == 0x1f && bytes.octet(at: 1) == 0x8b
    }

    /// Appends decompressed octets to `window`.
    ///
    /// - Returns: how many; 0 at the end, and ``condition`` then tells what kind of end it is.
    mutating func read(into window: inout ByteWindow, from source: inout ByteSource) throws(CaptureError) -> Int {
        goOnBehindEnd()
        while condition == .running {
            if consumed == input.count, !isInputAtEnd {
                input.discard(consumed)
                consumed = 0
                isInputAtEnd = try source.read(into: &input) == 0
            }
            if isBetweenMembers {
                // The last member may be followed by padding, of zeros or anything else, which gzip ignores.
                guard consumed < input.count, input.bytes.octet(at: consumed) == 0x1f else {
                    condition = .finished
                    break
                }
                unsafe inflateReset(stream)
                isBetweenMembers = false
            }
            let produced = try unsafe window.append { (space) throws(CaptureError) in unsafe step(into: space) }
            if produced > 0 { return produced }
        }
        return 0
    }

    /// What had ended, though not with a padding, may have grown since.
    private mutating func goOnBehindEnd() {
        guard isInputAtEnd, consumed == input.count else { return }
        isInputAtEnd = false
        if condition == .cutOff || condition == .finished { condition = .running }
    }

    private mutating func step(into space: UnsafeMutableRawBufferPointer) -> Int {
        let limit = min(space.count, 1 << 30)
        let given = input.count - consumed
        let result = unsafe input.bytes.extracting(consumed...).withUnsafeBytes { packed in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.pointee.avail_in = UInt32(packed.count)
            unsafe stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.avail_out = UInt32(limit)
            return unsafe inflate(stream, Z_NO_FLUSH)
        }
        consumed += given - Int(unsafe stream.pointee.avail_in)
        let produced = limit - Int(unsafe stream.pointee.avail_out)
        unsafe stream.pointee.next_in = nil
        unsafe stream.pointee.next_out = nil
        switch result {
        case Z_STREAM_END: isBetweenMembers = true
        case Z_OK, Z_BUF_ERROR: if produced == 0, isInputAtEnd, consumed == input.count { condition = .cutOff }
        default: condition = .corrupt
        }
        return produced
    }
}
