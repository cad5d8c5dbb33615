import FlatMemory

/// One netlink message within the bytes of a datagram (`linux/netlink.h`, struct nlmsghdr).
package struct NetlinkMessage: Equatable, Sendable {
    /// NLMSG_ERROR 2, NLMSG_DONE 3, else the family's own.
    package var type: UInt16
    /// NLM_F_MULTI and the others.
    package var flags: UInt16
    /// The number of the request that it answers.
    package var sequence: UInt32
    /// Where its payload lies.
    package var body: Range<Int>

    /// NLMSG_ERROR.
    package static let error: UInt16 = 2
    /// NLMSG_DONE.
    package static let done: UInt16 = 3
    static let headerLength = 16

    /// The message at `offset`, which moves behind it; `nil` at the end or where the lengths contradict the bytes.
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

    /// The errno of a message of type ``error``, 0 for a plain acknowledgment; of ``done`` the dump's result.
    package func code(in bytes: RawSpan) -> Int32 {
        guard body.count >= 4, let code = bytes.native(body.lowerBound, as: Int32.self) else { return 0 }
        return 0 &- code
    }

    static func aligned(_ length: Int) -> Int { (length &+ 3) & ~3 }
}

/// One attribute (`struct nlattr`).
struct NetlinkAttribute {
    var type: UInt16
    var body: Range<Int>

    /// The attribute at `offset`, which moves behind it; `nil` at the end or where the lengths contradict the bytes.
    static func next(in bytes: RawSpan, at offset: inout Int) -> NetlinkAttribute? {
        let start = offset
        guard let length = bytes.native(start, as: UInt16.self), let type = bytes.native(start &+ 2, as: UInt16.self),
            length >= 4, Int(length) <= bytes.byteCount &- start
        else { return nil }
        let end = start &+ Int(length)
        offset = min(bytes.byteCount, NetlinkMessage.aligned(end))
        // The upper two bits say "nested" and "network order"; the type is the rest.
        return NetlinkAttribute(type: type & 0x3fff, body: start &+ 4..<end)
    }
}
