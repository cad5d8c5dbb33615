/// The bytes of a capture: a whole file in memory, or a window that slides over a stream, unpacked where it is packed.
struct CaptureInput: ~Copyable {
    let path: String
    /// Whether the window is the whole file.
    let isWhole: Bool
    private(set) var window: ByteWindow
    private var source: ByteSource
    private var inflater: Inflater?

    private static let windowSize = 1 << 18

    private init(path: String, isWhole: Bool, window: consuming ByteWindow, source: consuming ByteSource) {
        self.path = path
        self.isWhole = isWhole
        self.window = window
        self.source = source
    }

    /// What `path` names, or standard input for `-`.
    static func opening(_ path: String) throws(CaptureError) -> CaptureInput {
        let descriptor = try Descriptor.reading(path)
        switch try descriptor.kind(path: path) {
        case .directory: throw .isDirectory(path: path)
        // A size of 0 may be one that the system does not know beforehand, as under /proc.
        case .regular(let size) where size > 0 && descriptor.isAtStart:
            if let mapping = ByteWindow(mapping: descriptor, size: size) {
                return try whole(mapping, path: path)
            }
        case .regular, .other: break
        }
        return try streaming(ByteSource(memory: ByteWindow(capacity: 0), then: descriptor, path: path))
    }

    static func whole(_ window: consuming ByteWindow, path: String) throws(CaptureError) -> CaptureInput {
        if Inflater.recognises(window.bytes) { return try streaming(ByteSource(memory: window, path: path)) }
        let nothing = ByteSource(memory: ByteWindow(capacity: 0), path: path)
        return CaptureInput(path: path, isWhole: true, window: window, source: nothing)
    }

    static func streaming(_ source: consuming ByteSource) throws(CaptureError) -> CaptureInput {
        let path = source.path
        let window = ByteWindow(capacity: windowSize)
        var input = CaptureInput(path: path, isWhole: false, window: window, source: source)
        if try input.fill(atLeast: 2), Inflater.recognises(input.window.bytes) {
            var packed = ByteWindow(capacity: windowSize)
            swap(&packed, &input.window)
            input.source.rewind(packed)
            input.inflater = Inflater()
        }
        return input
    }

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

    /// Takes the file header, at the start of the window.
    ///
    /// - Returns: the format, ready to walk, and where to.
    mutating func readFileHeader() throws(CaptureError) -> (CaptureFormat, Int) {
        var format = CaptureFormat()
        var offset = 0
        if try !fill(atLeast: 1), packing ?? .finished == .finished { throw .empty(path: path) }
        while let step = window.readFileHeader(&format, at: &offset) {
            if case .needsMore = step {
                if try fill(atLeast: step.lengthWanted) { continue }
                // Four octets are the magic number: what begins with it is a capture, if a cut one.
                if window.count >= 4 { break }
            }
            throw .notCapture(path: path, kind: FileKind(firstBytes: window.bytes))
        }
        return (format, offset)
    }
}

extension CaptureFormat.Step {
    /// How many octets the window must reach beyond the offset for the next step.
    var lengthWanted: Int {
        if case .needsMore(let length) = self { length } else { 1 }
    }
}
