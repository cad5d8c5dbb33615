/// Where a window's octets come from: first from octets that are in memory already, then from a file descriptor.
struct ByteSource: ~Copyable {
    private var memory: ByteWindow
    /// How many octets of ``memory`` have been read.
    private var taken = 0
    private let descriptor: Descriptor?
    /// Decides whether the reading of a stream goes on.
    private let stop: StreamStop?
    /// Keeps a copy of what is read from a stream, so that it can be read once more.
    private let spool: Spool?
    /// The offset in a regular file of the next octet to be read; `nil` for a stream, which can only be read in order.
    private var position: Int?
    /// The offset in a regular file at which reading will probably end: reads do not go past it, and after it they are
    /// small.
    private var likelyEnd = Int.max
    /// The most octets of ``memory`` for each read, so that tests can have it read in pieces, as a stream is.
    private let pieceSize: Int
    let path: String

    init(
        memory: consuming ByteWindow, then descriptor: consuming Descriptor? = nil, stop: StreamStop? = nil,
        spool: Spool? = nil, pieceSize: Int = .max, path: String
    ) {
        self.memory = memory
        self.descriptor = descriptor
        self.stop = stop
        self.spool = spool
        self.pieceSize = pieceSize
        self.path = path
    }

    /// A regular file, from its start.
    init(file: consuming Descriptor, path: String) {
        self.init(memory: ByteWindow(capacity: 0), then: file, path: path)
        position = 0
    }

    /// Whether any offset can be read at any time, as in a regular file.
    var isSeekable: Bool { position != nil }

    /// Adds octets to `window`.
    ///
    /// - Returns: how many octets were added; 0 at the end.
    mutating func read(into window: inout ByteWindow) throws(CaptureError) -> Int {
        let length = min(memory.count - taken, pieceSize)
        if length > 0 {
            let copied = try window.append(memory, taken..<(taken + length))
            taken += copied
            return copied
        }
        guard let from = position else {
            switch descriptor {
            case .some(let open):
                if let stop, !stop.letsRead(open.number) { return 0 }
                return try unsafe window.append { (space) throws(CaptureError) in
                    let got = try unsafe open.read(into: space, path: path)
                    unsafe spool?.keep(UnsafeRawBufferPointer(rebasing: space.prefix(got)))
                    return got
                }
            case .none: return 0
            }
        }
        let got = try read(
            at: from, into: &window, atMost: from < likelyEnd ? likelyEnd - from : Self.stepBeyond)
        position = from + got
        return got
    }

    /// Octets for each read after ``likelyEnd``: enough for a packet or two.
    private static let stepBeyond = 1 << 14

    /// Adds the octets of a regular file from `offset` on to `window`.
    ///
    /// - Returns: how many octets were added; 0 at the end.
    func read(
        at offset: Int, into window: inout ByteWindow, atMost limit: Int = .max
    ) throws(CaptureError) -> Int {
        switch descriptor {
        case .some(let file):
            try unsafe window.append { (space) throws(CaptureError) in
                let part = unsafe UnsafeMutableRawBufferPointer(rebasing: space.prefix(limit))
                return try unsafe file.read(into: part, at: offset, path: path)
            }
        case .none: 0
        }
    }

    /// Continues reading at another offset of a regular file.
    mutating func seek(to offset: Int, until limit: Int) {
        position = offset
        likelyEnd = limit
    }

    /// A new source of the same octets, from the start; `nil` for a stream whose octets were not kept.
    func again() throws(CaptureError) -> ByteSource? {
        guard position == nil, descriptor != nil else {
            return try duplicate()
        }
        return try spool?.source(path: path)
    }

    /// A new source of the same regular file, or of the same octets in memory.
    func duplicate() throws(CaptureError) -> ByteSource {
        switch descriptor {
        case .some(let file): ByteSource(file: try file.duplicate(path: path), path: path)
        case .none: ByteSource(memory: ByteWindow(memory.bytes), path: path)
        }
    }

    /// Takes back the octets that were read first, so that they are read again.
    mutating func rewind(_ window: consuming ByteWindow) {
        if position != nil {
            position = 0
        } else if memory.count == 0 {
            memory = window
        }
        taken = 0
    }
}
