/// Writes a capture as pcapng, in nanoseconds, with comments: readable by Wireshark and by ``CaptureReader``.
///
/// Writes are gathered; what ``finish()`` or ``flush()`` has not written is lost. Writing to a pipe that nobody reads
/// raises SIGPIPE, which ends the process unless it ignores that signal; then ``CaptureError/brokenPipe(path:)`` comes.
///
/// Opening a file for writing empties it: a file that is being read must not be named.
public struct PcapngWriter: ~Copyable, Sendable {
    private let path: String
    private let descriptor: Descriptor
    private var blocks = PcapngBlocks()
    private var interfaceCount: UInt32 = 0

    private static let bufferLimit = 1 << 16

    /// Whether `path` names the very file that is read as `input` (`-`: standard input), by whatever name: opening it for
    /// writing would empty it.
    public static func wouldOverwrite(_ input: String, at path: String) -> Bool { Descriptor.isSameFile(input, path) }

    /// Opens a file, or standard output for `-`.
    ///
    /// - Parameters:
    ///   - application: the program that writes, as `tcplens 1.0`.
    ///   - system: the operating system it runs on.
    public init(path: String, application: String? = nil, system: String? = nil) throws(CaptureError) {
        self.path = path
        descriptor = try Descriptor.writing(path)
        blocks.appendSection(application: application, system: system)
    }

    /// Describes an interface; needed before its packets.
    ///
    /// - Returns: its number, for ``write(_:interface:time:originalLength:direction:comments:)``.
    public mutating func addInterface(_ interface: CaptureInterface) throws(CaptureError) -> UInt32 {
        blocks.appendInterface(interface)
        try writeIfFull()
        defer { interfaceCount += 1 }
        return interfaceCount
    }

    /// Writes a packet.
    ///
    /// - Parameters:
    ///   - bytes: what was captured of it; at most ``CaptureFormat/packetLimit`` octets are kept.
    ///   - interface: from ``addInterface(_:)``.
    ///   - time: since 1970; an earlier one is written as 1970.
    ///   - originalLength: octets on the wire; by default as many as were captured.
    ///   - comments: in Wireshark, the packet's comments. At most 65,535 octets of each are kept.
    public mutating func write(
        _ bytes: RawSpan, interface: UInt32, time: Timestamp, originalLength: Int? = nil,
        direction: PacketDirection = .unknown, comments: [String] = []
    ) throws(CaptureError) {
        precondition(interface < interfaceCount, "the interface must be described before its packets")
        let length = originalLength ?? bytes.byteCount
        blocks.appendPacket(
            bytes.extracting(first: CaptureFormat.packetLimit), interface: interface, time: time,
            originalLength: max(length, 0), direction: direction, comments: comments)
        try writeIfFull()
    }

    /// Writes what is gathered: for a reader at the other end of a pipe, or who opens the file meanwhile.
    public mutating func flush() throws(CaptureError) {
        defer { blocks.removeAll() }
        try unsafe descriptor.write(blocks.bytes.span.bytes, path: path)
    }

    /// Writes the rest and closes the file. The only way to know that all of it was written.
    public consuming func finish() throws(CaptureError) {
        try flush()
        try descriptor.close(path: path)
    }

    /// Gives up: a file that was not there before is gone again. Of one that was, what has been written stays.
    public consuming func discard() {
        if descriptor.isNew { Descriptor.remove(path) }
    }

    private mutating func writeIfFull() throws(CaptureError) {
        if blocks.bytes.count >= PcapngWriter.bufferLimit { try flush() }
    }
}
