import FlatMemory

/// What somebody wrote beside a packet: pcapng's `opt_comment`, none, one or several. Nobody vouches for it: it may hold
/// anything, escape sequences too.
public struct PacketComments: Sendable, Equatable {
    /// One comment.
    public struct Comment: Sendable, Equatable {
        /// As they stand in the file.
        public let octets: [UInt8]
        /// How many more it has.
        public let octetsLeftOut: Int

        /// The octets as UTF-8; what is not is replaced by U+FFFD.
        public var text: String { String(decoding: octets, as: UTF8.self) }
    }

    /// In file order.
    public private(set) var kept: [Comment] = []
    /// How many more comments there are.
    public private(set) var leftOut = 0

    /// So many octets of one packet's comments are kept where nothing else is said: more than anybody writes, and little
    /// beside a packet.
    public static let octetLimit = 8192
    /// So many comments.
    private static let commentLimit = 16

    /// None.
    public init() {}

    /// Whether the packet has none.
    public var isEmpty: Bool { kept.isEmpty && leftOut == 0 }

    /// At most so many octets of them, each comment cut between two characters.
    public func limited(to octets: Int) -> PacketComments {
        var limited = PacketComments()
        for comment in kept {
            limited.add(comment.octets, isGoingOn: comment.octetsLeftOut, limit: octets)
        }
        limited.leftOut += leftOut
        return limited
    }

    /// Adds a comment as far as there is room.
    ///
    /// - Parameter rest: how many octets of the comment follow `octets` in the file and were not read.
    fileprivate mutating func add(_ octets: [UInt8], isGoingOn rest: Int, limit: Int) {
        let room = max(0, limit) - kept.reduce(0) { $0 + $1.octets.count }
        guard kept.count < Self.commentLimit, room > 0 || octets.isEmpty else {
            leftOut += 1
            return
        }
        var end = min(octets.count, room)
        // Back to where a character begins, of which the rest would be left out.
        for _ in 0..<3 where end < octets.count && end > 0 && octets[end] & 0xc0 == 0x80 { end -= 1 }
        kept.append(Comment(octets: Array(octets[..<end]), octetsLeftOut: octets.count - end + rest))
    }
}

extension CaptureFormat {
    /// The comments of a packet that lies in the window; none in pcap.
    ///
    /// - Parameter limit: at most so many octets of them.
    public func comments(
        of packet: CapturedPacket, in bytes: RawSpan, limit: Int = PacketComments.octetLimit
    ) -> PacketComments {
        var comments = PacketComments()
        guard var options = options(of: packet, in: bytes) else { return comments }
        while let option = options.next(in: bytes) {
            guard option.code == 1 else { continue }
            // No more of it than may be kept, and what it takes to see whether a character is cut.
            let near = limit < option.length ? min(option.length, max(limit, 0) + 4) : option.length
            var octets = bytes.octets(at: option.offset, length: near)
            // Some writers end it with NULs.
            if near == option.length { while octets.last == 0 { octets.removeLast() } }
            comments.add(octets, isGoingOn: option.length - near, limit: limit)
        }
        return comments
    }
}

extension CaptureReader {
    /// The comments of the packet last read. Costs nothing unless asked.
    public func comments(of packet: CapturedPacket, limit: Int = PacketComments.octetLimit) -> PacketComments {
        walk.comments(of: packet, in: bytes, limit: limit)
    }

    /// The comments of the packet last fetched.
    public func fetchedComments(of packet: CapturedPacket) -> PacketComments {
        var format = walk
        format.windowStart = input.isWhole ? 0 : input.fetchedStart
        return format.comments(of: packet, in: fetchedBytes)
    }
}
