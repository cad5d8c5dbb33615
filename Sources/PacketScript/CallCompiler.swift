import TCPWire

/// Makes a ``CallPlan`` of a call and its arguments.
struct CallCompiler {
    var name: String
    var arguments: [ScriptExpression]
    var network: ScriptNetwork
    /// Where the call stands in the script, for error messages.
    var place: ScriptCursor

    func plan() throws(ScriptError) -> CallPlan {
        switch name {
        case "socket": return CallPlan(try socket(), name: name)
        case "bind": return CallPlan(.bind(try descriptor(), try address(1, network.bindEndpoint)), name: name)
        case "listen": return CallPlan(.listen(try descriptor(), backlog: try int32(1)), name: name)
        case "accept", "accept4": return try accept()
        case "connect":
            return CallPlan(.connect(try descriptor(), try address(1, network.connectEndpoint)), name: name)
        case "read", "recv", "recvfrom", "readv", "recvmsg": return try receive()
        case "write", "send", "sendto", "writev", "sendmsg": return try send()
        case "shutdown":
            guard let direction = ScriptCall.Direction(rawValue: try int32(1)) else { throw wrong(1) }
            return CallPlan(.shutdown(try descriptor(), direction), name: name)
        case "close": return CallPlan(.close(try descriptor()), name: name)
        case "fcntl": return try control()
        case "ioctl": return try ioctl()
        case "setsockopt": return CallPlan(try setOption(), name: name)
        case "getsockopt": return try getOption()
        case "poll": return try poll()
        case "epoll_create", "epoll_create1": return CallPlan(.epollCreate, name: name)
        case "epoll_ctl": return CallPlan(try epollControl(), name: name)
        case "epoll_wait", "epoll_pwait": return try epollWait()
        default: throw place.error(.unsupported(name + "()"))
        }
    }

    // MARK: Arguments

    func wrong(_ index: Int) -> ScriptError {
        place.error(.expected(.argument, found: "\(name)(): \(index + 1)"))
    }

    func argument(_ index: Int) throws(ScriptError) -> ScriptExpression {
        guard index < arguments.count else { throw wrong(index) }
        return arguments[index]
    }

    func number(_ expression: ScriptExpression, _ index: Int) throws(ScriptError) -> Int64 {
        guard case .number(let value) = expression else { throw wrong(index) }
        return value
    }

    func int32(_ index: Int) throws(ScriptError) -> Int32 {
        let value = try number(try argument(index), index)
        // As C converts it: 0xffffffff is -1.
        guard let narrow = Int32(exactly: value) ?? UInt32(exactly: value).map({ Int32(bitPattern: $0) }) else {
            throw wrong(index)
        }
        return narrow
    }

    func descriptor() throws(ScriptError) -> Int32 { try int32(0) }

    private func size(_ expression: ScriptExpression, _ index: Int) throws(ScriptError) -> Int {
        let value = try number(expression, index)
        guard value >= 0 else { throw wrong(index) }
        guard value <= ScriptParser.longestBuffer else { throw place.error(.tooMuch(.argument)) }
        return Int(value)
    }

    /// `...` for the standard endpoint, or
    /// `{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.168.0.1")}`.
    private func address(_ index: Int, _ standard: Endpoint) throws(ScriptError) -> Endpoint {
        let expression = try argument(index)
        if case .wildcard = expression { return standard }
        guard case .record = expression else { throw wrong(index) }
        var endpoint = standard
        if let port = expression["sin_port"] ?? expression["sin6_port"] {
            guard case .function("htons", let inner) = port, case .number(let value)? = inner.first,
                let number = UInt16(exactly: value)
            else { throw wrong(index) }
            endpoint.port = number
        }
        switch expression["sin_addr"] ?? expression["sin6_addr"] {
        case nil: break
        case .function(_, let inner)?:
            guard case .string(let text)? = inner.first(where: { if case .string = $0 { true } else { false } }),
                let address = IPAddress(String(decoding: text, as: UTF8.self))
            else { throw wrong(index) }
            endpoint.address = address
        case .number(0)?: endpoint.address = network.isIPv6 ? IPAddress(high: 0, low: 0) : IPAddress(ipv4: 0)
        default: throw wrong(index)
        }
        return endpoint
    }

    // MARK: Calls

    private func socket() throws(ScriptError) -> ScriptCall {
        var isIPv6 = network.isIPv6
        switch try argument(0) {
        case .wildcard: break
        case .number(2): isIPv6 = false
        case .number(10): isIPv6 = true
        default: throw wrong(0)
        }
        let type = try int32(1)
        guard type & 0xf == 1 else { throw place.error(.unsupported("SOCK_DGRAM, SOCK_RAW")) }
        switch try argument(2) {
        case .number(6), .number(0), .wildcard: break
        default: throw place.error(.unsupported("IPPROTO_..."))
        }
        return .socket(isIPv6: isIPv6, isNonBlocking: type & 0x800 != 0)
    }

    private func accept() throws(ScriptError) -> CallPlan {
        let isNonBlocking = name == "accept4" ? try int32(3) & 0x800 != 0 : false
        var plan = CallPlan(.accept(try descriptor(), isNonBlocking: isNonBlocking), name: name)
        if case .record = try argument(1) {
            plan.peer = try address(1, Endpoint(address: network.remote, port: network.remotePort))
        }
        return plan
    }

    /// The octets of a buffer that is to be written, or that must be read: `nil` for `...`.
    private func octets(_ expression: ScriptExpression) -> [UInt8]? {
        if case .string(let text) = expression { return text }
        return nil
    }

    private func vectors(_ expression: ScriptExpression?, _ index: Int) throws(ScriptError) -> [(Int, [UInt8]?)] {
        guard case .list(let entries)? = expression, entries.count <= 64 else { throw wrong(index) }
        var found: [(Int, [UInt8]?)] = []
        var total = 0
        for entry in entries {
            guard case .record(let fields) = entry, fields.count == 2 else { throw wrong(index) }
            let count = try size(fields[1].value, index)
            total += count
            guard total <= ScriptParser.longestBuffer else { throw place.error(.tooMuch(.argument)) }
            found.append((count, octets(fields[0].value)))
        }
        return found
    }

    private func receive() throws(ScriptError) -> CallPlan {
        var flags = MessageFlags()
        var expected: [UInt8]?
        var count: Int
        var shown: MessageFlags?
        var control: [ControlMessage]?
        switch name {
        case "readv":
            count = try vectors(try argument(1), 1).reduce(0) { $0 + $1.0 }
        case "recvmsg":
            let message = try argument(1)
            let parts = try vectors(message["msg_iov"], 1)
            count = parts.reduce(0) { $0 + $1.0 }
            flags = MessageFlags(rawValue: try int32(2))
            if case .number(let value)? = message["msg_flags"] {
                shown = MessageFlags(rawValue: Int32(truncatingIfNeeded: value))
            }
            control = try controlMessages(message["msg_control"])
        default:
            expected = octets(try argument(1))
            count = try size(try argument(2), 2)
            if name != "read" { flags = MessageFlags(rawValue: try int32(3)) }
        }
        let call = ScriptCall.receive(
            try descriptor(), count: count, flags: flags, wantsControl: control != nil || flags.contains(.errorQueue))
        var plan = CallPlan(try missesBuffer ? .withoutBuffer(call) : call, name: name)
        plan.control = control
        plan.octets = expected
        plan.messageFlags = shown
        return plan
    }

    private func send() throws(ScriptError) -> CallPlan {
        var flags = MessageFlags()
        var parts: [(Int, [UInt8]?)]
        switch name {
        case "writev":
            parts = try vectors(try argument(1), 1)
        case "sendmsg":
            parts = try vectors(try argument(1)["msg_iov"], 1)
            flags = MessageFlags(rawValue: try int32(2))
        default:
            parts = [(try size(try argument(2), 2), octets(try argument(1)))]
            if name != "write" { flags = MessageFlags(rawValue: try int32(3)) }
        }
        var octets: [UInt8] = []
        for (count, text) in parts {
            let known = (text ?? []).prefix(count)
            octets += known
            octets += Array(repeating: 0, count: count - known.count)
        }
        var destination: Endpoint?
        if flags.contains(.fastOpen) {
            destination = name == "sendto" ? try address(4, network.connectEndpoint) : network.connectEndpoint
        }
        let call = ScriptCall.send(try descriptor(), octets: octets, flags: flags, destination: destination)
        return CallPlan(try missesBuffer ? .withoutBuffer(call) : call, name: name)
    }

    private func control() throws(ScriptError) -> CallPlan {
        switch try int32(1) {
        case 4: return CallPlan(.setNonBlocking(try descriptor(), try int32(2) & 0x800 != 0), name: name)
        case 3: return CallPlan(.statusFlags(try descriptor()), name: name)
        default: throw place.error(.unsupported("fcntl()"))
        }
    }

    private func ioctl() throws(ScriptError) -> CallPlan {
        let queue: ScriptCall.Queue
        switch try int32(1) {
        case 0x541b: queue = .unread
        case 0x5411: queue = .unacknowledged
        case 0x894b: queue = .unsent
        default: throw place.error(.unsupported("ioctl()"))
        }
        var plan = CallPlan(.queueLength(try descriptor(), queue), name: name)
        plan.option = try value(2)
        return plan
    }

    /// An option's value: `[1]`, `{onoff=1, linger=0}`, `"cubic"`; `nil` for `...`.
    private func value(_ index: Int) throws(ScriptError) -> SocketOption.Value? {
        let expression = try argument(index)
        switch expression {
        case .wildcard: return nil
        case .list(let entries):
            guard entries.count == 1 else { throw wrong(index) }
            if case .wildcard = entries[0] { return nil }
            let wide = try number(entries[0], index)
            guard let narrow = Int32(exactly: wide) ?? UInt32(exactly: wide).map({ Int32(bitPattern: $0) }) else {
                throw wrong(index)
            }
            return .integer(narrow)
        case .string(let text):
            return .text(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self))
        case .record:
            guard case .number(let isOn)? = expression["onoff"] ?? expression["l_onoff"],
                case .number(let seconds)? = expression["linger"] ?? expression["l_linger"]
            else { throw place.error(.unsupported(name + "()")) }
            return .linger(isOn: isOn != 0, seconds: Int32(truncatingIfNeeded: seconds))
        case .number, .function, .null: throw wrong(index)
        }
    }

    private func option() throws(ScriptError) -> SocketOption {
        SocketOption(level: try int32(1), name: try int32(2))
    }

    private func setOption() throws(ScriptError) -> ScriptCall {
        let option = try option()
        if case .string(let octets) = try argument(3), option != .congestion {
            let count = try int32(4)
            guard (0...4096).contains(count) else { throw wrong(4) }
            let padding = [UInt8](repeating: 0, count: max(0, Int(count) - octets.count))
            return .setOption(try descriptor(), option, .octets(octets.prefix(Int(count)) + padding))
        }
        guard let value = try value(3) else { throw wrong(3) }
        return .setOption(try descriptor(), option, value)
    }

    private func getOption() throws(ScriptError) -> CallPlan {
        let option = try option()
        if option == SocketOption(level: 6, name: 11) { throw place.error(.unsupported("TCP_INFO")) }
        var plan = CallPlan(.getOption(try descriptor(), option), name: name)
        plan.option = try value(3)
        return plan
    }
}

extension ScriptNetwork {
    var isIPv6: Bool { !local.isIPv4 }
    var bindEndpoint: Endpoint { Endpoint(address: local, port: bindPort) }
    var connectEndpoint: Endpoint { Endpoint(address: remote, port: connectPort) }
}
