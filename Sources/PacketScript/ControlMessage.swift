/// A control message of recvmsg(2).
public struct ControlMessage: Hashable, Sendable {
    /// cmsg_level, with Linux's numbers.
    public var level: Int32
    /// cmsg_type, with Linux's numbers.
    public var type: Int32
    /// cmsg_data, decoded according to the message's kind.
    public var value: Value

    /// The message's data, which depends on its kind.
    public enum Value: Hashable, Sendable {
        case integer(Int64)
        /// SCM_TIMESTAMPING: nanoseconds by the host's clock.
        case time(Int64)
        /// `struct sock_extended_err`.
        case error(ExtendedError)
    }

    /// An entry of the error queue.
    public struct ExtendedError: Hashable, Sendable {
        /// ee_errno: the error, with Linux's numbers; 0 for a message that reports no error.
        public var errno: UInt32
        /// ee_origin: the source of the message (SO_EE_ORIGIN_LOCAL, _ICMP, _ZEROCOPY …).
        public var origin: UInt8
        /// ee_type: for an ICMP message, its type.
        public var type: UInt8
        /// ee_code: for an ICMP message, its code; for MSG_ZEROCOPY, whether the octets were copied after all.
        public var code: UInt8
        /// ee_info: for an ICMP message, the MTU; for MSG_ZEROCOPY, the number of the first call that is completed.
        public var info: UInt32
        /// ee_data: for MSG_ZEROCOPY, the number of the last call that is completed.
        public var data: UInt32

        /// An entry with these numbers, in the order of the structure.
        public init(errno: UInt32, origin: UInt8, type: UInt8, code: UInt8, info: UInt32, data: UInt32) {
            (self.errno, self.origin, self.type, self.code) = (errno, origin, type, code)
            (self.info, self.data) = (info, data)
        }
    }

    /// A message of this level and type; the value must be of the kind that belongs to them.
    public init(level: Int32, type: Int32, _ value: Value) {
        self.level = level
        self.type = type
        self.value = value
    }

    /// The kinds of message that are known; they determine the form of the data.
    public enum Kind: Hashable, Sendable {
        case inQueue, timestamping, error

        /// `nil` for a kind that is not supported.
        public init?(level: Int32, type: Int32) {
            switch (level, type) {
            case (6, 36): self = .inQueue
            case (1, 37): self = .timestamping
            case (0, 11), (41, 25): self = .error
            default: return nil
            }
        }
    }
}

extension ControlMessage {
    /// The message in short, in the script's notation.
    var text: String {
        let data =
            switch value {
            case .integer(let number): "\(number)"
            case .time(let time): "\(Double(time) / 1e9) s"
            case .error(let error):
                "{ee_errno=\(error.errno), ee_origin=\(error.origin), ee_type=\(error.type), ee_code=\(error.code), "
                    + "ee_info=\(error.info), ee_data=\(error.data)}"
            }
        return "{cmsg_level=\(level), cmsg_type=\(type), cmsg_data=\(data)}"
    }

    /// Whether both messages are equal, except that times may differ by the tolerance.
    func matches(_ other: ControlMessage, tolerance: Int64) -> Bool {
        if case .time(let own) = value, case .time(let theirs) = other.value {
            return level == other.level && type == other.type && abs(own &- theirs) <= tolerance
        }
        return self == other
    }
}
