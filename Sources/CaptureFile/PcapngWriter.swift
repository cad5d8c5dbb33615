/// Writes a capture as pcapng, in nanoseconds, with comments: readable by Wireshark and by ``CaptureReader``.
///
/// Output is buffered: what neither ``flush()`` nor ``finish()`` has written is lost. Writing to a pipe without a
/// reader raises SIGPIPE, which ends the process; if the process ignores that signal,
/// ``CaptureError/brokenPipe(path:)`` is thrown.
///
/// Opening a file for writing truncates it, so it must not be a file that is being read.
public struct PcapngWriter: ~Copyable, Sendable {
    private let path: String
    private let descriptor: Descriptor
    private var blocks = PcapngBlocks()
    private var interfaceCount: UInt32 = 0

    private static let bufferLimit = 1 << 16

    /// Whether `path` leads to the same file as `input` (`-`: standard input), under whatever name, so that opening it
    /// for writing would truncate the file that is being read.
    public static func wouldOverwrite(_ input: String, at path: String) -> Bool { Descriptor.isSameFile(input, path) }

    /// Opens a file, or standard output for `-`.
    ///
    /// - Parameters:
    ///   - application: the program that writes, for example `tcplens 1.0`.
    ///   - system: the operating system it runs on.
    public init(path: String, application: String? = nil, system: String? = nil) throws(CaptureError) {
        self.path = path
        descriptor = try Descriptor.writing(path)
        blocks.appendSection(application: application, system: system)
    }

    /// Describes an interface. Must be called before the interface's packets are written.
    ///
    /// - Returns: the interface's number, for ``write(_:interface:time:originalLength:direction:comments:)``.
    public mutating func addInterface(_ interface: CaptureInterface) throws(CaptureError) -> UInt32 {
        blocks.appendInterface(interface)
        try writeIfFull()
        defer { interfaceCount += 1 }
        return interfaceCount
    }

    /// Writes a packet.
    ///
    /// - Parameters:
    ///   - bytes: the captured octets of the packet; at most ``CaptureFormat/packetLimit`` of them are written.
    ///   - interface: a number returned by ``addInterface(_:)``.
    ///   - time: when it was captured; a time before 1970 is written as 1970.
    ///   - originalLength: octets on the wire; `nil`: as many as were captured.
    ///   - comments: the comments that Wireshark shows for the packet. At most 65,535 octets of each are written.
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

    /// Writes what is buffered, for a reader at the other end of a pipe, or one that opens the file meanwhile.
    public mutating func flush() throws(CaptureError) {
        defer { blocks.removeAll() }
        try unsafe descriptor.write(blocks.bytes.span.bytes, path: path)
    }

    /// Writes the rest and closes the file. Only if this returns without an error is all of it known to be written.
    public consuming func finish() throws(CaptureError) {
        try flush()
        try descriptor.close(path: path)
    }

    /// Gives up writing. A file that did not exist before is removed; in one that did, what has been written stays.
    public consuming func discard() {
        if descriptor.isNew { Descriptor.remove(path) }
    }

    private mutating func writeIfFull() throws(CaptureError) {
        if blocks.bytes.count >= PcapngWriter.bufferLimit { try flush() }
    }
}
