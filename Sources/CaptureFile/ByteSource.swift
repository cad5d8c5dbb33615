/// Where a window's octets come from: first from octets that are in memory already, then from a file descriptor; or
/// from several files, one after the other.
struct ByteSource: ~Copyable {
    private var memory: ByteWindow
    /// How many octets of ``memory`` have been read.
    private var taken = 0
    private let descriptor: Descriptor?
    /// Several files in place of one descriptor.
    private let row: FileRow?
    /// Of a row, the file that is read. The next one is begun only by ``goOnBehindBorder(isBroken:)``, so that the
    /// octets that one file lacks are never taken from another.
    private(set) var member = 0
    /// Those that have ended inside a packet.
    var brokenFiles: Set<Int> = []
    /// Decides whether the reading of a stream, or of a file that grows, goes on.
    private let stop: StreamStop?
    /// Keeps a copy of what is read from a stream, so that it can be read once more.
    private let spool: Spool?
    /// The offset in a regular file of the next octet to be read; `nil` for a stream, which can only be read in order.
    private var position: Int?
    /// The offset in a regular file at which reading will probably end: reads do not go past it, and after it they are
    /// small.
    private var likelyEnd = Int.max
    /// Whether a regular file's end may not stay where it is.
    private(set) var isGrowing = false
    /// How many milliseconds a stream, or a file that grows, is waited for; negative: for ever.
    var patience: CInt = -1
    /// Whether the last reading found nothing because nothing came in time.
    private(set) var isPaused = false
    /// The most octets of ``memory`` for each read, so that tests can have it read in pieces, as a stream is.
    private let pieceSize: Int
    let path: String

    init(
        memory: consuming ByteWindow, then descriptor: consuming Descriptor? = nil, stop: StreamStop? = nil,
        spool: Spool? = nil, pieceSize: Int = .max, path: String
    ) {
        self.memory = memory
        self.descriptor = descriptor
        row = nil
        self.stop = stop
        self.spool = spool
        self.pieceSize = pieceSize
        self.path = path
    }

    /// A regular file, from its start.
    ///
    /// - Parameter stop: of a file that grows, what ends the waiting for more.
    init(file: consuming Descriptor, growingUntil stop: StreamStop? = nil, path: String) {
        self.init(memory: ByteWindow(capacity: 0), then: file, stop: stop, path: path)
        position = 0
        isGrowing = stop != nil
    }

    /// Several regular files.
    init(row: FileRow, path: String) {
        memory = ByteWindow(capacity: 0)
        descriptor = nil
        self.row = row
        stop = nil
        spool = nil
        pieceSize = .max
        self.path = path
        position = 0
    }

    /// Whether what was read last is the end of one file of a row, and others follow.
    var isAtBorder: Bool {
        guard let row, let position else { return false }
        return member < row.members.count - 1 && position >= row.members[member].range.upperBound
    }

    /// Goes on with the next file of a row.
    ///
    /// - Parameter isBroken: whether the one before has ended inside a packet.
    mutating func goOnBehindBorder(isBroken: Bool) {
        if isBroken { brokenFiles.insert(member) }
        member += 1
    }

    /// The files of a row, by their places.
    var paths: [String] { row?.members.map(\.path) ?? [] }

    /// Whether any offset can be read at any time, as in a regular file.
    var isSeekable: Bool { position != nil }

    /// Adds octets to `window`.
    ///
    /// - Returns: how many octets were added; 0 at the end, and where it ``isPaused``.
    mutating func read(into window: inout ByteWindow) throws(CaptureError) -> Int {
        isPaused = false
        let length = min(memory.count - taken, pieceSize)
        if length > 0 {
            let copied = try window.append(memory, taken..<(taken + length))
            taken += copied
            return copied
        }
        guard let from = position else {
            switch descriptor {
            case .some(let open):
                switch stop?.outlook(of: open.number, within: patience) {
                case .readable, .none: break
                case .paused:
                    isPaused = true
                    return 0
                case .over: return 0
                }
                return try unsafe window.append { (space) throws(CaptureError) in
                    let got = try unsafe open.read(into: space, path: path)
                    unsafe spool?.keep(UnsafeRawBufferPointer(rebasing: space.prefix(got)))
                    return got
                }
            case .none: return 0
            }
        }
        if isAtBorder { return 0 }
        let got = try read(
            at: from, into: &window, atMost: from < likelyEnd ? likelyEnd - from : Self.stepBeyond)
        position = from + got
        if got == 0, isGrowing { isPaused = stop?.outlookAtEnd(within: patience) == .paused }
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
        if let row {
            return try unsafe window.append { (space) throws(CaptureError) in
                try unsafe row.read(into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(limit)), at: offset)
            }
        }
        return switch descriptor {
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
        member = row?.member(at: offset) ?? 0
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
        if let row { return ByteSource(row: row, path: path) }
        return switch descriptor {
        case .some(let file): ByteSource(file: try file.duplicate(path: path), path: path)
        case .none: ByteSource(memory: ByteWindow(memory.bytes), path: path)
        }
    }

    /// Takes back the octets that were read first, so that they are read again.
    mutating func rewind(_ window: consuming ByteWindow) {
        if position != nil {
            seek(to: 0, until: likelyEnd)
        } else if memory.count == 0 {
            memory = window
        }
        taken = 0
    }
}
