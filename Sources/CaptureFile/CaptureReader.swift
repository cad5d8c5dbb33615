/// Reads a capture file, packet by packet: pcap, pcapng or snoop, compressed with gzip or not, from a file or a stream.
///
///     var reader = try CaptureReader(path: "trace.pcapng")
///     var packet = CapturedPacket()
///     while try reader.next(&packet) {
///         let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
///     }
///
/// A window slides over the file, so memory does not depend on the file's size, and if another program truncates the
/// file meanwhile, it just ends earlier. If the file has grown, ``next(_:)`` continues even after it has returned
/// false.
public struct CaptureReader: ~Copyable, Sendable {
    /// How the file ended; nil until ``next(_:)`` has returned false, and where it ``isPaused``.
    public internal(set) var ending: CaptureEnding?

    var walk: CaptureFormat
    var place: Int
    var input: CaptureInput

    /// Opens the file at `path`, or standard input for `-`, and reads it far enough to recognize its format.
    ///
    /// - Parameters:
    ///   - stop: ends the reading of a stream (``isStream(_:)``) on request.
    ///   - spool: keeps a copy of what is read from a stream, so that it can be read once more; `nil` where that is not
    ///     needed.
    ///   - isGrowing: whether a regular file, too, is waited for at its end, until `stop` is asked.
    /// - Throws: ``CaptureError`` where the file does not exist, may not be read, is a directory, is empty, or is no
    ///   capture.
    public init(
        path: String, stop: StreamStop? = nil, spool: Spool? = nil, isGrowing: Bool = false
    ) throws(CaptureError) {
        var input = try CaptureInput.opening(path, stop: stop, spool: spool, isGrowing: isGrowing)
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

    /// Opens several regular files as one capture: packets are numbered through, and a connection may go from one file
    /// to the next. They are read in this order.
    ///
    /// - Parameter name: what the whole is called (``path``).
    public init(joining paths: [String], name: String) throws(CaptureError) {
        var input = try CaptureInput.opening(try FileRow(paths), path: name)
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

    /// Those of several files that end inside a packet though another follows, as far as was read.
    public var brokenPaths: [String] { brokenFiles.sorted().map { input.filePaths[$0] } }

    /// The same by their numbers.
    package var brokenFiles: Set<Int> {
        get { input.brokenFiles }
        set { input.brokenFiles = newValue }
    }

    /// Which of several files is read, from 0.
    package var fileNumber: Int { input.fileNumber }

    /// Whether `path`, or standard input for `-`, is a stream, which can only be read as it arrives and may never end:
    /// a pipe, a terminal.
    public static func isStream(_ path: String) -> Bool { Descriptor.isStream(path) }

    /// Reads a capture that is in memory.
    public init(bytes: [UInt8]) throws(CaptureError) {
        var input = try CaptureInput.whole(ByteWindow(bytes), path: "")
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

    /// Reads octets in memory as if they arrived in pieces of this size.
    package init(bytes: [UInt8], inPiecesOf pieceSize: Int) throws(CaptureError) {
        var input = try CaptureInput.streaming(ByteSource(memory: ByteWindow(bytes), pieceSize: pieceSize, path: ""))
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

    init(input: consuming CaptureInput, walk: CaptureFormat, place: Int) {
        self.input = input
        self.walk = walk
        self.place = place
        ending = nil
    }

    /// The path that the file was opened with; `-` for standard input, empty for octets in memory.
    public var path: String { input.path }

    /// Whether packets can be fetched again by their offset: the file is regular and not compressed, or in memory.
    public var isSeekable: Bool { input.isSeekable }

    /// The stored file's length in octets; `nil` where the system did not know it when the file was opened.
    public var size: Int? { input.size }

    /// How many octets of the file have been read; `nil` for a compressed file and for a stream.
    public var progress: Int? { isSeekable ? position : nil }

    /// How many milliseconds what has no end of its own, a stream or a file that grows, is waited for; negative: for
    /// ever. Where nothing comes in that time, ``next(_:)`` returns false and it ``isPaused``.
    public var patience: Int32 {
        get { input.patience }
        set { input.patience = newValue }
    }

    /// Whether ``next(_:)`` returned false only because nothing came in time: asked again, it goes on.
    public var isPaused: Bool { ending == nil && input.isPaused }

    /// The format, with what has been read of its description so far.
    public var format: CaptureFormat { walk }

    /// The offset in the (uncompressed) file where the next packet's record, or a block before it, begins.
    public var position: Int { walk.windowStart &+ place }

    /// The octets that ``CapturedPacket/offset`` refers to.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { input.window.bytes }
    }

    /// Reads the next packet; from a stream, waits for it.
    ///
    /// - Returns: false at the end; ``ending`` then tells what kind of end it is.
    /// - Throws: ``CaptureError`` where the operating system fails to read.
    public mutating func next(_ packet: inout CapturedPacket) throws(CaptureError) -> Bool {
        while true {
            let step = input.window.step(&walk, at: &place, packet: &packet)
            if case .packet = step { return true }
            guard try goOn(after: step) else { return false }
        }
    }
}

extension CaptureReader {
    /// Reads more octets into the window where it did not hold enough for a step.
    ///
    /// - Returns: false where there are none; ``ending`` then tells why.
    mutating func goOn(after step: CaptureFormat.Step) throws(CaptureError) -> Bool {
        ending = nil
        switch step {
        case .packet: return true
        case .damaged(let why):
            ending = .damaged(offset: walk.windowStart &+ place, why: why)
            return false
        case .needsMore, .end:
            if try fill(for: step) { return true }
            if input.isPaused { return false }
            if walk.awaitsRecords, !walk.isAllAtHand {
                walk.isAllAtHand = true
                return true
            }
            if input.isAtBorder {
                goOnBehindBorder()
                return true
            }
            ending = endingOfInput(after: step)
            return false
        }
    }

    /// - Returns: false where the input ends before it has what the step needs.
    private mutating func fill(for step: CaptureFormat.Step) throws(CaptureError) -> Bool {
        guard !input.isWhole else { return false }
        let discarded = place
        walk.windowStart &+= discarded
        place = 0
        return try input.fill(discarding: discarded, atLeast: step.lengthWanted)
    }

    /// Goes on with the next of several files: its header follows.
    private mutating func goOnBehindBorder() {
        let left = input.goOnBehindBorder(isBroken: place < input.window.count || walk.skipping > 0)
        walk.windowStart &+= left
        walk.skipping = 0
        (walk.awaitsRecords, walk.isAllAtHand) = (false, false)
        place = 0
    }

    private func endingOfInput(after step: CaptureFormat.Step) -> CaptureEnding {
        let available = input.window.count - place
        if input.packing == .corrupt {
            return .damaged(offset: walk.windowStart &+ input.window.count, why: .compression)
        }
        let packetNumber = walk.numbered &+ 1
        if case .needsMore(let length) = step {
            return .cutOff(packetNumber: packetNumber, missing: max(length, walk.skipping) - available)
        }
        return input.packing == .cutOff ? .cutOff(packetNumber: packetNumber, missing: nil) : .complete
    }
}
