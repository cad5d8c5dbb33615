/// Reads a capture file, packet by packet: pcap or pcapng, packed with gzip or not, mapped or from a stream.
///
///     var reader = try CaptureReader(path: "trace.pcapng")
///     var packet = CapturedPacket()
///     while try reader.next(&packet) {
///         let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
///     }
///
/// A regular file is mapped, and no byte of it is copied. It must not be cut short while it is read: reading a mapping
/// behind the end of its file kills the process with SIGBUS. What is appended meanwhile is not seen.
public struct CaptureReader: ~Copyable, Sendable {
    /// How the file ended; nil until ``next(_:)`` has returned false.
    public private(set) var ending: CaptureEnding?

    var walk: CaptureFormat
    var place: Int
    private var input: CaptureInput

    /// Opens what `path` names, or standard input for `-`, and reads as far as to know its format.
    ///
    /// - Throws: ``CaptureError``: not there, not permitted, a directory, empty, no capture.
    public init(path: String) throws(CaptureError) {
        var input = try CaptureInput.opening(path)
        (walk, place) = try input.readFileHeader()
        ending = nil
        self.input = input
    }

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

    /// What the file was opened as; `-` for standard input, empty for bytes in memory.
    public var path: String { input.path }

    /// Whether ``bytes`` is the whole file, for as long as the reader lives; else it is a window over a stream.
    public var isMapped: Bool { input.isWhole }

    /// The state of reading. A copy walks on by itself over ``bytes``, from ``position``.
    public var format: CaptureFormat { walk }

    /// Where in ``bytes`` the next packet's record, or a block before it, starts.
    public var position: Int { place }

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
        let step = input.window.step(&walk, at: &place, packet: &packet)
        if case .packet = step { return true }
        return try next(&packet, after: step)
    }

    /// Goes on where the window was not enough.
    private mutating func next(_ packet: inout CapturedPacket, after failed: CaptureFormat.Step) throws(CaptureError)
        -> Bool
    {
        var step = failed
        while true {
            switch step {
            case .packet: return true
            case .damaged(let why):
                ending = .damaged(offset: walk.windowStart &+ place, why: why)
                return false
            case .needsMore, .end:
                guard try fill(for: step) else {
                    ending = endingOfInput(after: step)
                    return false
                }
            }
            step = input.window.step(&walk, at: &place, packet: &packet)
        }
    }

    /// The comments of a packet: the one last read, or any of a mapped file. Costs nothing unless asked.
    public func comments(of packet: CapturedPacket) -> [String] {
        walk.comments(of: packet, in: bytes)
    }

    /// Fetches the packet at a ``CapturedPacket/blockOffset`` again; of pcapng, one that was walked past. Does not change
    /// where ``next(_:)`` goes on.
    ///
    /// - Returns: false where no packet starts there, or where the file is not mapped.
    public func readPacket(at blockOffset: Int, _ packet: inout CapturedPacket) -> Bool {
        isMapped && walk.readPacket(at: blockOffset, in: bytes, packet: &packet)
    }
}

extension CaptureReader {
    /// - Returns: false where the input ends before the step can go on.
    private mutating func fill(for step: CaptureFormat.Step) throws(CaptureError) -> Bool {
        guard !isMapped else { return false }
        let discarded = place
        walk.windowStart &+= discarded
        place = 0
        return try input.fill(discarding: discarded, atLeast: step.lengthWanted)
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
