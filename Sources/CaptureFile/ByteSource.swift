/// The source of a window's octets: octets that are in memory already, followed by those of a file descriptor; or the
/// octets of several files, one after another.
struct ByteSource: ~Copyable {
    private var memory: ByteWindow
    /// How many octets of ``memory`` have been read.
    private var taken = 0
    private let descriptor: Descriptor?
    /// Several files, which take the place of ``descriptor``; `nil` for a single source.
    private let row: FileRow?
    /// With ``row``, the index of the file that is being read. Only ``goOnBehindBorder(isBroken:)`` moves to the next
    /// file, so that octets missing at the end of one file are never taken from the next.
    private(set) var member = 0
    /// The indices of the files that ended inside a packet.
    var brokenFiles: Set<Int> = []
    /// Decides whether the reading of a stream or a growing file continues; `nil` if nobody can end it.
    private let stop: StreamStop?
    /// Keeps a copy of the octets read from a stream, so that they can be read again; `nil` if that is not needed.
    private let spool: Spool?
    /// The offset in a regular file of the next octet to be read; `nil` for a stream, which can only be read in order.
    private var position: Int?
    /// The offset in a regular file at which reading will probably end: reads do not go past it, and after it they are
    /// small.
    private var likelyEnd = Int.max
    /// Whether the source is a regular file that may still grow.
    private(set) var isGrowing = false
    /// The longest time, in milliseconds, to wait for a stream or a growing file; a negative number means without
    /// limit.
    var patience: CInt = -1
    /// Whether the last read returned 0 only because nothing arrived in time.
    private(set) var isPaused = false
    /// The most octets of ``memory`` in one read; tests set it, to have them read in pieces like a stream.
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

    /// Reads a regular file from its start.
    ///
    /// - Parameter stop: if the file grows, ends the waiting for more; `nil` for a file that does not grow.
    init(file: consuming Descriptor, growingUntil stop: StreamStop? = nil, path: String) {
        self.init(memory: ByteWindow(capacity: 0), then: file, stop: stop, path: path)
        position = 0
        isGrowing = stop != nil
    }

    /// Reads several regular files, from the start of the first.
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

    /// Whether the next octet belongs to the next file of ``row``, which is read only after
    /// ``goOnBehindBorder(isBroken:)``.
    var isAtBorder: Bool {
        guard let row, let position else { return false }
        return member < row.members.count - 1 && position >= row.members[member].range.upperBound
    }

    /// Moves to the next file of ``row``.
    ///
    /// - Parameter isBroken: whether the file that was read so far ended inside a packet.
    mutating func goOnBehindBorder(isBroken: Bool) {
        if isBroken { brokenFiles.insert(member) }
        member += 1
    }

    /// The paths of the files of ``row``, by index; empty for a single source.
    var paths: [String] { row?.members.map(\.path) ?? [] }

    /// Whether any offset can be read at any time, as in a regular file.
    var isSeekable: Bool { position != nil }

    /// Appends octets to `window`.
    ///
    /// - Returns: the number of octets appended; 0 at the end of the source or of one file of a row, and if
    ///   ``isPaused``.
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

    /// Appends the octets of a regular file from `offset` on to `window`.
    ///
    /// - Returns: the number of octets appended; 0 at the end.
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

    /// Continues reading a regular file at `offset`; `limit` is where reading will probably end.
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

    /// Goes back to the start. `window` must hold the octets that were read first, so that those of a stream can be
    /// read again.
    mutating func rewind(_ window: consuming ByteWindow) {
        if position != nil {
            seek(to: 0, until: likelyEnd)
        } else if memory.count == 0 {
            memory = window
        }
        taken = 0
    }
}
