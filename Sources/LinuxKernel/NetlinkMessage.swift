import FlatMemory

/// One netlink message within the bytes of a datagram (`linux/netlink.h`, struct nlmsghdr).
package struct NetlinkMessage: Equatable, Sendable {
    /// The message's type: NLMSG_ERROR 2, NLMSG_DONE 3, or a type of the netlink family.
    package var type: UInt16
    /// NLM_F_MULTI and other flags.
    package var flags: UInt16
    /// The sequence number of the request that the message answers.
    package var sequence: UInt32
    /// The range of the payload in the datagram's bytes.
    package var body: Range<Int>

    /// The type NLMSG_ERROR: an error, or an acknowledgment.
    package static let error: UInt16 = 2
    /// The type NLMSG_DONE: the end of a dump.
    package static let done: UInt16 = 3
    static let headerLength = 16

    /// The message at `offset`, which is advanced past it; `nil` at the end of the bytes, or if a length in it
    /// contradicts them.
    package static func next(in bytes: RawSpan, at offset: inout Int) -> NetlinkMessage? {
        let start = offset
        guard let length = bytes.native(start, as: UInt32.self), let type = bytes.native(start &+ 4, as: UInt16.self),
            let flags = bytes.native(start &+ 6, as: UInt16.self),
            let sequence = bytes.native(start &+ 8, as: UInt32.self),
            length >= headerLength, Int(length) <= bytes.byteCount &- start
        else { return nil }
        let end = start &+ Int(length)
        offset = min(bytes.byteCount, aligned(end))
        return NetlinkMessage(type: type, flags: flags, sequence: sequence, body: start &+ headerLength..<end)
    }

    /// The errno in a message of type ``error``, 0 for a plain acknowledgment; in a message of type ``done``, the
    /// result of the dump.
    package func code(in bytes: RawSpan) -> Int32 {
        guard body.count >= 4, let code = bytes.native(body.lowerBound, as: Int32.self) else { return 0 }
        return 0 &- code
    }

    static func aligned(_ length: Int) -> Int { (length &+ 3) & ~3 }
}

/// One attribute of a netlink message (`struct nlattr`).
struct NetlinkAttribute {
    var type: UInt16
    var body: Range<Int>

    /// The attribute at `offset`, which is advanced past it; `nil` at the end of the bytes, or if a length in it
    /// contradicts them.
    static func next(in bytes: RawSpan, at offset: inout Int) -> NetlinkAttribute? {
        let start = offset
        guard let length = bytes.native(start, as: UInt16.self), let type = bytes.native(start &+ 2, as: UInt16.self),
            length >= 4, Int(length) <= bytes.byteCount &- start
        else { return nil }
        let end = start &+ Int(length)
        offset = min(bytes.byteCount, NetlinkMessage.aligned(end))
        // The upper two bits are the flags for "nested" and "network byte order"; the others are the type.
        return NetlinkAttribute(type: type & 0x3fff, body: start &+ 4..<end)
    }
}
