/// The bytes of a capture: all of them in memory, or a window that slides over a file or a stream, unpacked where it is
/// packed.
struct CaptureInput: ~Copyable {
    let path: String
    /// Whether the window holds all there is.
    let isWhole: Bool
    private(set) var window: ByteWindow
    private var source: ByteSource
    private var inflater: Inflater?
    /// What was last fetched out of the file by its place, and where it lies there.
    private(set) var fetched = ByteWindow(capacity: 0)
    private(set) var fetchedStart = 0

    /// Octets in all, where the system knew at first.
    let size: Int?

    /// Small enough to stay in a processor's second-level cache: what is read from it then comes from there.
    static let windowSize = 1 << 18

    private init(
        path: String, isWhole: Bool, size: Int?, window: consuming ByteWindow, source: consuming ByteSource
    ) {
        self.path = path
        self.isWhole = isWhole
        self.size = size
        self.window = window
        self.source = source
    }

    /// What `path` names, or standard input for `-`.
    static func opening(_ path: String, stop: StreamStop? = nil, spool: Spool? = nil) throws(CaptureError)
        -> CaptureInput
    {
        let descriptor = try Descriptor.reading(path)
        switch try descriptor.kind(path: path) {
        case .directory: throw .isDirectory(path: path)
        // A size of 0 may be one that the system does not know beforehand, as under /proc.
        case .regular(let size) where size > 0 && descriptor.isAtStart:
            return try streaming(ByteSource(file: descriptor, path: path), size: size)
        case .regular, .other:
            return try streaming(
                ByteSource(memory: ByteWindow(capacity: 0), then: descriptor, stop: stop, spool: spool, path: path))
        }
    }

    static func whole(_ window: consuming ByteWindow, path: String) throws(CaptureError) -> CaptureInput {
        if Inflater.recognises(window.bytes) { return try streaming(ByteSource(memory: window, path: path)) }
        let nothing = ByteSource(memory: ByteWindow(capacity: 0), path: path)
        return CaptureInput(path: path, isWhole: true, size: window.count, window: window, source: nothing)
    }

    static func streaming(_ source: consuming ByteSource, size: Int? = nil) throws(CaptureError) -> CaptureInput {
        let path = source.path
        var input = CaptureInput(
            path: path, isWhole: false, size: size, window: ByteWindow(capacity: windowSize), source: source)
        if try input.fill(atLeast: 2), Inflater.recognises(input.window.bytes) {
            var packed = ByteWindow(capacity: windowSize)
            swap(&packed, &input.window)
            input.source.rewind(packed)
            input.inflater = Inflater()
        }
        return input
    }

    /// Whether any place can be read at any time: a regular file that is not packed, or bytes in memory.
    var isSeekable: Bool { isWhole || source.isSeekable && packing == nil }

    /// How unpacking ended; nil where nothing is packed.
    var packing: Inflater.Condition? {
        switch inflater {
        case .some(let inflater): inflater.condition
        case .none: nil
        }
    }

    /// Lets more of a stream in.
    ///
    /// - Parameters:
    ///   - discarded: octets at the window's start that are done with.
    ///   - length: how many octets the window must hold then.
    /// - Returns: false where there are not so many.
    mutating func fill(discarding discarded: Int = 0, atLeast length: Int) throws(CaptureError) -> Bool {
        window.discard(discarded)
        while window.count < length {
            let got =
                if isWhole { 0 } else if packing == nil { try source.read(into: &window) } else {
                    try inflater?.read(into: &window, from: &source) ?? 0
                }
            if got == 0 { return false }
        }
        return true
    }

    /// Takes the file header, at the start of the window. A stream of pcap opens with nothing but it: how its records are written
    /// is then told by the first, when that has come.
    ///
    /// - Returns: the format, ready to walk, and where to.
    mutating func readFileHeader() throws(CaptureError) -> (CaptureFormat, Int) {
        var format = CaptureFormat()
        var offset = 0
        if try !fill(atLeast: 1), packing ?? .finished == .finished { throw .empty(path: path) }
        while let step = window.readFileHeader(&format, at: &offset) {
            if case .needsMore = step {
                if format.awaitsRecords, !isSeekable { break }
                if try fill(atLeast: step.lengthWanted) { continue }
                if format.awaitsRecords {
                    format.isAllAtHand = true
                    continue
                }
                // The magic number is there: it is a capture, even if it ends within its file header.
                if window.count >= 4 { break }
            }
            throw .notCapture(path: path, kind: FileKind(firstBytes: window.bytes))
        }
        return (format, offset)
    }
}

// Any place at any time.
extension CaptureInput {
    /// The same bytes once more, with a window of its own.
    func duplicate() throws(CaptureError) -> CaptureInput {
        if isWhole { return try .whole(ByteWindow(window.bytes), path: path) }
        return CaptureInput(
            path: path, isWhole: false, size: size, window: ByteWindow(capacity: Self.windowSize),
            source: try source.duplicate())
    }

    /// The same bytes once more, from the start; `nil` where they are gone.
    func again() throws(CaptureError) -> CaptureInput? {
        if isWhole { return try .whole(ByteWindow(window.bytes), path: path) }
        guard let source = try source.again() else { return nil }
        return try .streaming(source, size: size)
    }

    /// Goes on reading at another offset.
    ///
    /// - Parameter limit: the offset up to which will be read; hardly anything beyond it, so it need not be read ahead.
    mutating func seek(to offset: Int, until limit: Int) {
        window.discard(window.count)
        source.seek(to: offset, until: limit)
    }

    /// Holds the octets from `offset` on ready in ``fetched``.
    ///
    /// - Returns: false where there are not so many.
    mutating func fetch(at offset: Int, atLeast length: Int) throws(CaptureError) -> Bool {
        let known = offset - fetchedStart
        if known >= 0, known <= fetched.count { fetched.discard(known) } else { fetched.discard(fetched.count) }
        fetchedStart = offset
        while fetched.count < length {
            if try source.read(at: offset + fetched.count, into: &fetched) == 0 { return false }
        }
        return true
    }
}

extension CaptureFormat.Step {
    /// How many octets the window must reach beyond the offset for the next step.
    var lengthWanted: Int {
        if case .needsMore(let length) = self { length } else { 1 }
    }
}
