import FlatMemory

/// The comments on a packet, pcapng's `opt_comment`: none, one or several. They are not to be trusted: they may contain
/// anything, even escape sequences.
public struct PacketComments: Sendable, Equatable {
    /// One comment.
    public struct Comment: Sendable, Equatable {
        /// The comment's octets as in the file, or only the first of them.
        public let octets: [UInt8]
        /// How many more octets the comment has in the file.
        public let octetsLeftOut: Int

        /// The octets as UTF-8; invalid octets are replaced by U+FFFD.
        public var text: String { String(decoding: octets, as: UTF8.self) }
    }

    /// The comments that were kept, in file order.
    public private(set) var kept: [Comment] = []
    /// How many more comments the packet has.
    public private(set) var leftOut = 0

    /// How many octets of one packet's comments are kept by default: more than anybody writes, and little compared with
    /// a packet.
    public static let octetLimit = 8192
    /// How many comments of one packet are kept.
    private static let commentLimit = 16

    /// No comments.
    public init() {}

    /// Whether the packet has none.
    public var isEmpty: Bool { kept.isEmpty && leftOut == 0 }

    /// These comments, limited to so many octets together; a comment is cut only between two characters.
    public func limited(to octets: Int) -> PacketComments {
        var limited = PacketComments()
        for comment in kept {
            limited.add(comment.octets, isGoingOn: comment.octetsLeftOut, limit: octets)
        }
        limited.leftOut += leftOut
        return limited
    }

    /// Adds a comment, or as much of it as the limit allows.
    ///
    /// - Parameter rest: how many octets of the comment follow `octets` in the file and were not read.
    fileprivate mutating func add(_ octets: [UInt8], isGoingOn rest: Int, limit: Int) {
        let room = max(0, limit) - kept.reduce(0) { $0 + $1.octets.count }
        guard kept.count < Self.commentLimit, room > 0 || octets.isEmpty else {
            leftOut += 1
            return
        }
        var end = min(octets.count, room)
        // Back to the beginning of a character that would otherwise be cut in two.
        for _ in 0..<3 where end < octets.count && end > 0 && octets[end] & 0xc0 == 0x80 { end -= 1 }
        kept.append(Comment(octets: Array(octets[..<end]), octetsLeftOut: octets.count - end + rest))
    }
}

extension CaptureFormat {
    /// The comments of a packet that is in the window; none in pcap.
    ///
    /// - Parameter limit: how many octets of comments are returned at most.
    public func comments(
        of packet: CapturedPacket, in bytes: RawSpan, limit: Int = PacketComments.octetLimit
    ) -> PacketComments {
        var comments = PacketComments()
        guard var options = options(of: packet, in: bytes) else { return comments }
        while let option = options.next(in: bytes) {
            guard option.code == 1 else { continue }
            // Reads no more octets than may be kept, and the few after them that show whether a character would be cut.
            let near = limit < option.length ? min(option.length, max(limit, 0) + 4) : option.length
            var octets = bytes.octets(at: option.offset, length: near)
            // Some writers end the text with NULs.
            if near == option.length { while octets.last == 0 { octets.removeLast() } }
            comments.add(octets, isGoingOn: option.length - near, limit: limit)
        }
        return comments
    }
}

extension CaptureReader {
    /// The comments of the packet read last. They are looked for only in this call.
    public func comments(of packet: CapturedPacket, limit: Int = PacketComments.octetLimit) -> PacketComments {
        walk.comments(of: packet, in: bytes, limit: limit)
    }

    /// The comments of the packet fetched last.
    public func fetchedComments(of packet: CapturedPacket) -> PacketComments {
        var format = walk
        format.windowStart = input.isWhole ? 0 : input.fetchedStart
        return format.comments(of: packet, in: fetchedBytes)
    }
}
