/// The octets of a capture: all of them in memory, or a window that slides over a file or a stream and decompresses it
/// where necessary.
struct CaptureInput: ~Copyable {
    let path: String
    /// Whether the window holds the whole capture.
    let isWhole: Bool
    private(set) var window: ByteWindow
    private var source: ByteSource
    private var inflater: Inflater?
    /// The octets that ``fetch(at:atLeast:)`` has read last; `fetchedStart` is their offset in the file.
    private(set) var fetched = ByteWindow(capacity: 0)
    private(set) var fetchedStart = 0

    /// The size of the file in octets; `nil` where the system did not know it when the file was opened.
    let size: Int?

    /// Small enough to stay in a processor's second-level cache, so that packets are read from there.
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

    /// Opens the file at `path`, or standard input for `-`.
    ///
    /// - Parameter isGrowing: whether a regular file is waited for at its end, until `stop` is asked.
    static func opening(
        _ path: String, stop: StreamStop? = nil, spool: Spool? = nil, isGrowing: Bool = false
    ) throws(CaptureError) -> CaptureInput {
        let descriptor = try Descriptor.reading(path)
        switch try descriptor.kind(path: path) {
        case .directory: throw .isDirectory(path: path)
        // Under /proc and elsewhere, files have a size of 0 because the system does not know it in advance.
        case .regular(let size) where size > 0 && descriptor.isAtStart:
            return try streaming(
                ByteSource(file: descriptor, growingUntil: isGrowing ? stop : nil, path: path), size: size)
        case .regular, .other:
            return try streaming(
                ByteSource(memory: ByteWindow(capacity: 0), then: descriptor, stop: stop, spool: spool, path: path))
        }
    }

    /// Several regular files, one behind the other.
    static func opening(_ row: FileRow, path: String) throws(CaptureError) -> CaptureInput {
        try streaming(ByteSource(row: row, path: path), size: row.size)
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

    /// Whether any offset can be read at any time: in a regular file that is not compressed, or in memory.
    var isSeekable: Bool { isWhole || source.isSeekable && packing == nil }

    /// Whether the last reading found nothing because nothing came in time.
    var isPaused: Bool { source.isPaused }

    /// How many milliseconds more is waited for; negative: for ever.
    var patience: CInt {
        get { source.patience }
        set { source.patience = newValue }
    }

    /// Whether one of several files has ended and the next follows. Compressed files are decompressed across the
    /// border, as one stream.
    var isAtBorder: Bool { packing == nil && source.isAtBorder }

    /// Goes on with the next of several files. What is left of the one before is dropped.
    ///
    /// - Parameter isBroken: whether that is part of a packet.
    /// - Returns: how many octets were left.
    mutating func goOnBehindBorder(isBroken: Bool) -> Int {
        let left = window.count
        window.discard(left)
        source.goOnBehindBorder(isBroken: isBroken)
        return left
    }

    /// Which of several files is read, from 0.
    var fileNumber: Int { source.member }

    /// Those of several files, by their numbers, that ended inside a packet, as far as was read.
    var brokenFiles: Set<Int> {
        get { source.brokenFiles }
        set { source.brokenFiles = newValue }
    }

    /// By their numbers.
    var filePaths: [String] { source.paths }

    /// The state of decompression; nil where the capture is not compressed.
    var packing: Inflater.Condition? {
        switch inflater {
        case .some(let inflater): inflater.condition
        case .none: nil
        }
    }

    /// Reads more of the capture into the window.
    ///
    /// - Parameters:
    ///   - discarded: how many octets at the window's start are no longer needed.
    ///   - length: how many octets the window must hold afterwards.
    /// - Returns: false where the capture ends before that.
    mutating func fill(discarding discarded: Int = 0, atLeast length: Int) throws(CaptureError) -> Bool {
        window.discard(discarded)
        while window.count < length {
            let got =
                if isWhole { 0 } else if packing == nil { try source.read(into: &window) } else {
                    try inflater?.read(into: &window, from: &source) ?? 0
                }
            if got == 0 {
                guard packing != nil, source.isAtBorder else { return false }
                source.goOnBehindBorder(isBroken: false)
            }
        }
        return true
    }

    /// Reads the file header at the start of the window. A stream of pcap, or a file that grows, may begin with nothing
    /// but that header: which form its records have is then decided when the first one has arrived.
    ///
    /// - Returns: the format, ready to walk, and the offset at which the walk begins.
    mutating func readFileHeader() throws(CaptureError) -> (CaptureFormat, Int) {
        var format = CaptureFormat()
        var offset = 0
        if try !fill(atLeast: 1), packing ?? .finished == .finished { throw .empty(path: path) }
        while let step = window.readFileHeader(&format, at: &offset) {
            if case .needsMore = step {
                if format.awaitsRecords, !isSeekable || source.isGrowing { break }
                if try fill(atLeast: step.lengthWanted) { continue }
                if format.awaitsRecords {
                    format.isAllAtHand = true
                    continue
                }
                // The magic number is there, so it is a capture, even if it ends within its file header.
                if window.count >= 4 { break }
            }
            throw .notCapture(path: path, kind: FileKind(firstBytes: window.bytes))
        }
        return (format, offset)
    }
}

// Reading at any offset at any time.
extension CaptureInput {
    /// A new input of the same octets, with a window of its own.
    func duplicate() throws(CaptureError) -> CaptureInput {
        if isWhole { return try .whole(ByteWindow(window.bytes), path: path) }
        return CaptureInput(
            path: path, isWhole: false, size: size, window: ByteWindow(capacity: Self.windowSize),
            source: try source.duplicate())
    }

    /// A new input of the same octets, from the start; `nil` for a stream whose octets were not kept.
    func again() throws(CaptureError) -> CaptureInput? {
        if isWhole { return try .whole(ByteWindow(window.bytes), path: path) }
        guard let source = try source.again() else { return nil }
        return try .streaming(source, size: size)
    }

    /// Continues reading at another offset.
    ///
    /// - Parameter limit: the offset up to which the caller will read; hardly anything after it will be needed, so it
    ///   is not read ahead.
    mutating func seek(to offset: Int, until limit: Int) {
        window.discard(window.count)
        source.seek(to: offset, until: limit)
    }

    /// Reads the octets from `offset` on into ``fetched``.
    ///
    /// - Returns: false where there are fewer than `length` of them.
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
