import CZlib
import FlatMemory

/// Unpacks a gzip stream of one or several members.
///
/// Invariants, on which the unsafe code below rests: `stream` points to a `z_stream` of this value alone, initialised by
/// zlib from `init` to `deinit` and never moved, since zlib keeps its address; its `next_in` and `next_out` are set anew,
/// with their lengths, before each call, and cleared behind it. Nothing of it belongs to a thread.
@safe struct Inflater: ~Copyable, @unchecked Sendable {
    enum Condition { case running, finished, cutOff, corrupt }

    private let stream: UnsafeMutablePointer<z_stream>
    private var input = ByteWindow(capacity: 1 << 16)
    private var consumed = 0
    private var isInputAtEnd = false
    /// Behind one member's end: another may follow.
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

    /// Whether bytes begin as gzip's do.
    static func recognises(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 2 && bytes.octet(at: 0) == 0x1f && bytes.octet(at: 1) == 0x8b
    }

    /// Adds unpacked octets to `window`.
    ///
    /// - Returns: how many; 0 at the end, of which ``condition`` tells the kind.
    mutating func read(into window: inout ByteWindow, from source: inout ByteSource) throws(CaptureError) -> Int {
        goOnBehindEnd()
        while condition == .running {
            if consumed == input.count, !isInputAtEnd {
                input.discard(consumed)
                consumed = 0
                isInputAtEnd = try source.read(into: &input) == 0
            }
            if isBetweenMembers {
                // Zeros, or whatever else, may pad a file behind its last member: gzip ignores it.
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
