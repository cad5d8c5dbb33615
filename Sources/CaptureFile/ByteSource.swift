/// Where a window's octets come from: what is at hand in memory, then a descriptor.
struct ByteSource: ~Copyable {
    private var memory: ByteWindow
    /// How much of ``memory`` was read.
    private var taken = 0
    private let descriptor: Descriptor?
    /// What may end the reading of a stream.
    private let stop: StreamStop?
    /// Keeps what was read of a stream, so that it can be read once more.
    private let spool: Spool?
    /// Where in a regular file the next octet to read lies; `nil` for what can only be read on.
    private var position: Int?
    /// Where in a regular file reading will probably end: it goes up to there, and beyond in small steps.
    private var likelyEnd = Int.max
    /// At most this many octets for each read: so that tests can have memory read as a stream is, in pieces.
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

    /// Whether any place of it can be read at any time.
    var isSeekable: Bool { position != nil }

    /// Adds octets to `window`.
    ///
    /// - Returns: how many; 0 at the end.
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

    /// Octets read at a time where no more were expected: a packet or two.
    private static let stepBeyond = 1 << 14

    /// Adds the octets of a regular file from `offset` on to `window`.
    ///
    /// - Returns: how many; 0 at the end.
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

    /// Goes on at another place of a regular file.
    mutating func seek(to offset: Int, until limit: Int) {
        position = offset
        likelyEnd = limit
    }

    /// The same octets once more, from the start; `nil` where they are gone.
    func again() throws(CaptureError) -> ByteSource? {
        guard position == nil, descriptor != nil else {
            return try duplicate()
        }
        return try spool?.source(path: path)
    }

    /// The same regular file once more.
    func duplicate() throws(CaptureError) -> ByteSource {
        switch descriptor {
        case .some(let file): ByteSource(file: try file.duplicate(path: path), path: path)
        case .none: ByteSource(memory: ByteWindow(memory.bytes), path: path)
        }
    }

    /// Takes back the first octets that were read of it.
    mutating func rewind(_ window: consuming ByteWindow) {
        if position != nil {
            position = 0
        } else if memory.count == 0 {
            memory = window
        }
        taken = 0
    }
}
