/// Reads a capture file, packet by packet: pcap or pcapng, packed with gzip or not, a file or a stream.
///
///     var reader = try CaptureReader(path: "trace.pcapng")
///     var packet = CapturedPacket()
///     while try reader.next(&packet) {
///         let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
///     }
///
/// A window slides over the file, so memory does not depend on the file's size, and a file that another program cuts short
/// meanwhile only ends earlier. Where the file has grown, ``next(_:)`` goes on after it had returned false.
public struct CaptureReader: ~Copyable, Sendable {
    /// How the file ended; nil until ``next(_:)`` has returned false, and where it ``isPaused``.
    public internal(set) var ending: CaptureEnding?

    var walk: CaptureFormat
    var place: Int
    var input: CaptureInput

    /// Opens what `path` names, or standard input for `-`, and reads as far as to know its format.
    ///
    /// - Parameters:
    ///   - stop: by which the reading of what is no regular file can be ended (``isStream(_:)``).
    ///   - spool: keeps what is read of such, so that it can be read once more; `nil` where nobody will.
    ///   - isGrowing: whether a regular file, too, is waited for at its end, until the stop.
    /// - Throws: ``CaptureError``: not there, not permitted, a directory, empty, no capture.
    public init(
        path: String, stop: StreamStop? = nil, spool: Spool? = nil, isGrowing: Bool = false
    ) throws(CaptureError) {
        var input = try CaptureInput.opening(path, stop: stop, spool: spool, isGrowing: isGrowing)
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

    /// Opens several regular files as one capture: packets are numbered through, and a connection may go from one file to the
    /// next. They are read in this order.
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

    /// Whether what `path` names, or standard input for `-`, is read as it comes, and may go on for ever: a pipe, a terminal.
    public static func isStream(_ path: String) -> Bool { Descriptor.isStream(path) }

    /// Reads a capture that is in memory.
    public init(bytes: [UInt8]) throws(CaptureError) {
        var input = try CaptureInput.whole(ByteWindow(bytes), path: "")
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

    /// Reads bytes in memory as if they arrived in pieces.
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

    /// What the file was opened as; `-` for standard input, empty for bytes in memory.
    public var path: String { input.path }

    /// Whether packets can be fetched again by their place: the file is regular and not packed, or in memory.
    public var isSeekable: Bool { input.isSeekable }

    /// Octets of the file as it is stored, where the system knew when it was opened.
    public var size: Int? { input.size }

    /// How many of them were read; of a packed or endless stream `nil`.
    public var progress: Int? { isSeekable ? position : nil }

    /// How many milliseconds what has no end of its own, a stream or a file that grows, is waited for; negative: for ever. Where
    /// nothing comes in that time, ``next(_:)`` returns false and it ``isPaused``.
    public var patience: Int32 {
        get { input.patience }
        set { input.patience = newValue }
    }

    /// Whether ``next(_:)`` returned false only because nothing came in time: asked again, it goes on.
    public var isPaused: Bool { ending == nil && input.isPaused }

    /// What is known of the file so far.
    public var format: CaptureFormat { walk }

    /// Where in the (uncompressed) file the next packet's record, or a block before it, starts.
    public var position: Int { walk.windowStart &+ place }

    /// The bytes that ``CapturedPacket/offset`` counts in.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { input.window.bytes }
    }

    /// Goes to the next packet. From a stream, waits for it.
    ///
    /// - Returns: false at the end, of which ``ending`` tells the kind.
    /// - Throws: ``CaptureError`` where the operating system fails to read on.
    public mutating func next(_ packet: inout CapturedPacket) throws(CaptureError) -> Bool {
        while true {
            let step = input.window.step(&walk, at: &place, packet: &packet)
            if case .packet = step { return true }
            guard try goOn(after: step) else { return false }
        }
    }
}

extension CaptureReader {
    /// Lets more in where the window was not enough for a step.
    ///
    /// - Returns: false where there is no more; ``ending`` then tells why.
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

    /// - Returns: false where the input ends before the step can go on.
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
