import TCPWire

#if os(Linux)
    import CLinux
    import Glibc
#endif

/// An ICMP or ICMPv6 error that the kernel has received for a socket of this process (ip(7), IP_RECVERR).
public struct ReportedICMP: Hashable, Sendable {
    /// The error's sender: a router, the destination host, or this host itself if nobody answered the address
    /// resolution; `nil` if the kernel does not say.
    public var sender: IPAddress?
    /// Whether ``type`` and ``code`` are those of ICMPv6 (RFC 4443), else of ICMP (RFC 792).
    public var isICMPv6: Bool
    /// The type field of the error; ``isICMPv6`` says of which protocol.
    public var type: UInt8
    /// The code field of the error.
    public var code: UInt8
    /// The errno that the kernel derived from the error.
    public var error: Int32

    /// Creates an error with the values in the socket's error queue.
    public init(sender: IPAddress?, isICMPv6: Bool, type: UInt8, code: UInt8, error: Int32) {
        self.sender = sender
        self.isICMPv6 = isICMPv6
        self.type = type
        self.code = code
        self.error = error
    }

    /// Makes the kernel keep such errors for a socket, or stop keeping them. While they are kept, they also end a
    /// connection that would otherwise survive them, so this must be turned off once the socket is connected.
    package static func keep(_ isKept: Bool, for descriptor: Int32) {
        #if os(Linux)
            var value: Int32 = isKept ? 1 : 0
            let (ipv4Option, ipv6Option): (Int32, Int32) = (11, 25)
            unsafe setsockopt(descriptor, Int32(IPPROTO_IP), ipv4Option, &value, 4)
            unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), ipv6Option, &value, 4)
        #endif
    }

    /// Removes the errors kept for a socket, at most 64, and returns the last one of ICMP or ICMPv6; `nil` if there was
    /// none.
    package static func last(of descriptor: Int32) -> ReportedICMP? {
        #if os(Linux)
            var last: ReportedICMP?
            var found = clinux_icmp_error()
            let (fromICMP, fromICMPv6): (UInt8, UInt8) = (2, 3)
            for _ in 0..<64 where unsafe clinux_next_icmp_error(descriptor, &found) == 1 {
                guard found.origin == fromICMP || found.origin == fromICMPv6 else { continue }
                last = ReportedICMP(
                    sender: sender(of: found), isICMPv6: found.origin == fromICMPv6, type: found.type, code: found.code,
                    error: found.error)
            }
            return last
        #else
            return nil
        #endif
    }

    #if os(Linux)
        private static func sender(of found: clinux_icmp_error) -> IPAddress? {
            unsafe withUnsafeBytes(of: found.sender) { bytes in
                switch Int32(found.family) {
                case AF_INET:
                    unsafe IPAddress(ipv4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
                case AF_INET6:
                    unsafe IPAddress(
                        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
                default: nil
                }
            }
        }
    #endif
}
