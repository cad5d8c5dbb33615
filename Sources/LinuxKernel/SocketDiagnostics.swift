import FlatMemory
import TCPState
import TCPWire

/// The messages of inet_diag (`linux/inet_diag.h`), from and to bytes. The numbers are held to the headers by CLinux's
/// Layouts.c.
package enum SocketDiagnostics {
    package static let byFamily: UInt16 = 20
    static let protocolTCP: UInt8 = 6
    static let familyIPv4: UInt8 = 2
    /// AF_INET6 of Linux; other systems number it differently, and a fuzzer may run there.
    static let familyIPv6: UInt8 = 10
    static let requestFlag: UInt16 = 1
    static let dumpFlags: UInt16 = 0x300
    private static let messageLength = 72

    private enum Attribute {
        static let info: UInt16 = 2
        static let congestion: UInt16 = 4
        static let shutdown: UInt16 = 8
        static let ipv6Only: UInt16 = 11
    }

    /// The socket that one message of type ``byFamily`` describes; `nil` where it is too short or of another family.
    package static func entry(_ body: RawSpan) -> SocketEntry? {
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
        let isSocket = readAttributes(body, into: &entry)
        entry.form = form(isSocket: isSocket, state: state, timer: entry.timer, inode: entry.inode)
        return entry
    }

    /// Reads the attributes; `true` if one came that only sockets have.
    private static func readAttributes(_ body: RawSpan, into entry: inout SocketEntry) -> Bool {
        var isSocket = false
        var offset = messageLength
        while let attribute = NetlinkAttribute.next(in: body, at: &offset) {
            switch attribute.type {
            case Attribute.info:
                isSocket = true
                entry.info = TCPInfo(bytes: body.extracting(attribute.body))
            case Attribute.congestion:
                entry.congestionControl = name(body.extracting(attribute.body))
            case Attribute.shutdown:
                // The kernel sends this of every socket, asked or not, and never of a request or timewait socket.
                isSocket = true
                entry.shutdown = body.native(attribute.body.lowerBound, as: UInt8.self) ?? 0
            case Attribute.ipv6Only:
                entry.isIPv6Only = (body.native(attribute.body.lowerBound, as: UInt8.self) ?? 0) != 0
            default:
                break
            }
        }
        return isSocket
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

    /// A name that ends at its NUL, of the characters that names of congestion controls have.
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

    /// The state of the kernel's number (`net/tcp_states.h`); 12 is a request socket, 13 bound and idle.
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

    /// The kernel's bit for a state.
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

    /// A request for all sockets of a family in some states.
    static func dumpRequest(
        family: SocketEntry.Family, states: Set<State>, measures: Bool, sequence: UInt32
    ) -> [UInt8] {
        let mask = states.reduce(0) { $0 | bit($1) }
        return request(
            family: family, flags: requestFlag | dumpFlags, states: mask, measures: measures, sequence: sequence,
            local: nil, remote: nil, interface: 0)
    }

    /// A request for one socket.
    static func lookUpRequest(local: Endpoint, remote: Endpoint, interface: UInt32, sequence: UInt32) -> [UInt8] {
        // A listener's peer is the any-address of whichever family; the local end decides then.
        let isIPv4 = local.address.isIPv4
        return request(
            family: isIPv4 ? .ipv4 : .ipv6, flags: requestFlag, states: .max, measures: true, sequence: sequence,
            local: local, remote: remote, interface: interface)
    }

    private static func request(
        family: SocketEntry.Family, flags: UInt16, states: UInt32, measures: Bool, sequence: UInt32, local: Endpoint?,
        remote: Endpoint?, interface: UInt32
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(72)
        bytes.append(native: UInt32(72))
        bytes.append(native: byFamily)
        bytes.append(native: flags)
        bytes.append(native: sequence)
        bytes.append(native: UInt32(0))
        bytes.append(family == .ipv4 ? familyIPv4 : familyIPv6)
        bytes.append(protocolTCP)
        // Bit n asks for attribute n + 1.
        bytes.append(measures ? 1 << (Attribute.info - 1) | 1 << (Attribute.congestion - 1) : 0)
        bytes.append(0)
        bytes.append(native: states)
        bytes.append(bigEndian: local?.port ?? 0)
        bytes.append(bigEndian: remote?.port ?? 0)
        appendAddress(local?.address, family: family, to: &bytes)
        appendAddress(remote?.address, family: family, to: &bytes)
        bytes.append(native: interface)
        // INET_DIAG_NOCOOKIE: any socket of these addresses.
        bytes.append(native: UInt64.max)
        return bytes
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
