import FlatMemory
import TCPState
import TCPWire

/// Encodes and decodes the messages of inet_diag (`linux/inet_diag.h`). CLinux's Layouts.c asserts at compile time that
/// the numbers here equal those of the headers, except for the numbers of states and timers, which no header of
/// inet_diag defines.
package enum SocketDiagnostics {
    /// The message type SOCK_DIAG_BY_FAMILY, a request for one address family.
    package static let byFamily: UInt16 = 20
    /// The message type TCPDIAG_GETSOCK, an older request that covers both families: the kernel walks its table once,
    /// where two requests of type ``byFamily`` make it walk twice.
    package static let bothFamilies: UInt16 = 18
    /// The message type SOCK_DESTROY.
    static let destroy: UInt16 = 21
    static let protocolTCP: UInt8 = 6
    static let familyIPv4: UInt8 = 2
    /// Linux's number of AF_INET6; other systems, on which a fuzzer may run this code, have another.
    static let familyIPv6: UInt8 = 10
    static let requestFlag: UInt16 = 1
    static let dumpFlags: UInt16 = 0x300
    private static let messageLength = 72

    private enum Attribute {
        static let info: UInt16 = 2
        static let congestion: UInt16 = 4
        static let socketMemory: UInt16 = 7
        static let shutdown: UInt16 = 8
        static let ipv6Only: UInt16 = 11
        static let mark: UInt16 = 15
        static let cgroupID: UInt16 = 21
    }

    /// The attribute INET_DIAG_REQ_BYTECODE of a request.
    private static let bytecode: UInt16 = 1

    /// The socket that a message of type ``byFamily`` describes; `nil` if the message is too short, or of another
    /// address family.
    ///
    /// - Parameter withDetails: whether to read the values of ``SocketEntry/details``, which costs an allocation.
    package static func entry(_ body: RawSpan, withDetails: Bool = true) -> SocketEntry? {
        guard body.byteCount >= messageLength, let family = body.native(0, as: UInt8.self),
            let kernelState = body.native(1, as: UInt8.self), let state = state(kernelState),
            let local = endpoint(body, family: family, address: 8, port: 4),
            let remote = endpoint(body, family: family, address: 24, port: 6)
        else { return nil }
        func word(_ offset: Int) -> UInt32 { body.native(offset, as: UInt32.self) ?? 0 }
        var entry = SocketEntry(local: local, remote: remote)
        entry.family = family == familyIPv4 ? .ipv4 : .ipv6
        entry.state = state
        let timer = body.native(2, as: UInt8.self) ?? 0
        entry.timer = timerKind(timer)
        entry.retransmits = body.native(3, as: UInt8.self) ?? 0
        entry.interface = word(40)
        entry.cookie = UInt64(word(44)) | UInt64(word(48)) << 32
        entry.timerExpiry = word(52)
        entry.receiveQueue = word(56)
        entry.sendQueue = word(60)
        entry.userID = word(64)
        entry.inode = word(68)
        let isSocket = readAttributes(body, into: &entry, withDetails: withDetails)
        entry.form = form(isSocket: isSocket, state: state, timer: entry.timer, inode: entry.inode)
        return entry
    }

    /// Reads the attributes into `entry`; returns true if there is one that only full sockets have.
    private static func readAttributes(_ body: RawSpan, into entry: inout SocketEntry, withDetails: Bool) -> Bool {
        var isSocket = false
        var details = SocketDetails()
        var offset = messageLength
        while let attribute = NetlinkAttribute.next(in: body, at: &offset) {
            switch attribute.type {
            case Attribute.shutdown:
                // The kernel sends this attribute for every full socket, asked or not, and never for a request or
                // timewait socket.
                isSocket = true
                entry.shutdown = body.native(attribute.body.lowerBound, as: UInt8.self) ?? 0
            case Attribute.ipv6Only:
                entry.isIPv6Only = (body.native(attribute.body.lowerBound, as: UInt8.self) ?? 0) != 0
            case Attribute.info:
                isSocket = true
                if withDetails { details.info = TCPInfo(bytes: body.extracting(attribute.body)) }
            default:
                if withDetails { read(attribute.type, body.extracting(attribute.body), into: &details) }
            }
        }
        if withDetails { entry.details = details }
        return isSocket
    }

    private static func read(_ type: UInt16, _ bytes: RawSpan, into details: inout SocketDetails) {
        switch type {
        case Attribute.congestion: details.congestionControl = name(bytes)
        case Attribute.socketMemory: details.memory = SocketMemory(bytes: bytes)
        case Attribute.mark: details.mark = bytes.native(0, as: UInt32.self)
        case Attribute.cgroupID: details.cgroupID = bytes.native(0, as: UInt64.self)
        default: break
        }
    }

    private static func form(
        isSocket: Bool, state: State, timer: SocketEntry.TimerKind, inode: UInt32
    ) -> SocketEntry.Form {
        guard !isSocket, inode == 0 else { return .full }
        switch state {
        case .synReceived: return .request
        case .timeWait: return .timeWait
        case .finWait2: return timer == .timeWait ? .timeWait : .full
        default: return .full
        }
    }

    private static func endpoint(_ body: RawSpan, family: UInt8, address: Int, port: Int) -> Endpoint? {
        guard let number = body.bigEndian(port, as: UInt16.self) else { return nil }
        switch family {
        case familyIPv4:
            guard let word = body.bigEndian(address, as: UInt32.self) else { return nil }
            return Endpoint(address: IPAddress(ipv4: word), port: number)
        case familyIPv6:
            guard let high = body.bigEndian(address, as: UInt64.self),
                let low = body.bigEndian(address &+ 8, as: UInt64.self)
            else { return nil }
            return Endpoint(address: IPAddress(high: high, low: low), port: number)
        default:
            return nil
        }
    }

    /// The NUL-terminated name of a congestion control; `nil` if it has characters that such names do not have.
    private static func name(_ bytes: RawSpan) -> String? {
        var text = ""
        for offset in 0..<min(bytes.byteCount, 16) {
            guard let byte = bytes.native(offset, as: UInt8.self), byte != 0 else { break }
            guard byte > 0x20, byte < 0x7f else { return nil }
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        return text.isEmpty ? nil : text
    }

    private static func timerKind(_ number: UInt8) -> SocketEntry.TimerKind {
        switch number {
        case 0: .off
        case 1: .retransmission
        case 2: .keepAlive
        case 3: .timeWait
        case 4: .persist
        default: .other(number)
        }
    }

    /// The state with this number in the kernel (`net/tcp_states.h`); 12 is a request socket, 13 a socket that is bound
    /// but not connected.
    private static func state(_ number: UInt8) -> State? {
        switch number {
        case 1: .established
        case 2: .synSent
        case 3, 12: .synReceived
        case 4: .finWait1
        case 5: .finWait2
        case 6: .timeWait
        case 7, 13: .closed
        case 8: .closeWait
        case 9: .lastAck
        case 10: .listen
        case 11: .closing
        default: nil
        }
    }

    /// A state's bit in the kernel's sets of states.
    private static func bit(_ state: State) -> UInt32 {
        switch state {
        case .established: 1 << 1
        case .synSent: 1 << 2
        case .synReceived: 1 << 3 | 1 << 12
        case .finWait1: 1 << 4
        case .finWait2: 1 << 5
        case .timeWait: 1 << 6
        case .closed: 1 << 7 | 1 << 13
        case .closeWait: 1 << 8
        case .lastAck: 1 << 9
        case .listen: 1 << 10
        case .closing: 1 << 11
        }
    }

    /// A request for all sockets in some states.
    ///
    /// - Parameters:
    ///   - family: the address family; `nil` for both, by the older request.
    ///   - bytecode: the kernel's own filter (``SocketExpression/bytecode``); `nil` for none.
    static func dumpRequest(
        family: SocketEntry.Family?, states: Set<State>, details: SocketQuery.Details, bytecode: [UInt8]?,
        sequence: UInt32
    ) -> [UInt8] {
        let mask = states.reduce(0) { $0 | bit($1) }
        var request = Request(type: family == nil ? bothFamilies : byFamily, flags: requestFlag | dumpFlags, sequence)
        request.family = family
        request.states = mask
        request.attributes = extensions(details)
        return request.bytes(bytecode: bytecode)
    }

    /// A request for one socket.
    static func lookUpRequest(local: Endpoint, remote: Endpoint, interface: UInt32, sequence: UInt32) -> [UInt8] {
        var request = Request(type: byFamily, flags: requestFlag, sequence)
        // A listener's remote end may be the unspecified address of either family, so the local end decides.
        request.family = local.address.isIPv4 ? .ipv4 : .ipv6
        request.attributes = extensions([.measures])
        (request.local, request.remote, request.interface) = (local, remote, interface)
        return request.bytes(bytecode: nil)
    }

    /// A request to end the socket with an entry's addresses and cookie; the kernel acknowledges it.
    static func destroyRequest(_ entry: SocketEntry, sequence: UInt32) -> [UInt8] {
        let acknowledged: UInt16 = 4
        var request = Request(type: destroy, flags: requestFlag | acknowledged, sequence)
        request.family = entry.family
        (request.local, request.remote, request.interface) = (entry.local, entry.remote, entry.interface)
        request.cookie = entry.cookie
        return request.bytes(bytecode: nil)
    }

    /// The request's set of extensions, in which bit n asks for attribute n + 1.
    private static func extensions(_ details: SocketQuery.Details) -> UInt8 {
        var bits: UInt8 = 0
        if details.contains(.measures) { bits |= 1 << (Attribute.info - 1) | 1 << (Attribute.congestion - 1) }
        if details.contains(.memory) { bits |= 1 << (Attribute.socketMemory - 1) }
        return bits
    }

    private struct Request {
        let type: UInt16
        let flags: UInt16
        let sequence: UInt32
        /// The address family; `nil` for both.
        var family: SocketEntry.Family?
        var states = UInt32.max
        var attributes: UInt8 = 0
        var local: Endpoint?
        var remote: Endpoint?
        var interface: UInt32 = 0
        /// The socket's cookie; INET_DIAG_NOCOOKIE matches any socket with the addresses.
        var cookie = UInt64.max

        init(type: UInt16, flags: UInt16, _ sequence: UInt32) {
            (self.type, self.flags, self.sequence) = (type, flags, sequence)
        }

        func bytes(bytecode: [UInt8]?) -> [UInt8] {
            var body: [UInt8] = []
            let familyNumber = family == .ipv6 ? familyIPv6 : familyIPv4
            // struct inet_diag_req, or struct inet_diag_req_v2, in which the states come before the addresses.
            body +=
                type == bothFamilies ? [familyNumber, 0, 0, attributes] : [familyNumber, protocolTCP, attributes, 0]
            if type != bothFamilies { body.append(native: states) }
            body.append(bigEndian: local?.port ?? 0)
            body.append(bigEndian: remote?.port ?? 0)
            appendAddress(local?.address, family: family ?? .ipv4, to: &body)
            appendAddress(remote?.address, family: family ?? .ipv4, to: &body)
            body.append(native: interface)
            body.append(native: UInt32(truncatingIfNeeded: cookie))
            body.append(native: UInt32(truncatingIfNeeded: cookie >> 32))
            if type == bothFamilies {
                body.append(native: states)
                body.append(native: UInt32(0))
            }
            if let bytecode {
                body.append(native: UInt16(truncatingIfNeeded: bytecode.count + 4))
                body.append(native: SocketDiagnostics.bytecode)
                body += bytecode
            }
            var bytes: [UInt8] = []
            bytes.append(native: UInt32(truncatingIfNeeded: body.count + NetlinkMessage.headerLength))
            bytes.append(native: type)
            bytes.append(native: flags)
            bytes.append(native: sequence)
            bytes.append(native: UInt32(0))
            return bytes + body
        }
    }

    private static func appendAddress(_ address: IPAddress?, family: SocketEntry.Family, to bytes: inout [UInt8]) {
        switch family {
        case .ipv4:
            bytes.append(bigEndian: address?.ipv4 ?? 0)
            bytes.append(contentsOf: repeatElement(0, count: 12))
        case .ipv6:
            bytes.append(bigEndian: address?.high ?? 0)
            bytes.append(bigEndian: address?.low ?? 0)
        }
    }
}
