import TCPWire

extension ScriptRunner {
    /// Makes a call. If the script says that it blocks, it is left in progress.
    mutating func call(_ plan: CallPlan, _ event: ScriptEvent) throws(Stop) {
        watch(plan.call)
        let hostCall = plan.call.mappingDescriptors { descriptors[$0] ?? -1 }
        let begun = host.now
        try onHost { host throws(ScriptHostError) in try host.start(hostCall) }
        if let end = event.moment.end {
            let base = event.moment.base == .start ? start : previous &- event.moment.earliest
            pending = PendingCall(
                event: event, plan: plan, end: base &+ end, tolerance: tolerance(after: end &- event.moment.earliest))
            // A call that fails at once has its result already.
            return try look()
        }
        let limit = begun &+ Self.patience
        let result = try onHost { host throws(ScriptHostError) in try host.result(until: limit) }
        guard let result else { throw Stop(.blocked) }
        previous = max(previous, result.time)
        try compare(result, plan, event)
    }

    /// Takes the result of the call in progress, if it is known; does not wait.
    mutating func look() throws(Stop) {
        guard let call = pending else { return }
        let now = host.now
        let result = try onHost { host throws(ScriptHostError) in try host.result(until: now) }
        if let result { try finish(call, result) }
    }

    /// Waits for the call in progress, if there is one.
    mutating func collect() throws(Stop) {
        guard let call = pending else { return }
        let limit = call.end &+ call.tolerance &+ Self.patience
        let result = try onHost { host throws(ScriptHostError) in try host.result(until: limit) }
        guard let result else { throw Stop(.blocked, call.event) }
        try finish(call, result)
    }

    private mutating func finish(_ call: PendingCall, _ result: ScriptResult) throws(Stop) {
        pending = nil
        try compare(result, call.plan, call.event)
        guard abs(result.time &- call.end) <= call.tolerance else {
            throw Stop(.returned(expected: call.end &- start, actual: result.time &- start), call.event)
        }
    }

    /// Notes what a call says about the connections that will follow.
    private mutating func watch(_ call: ScriptCall) {
        switch call {
        case .bind(_, let endpoint): if endpoint.port != 0 { listeningPort = endpoint.port }
        case .listen(let number, _):
            hasNewListener = true
            subject = number
        case .connect(let number, _): beginActively(number)
        case .setOption(_, .maximumSegment, .integer(let size)):
            leastSegment = min(leastSegment ?? .max, max(Int(size), 1))
        case .send(let number, _, _, let destination) where destination != nil: beginActively(number)
        case .withoutBuffer(let call): watch(call)
        default: break
        }
    }

    /// Notes that a socket connects. If it is the first time, the script's packets without ports belong to its
    /// connection from now on; the host's SYN will show its port.
    private mutating func beginActively(_ number: Int32) {
        subject = number
        if connecting.insert(number).inserted { current = nil }
    }

    private mutating func compare(_ result: ScriptResult, _ plan: CallPlan, _ event: ScriptEvent) throws(Stop) {
        let actual = text(result, plan)
        note(.call, plan.text(actual), line: event.line, at: result.time)
        keep(result, plan)
        let expected = plan.expectation
        func demand(_ holds: Bool, _ what: String, _ came: String) throws(Stop) {
            guard holds else { throw Stop(.result(expected: what, actual: came), event) }
        }
        // The host has its own descriptor numbers, so it is enough that the result is a descriptor.
        if plan.makesDescriptor, let value = plan.value, value >= 0 {
            try demand(result.value >= 0, expected, actual)
        } else if let value = plan.value {
            try demand(result.value == value, expected, actual)
        }
        if let errno = plan.errno { try demand(result.errno == errno, expected, actual) }
        if let option = plan.option, result.errno == 0 {
            try demand(result.option == option, option.text, result.option?.text ?? "-")
        }
        if let events = plan.events {
            try demand(
                result.events == events, events.map(\.text).joined(separator: ","),
                result.events.map(\.text).joined(separator: ","))
        }
        if let occurrences = plan.occurrences, result.value > 0 {
            try demand(
                result.occurrences == occurrences, occurrences.map(\.text).joined(separator: ","),
                result.occurrences.map(\.text).joined(separator: ","))
        }
        if let control = plan.control, result.errno == 0 {
            let came = result.control.map { inScriptTime($0) }
            let isSame =
                came.count == control.count
                && zip(came, control).allSatisfy {
                    $0.matches($1, tolerance: tolerance(after: result.time &- start))
                }
            try demand(
                isSame, "[" + control.map(\.text).joined(separator: ",") + "]",
                "[" + came.map(\.text).joined(separator: ",") + "]")
        }
        if let octets = plan.octets, result.value > 0 {
            let wanted = Array(octets.prefix(result.octets.count))
            try demand(
                wanted == result.octets, String(decoding: wanted, as: UTF8.self),
                String(decoding: result.octets.prefix(100), as: UTF8.self))
        }
        if let flags = plan.messageFlags, result.errno == 0 {
            // Only what the host sets counts, since not every host returns the flags that the caller passed.
            let told = result.messageFlags
            try demand(told == flags, "msg_flags=\(flags.rawValue)", "msg_flags=\(told.rawValue)")
        }
        if let peer = plan.peer, result.errno == 0 {
            try demand(result.peer == peer, peer.description, result.peer?.description ?? "-")
        }
    }

    /// The message with its time counted from the script's beginning, as in the script.
    private func inScriptTime(_ message: ControlMessage) -> ControlMessage {
        guard case .time(let time) = message.value else { return message }
        return ControlMessage(level: message.level, type: message.type, .time(time &- start))
    }

    /// Adds a new descriptor to the map, and removes a closed one.
    private mutating func keep(_ result: ScriptResult, _ plan: CallPlan) {
        if plan.makesDescriptor, result.errno == 0, let number = Int32(exactly: result.value) {
            let name = plan.value.flatMap { Int32(exactly: $0) } ?? number
            descriptors[name] = number
            switch plan.call {
            case .accept: subject = name
            case .epollCreate: break
            default: subject = subject ?? name
            }
        }
        if case .close(let number) = plan.call {
            descriptors[number] = nil
            connecting.remove(number)
        }
    }

    private func text(_ result: ScriptResult, _ plan: CallPlan) -> String {
        if result.errno != 0 {
            return "-1 " + (ScriptConstants.errorName(result.errno) ?? "errno \(result.errno)")
        }
        // With the script's own number: the host's would mean nothing to the script's reader.
        if plan.makesDescriptor, let value = plan.value, value >= 0 { return "\(value)" }
        return "\(result.value)"
    }
}

extension CallPlan {
    /// The result that the script expects, in its notation.
    var expectation: String {
        guard let value else { return "?" }
        return "\(value)" + (errno.map { " " + (ScriptConstants.errorName($0) ?? "errno \($0)") } ?? "")
    }

    /// The call with a result, in short.
    func text(_ result: String) -> String {
        var words: [String] = []
        if let number = call.descriptor { words.append("\(number)") }
        switch call {
        case .receive(_, let count, _, _): words.append("\(count)")
        case .send(_, let octets, _, _): words.append("\(octets.count)")
        case .listen(_, let backlog): words.append("\(backlog)")
        case .shutdown(_, let direction): words.append(["SHUT_RD", "SHUT_WR", "SHUT_RDWR"][Int(direction.rawValue)])
        case .bind(_, let endpoint), .connect(_, let endpoint): words.append(endpoint.description)
        default: break
        }
        return "\(name)(\(words.joined(separator: ", "))) = \(result)"
    }
}

extension SocketOption.Value {
    var text: String {
        switch self {
        case .integer(let number): "[\(number)]"
        case .linger(let isOn, let seconds): "{onoff=\(isOn ? 1 : 0), linger=\(seconds)}"
        case .text(let text): "\"\(text)\""
        case .octets(let octets): "\(octets.count) octets"
        }
    }
}

extension PollEvents {
    var text: String {
        let names: [(PollEvents, String)] = [
            (.readable, "POLLIN"), (.urgent, "POLLPRI"), (.writable, "POLLOUT"), (.error, "POLLERR"),
            (.hangUp, "POLLHUP"), (.peerClosed, "POLLRDHUP"),
        ]
        let present = names.filter { contains($0.0) }.map(\.1)
        return present.isEmpty ? "0" : present.joined(separator: "|")
    }
}
