import TCPWire

extension ScriptRunner {
    /// Makes a call. One that the script says will block is left under way.
    mutating func call(_ plan: CallPlan, _ event: ScriptEvent) throws(Stop) {
        watch(plan.call)
        let hostCall = plan.call.mappingDescriptors { descriptors[$0] ?? -1 }
        let begun = host.now
        try onHost { host throws(ScriptHostError) in try host.start(hostCall) }
        if let end = event.moment.end {
            let base = event.moment.base == .start ? start : previous &- event.moment.earliest
            pending = PendingCall(
                event: event, plan: plan, end: base &+ end, tolerance: tolerance(after: end &- event.moment.earliest))
            // A call that fails at once has its result now.
            return try look()
        }
        let limit = begun &+ Self.patience
        let result = try onHost { host throws(ScriptHostError) in try host.result(until: limit) }
        guard let result else { throw Stop(.blocked) }
        previous = max(previous, result.time)
        try compare(result, plan, event)
    }

    /// Takes the result of the call under way, if it is there.
    mutating func look() throws(Stop) {
        guard let call = pending else { return }
        let now = host.now
        let result = try onHost { host throws(ScriptHostError) in try host.result(until: now) }
        if let result { try finish(call, result) }
    }

    /// Waits for the call under way, if there is one.
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

    /// What a call tells of the connections to come.
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

    /// A socket that connects for the first time: from now on the script speaks of its connection, whose port shows in the
    /// SYN.
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
        // A descriptor's number is the host's own; that it is one is what counts.
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
            // What the caller asked for is not told back by every host.
            let told = result.messageFlags
            try demand(told == flags, "msg_flags=\(flags.rawValue)", "msg_flags=\(told.rawValue)")
        }
        if let peer = plan.peer, result.errno == 0 {
            try demand(result.peer == peer, peer.description, result.peer?.description ?? "-")
        }
    }

    /// Times count from the script's beginning, as in the script.
    private func inScriptTime(_ message: ControlMessage) -> ControlMessage {
        guard case .time(let time) = message.value else { return message }
        return ControlMessage(level: message.level, type: message.type, .time(time &- start))
    }

    /// Remembers new descriptors, and forgets closed ones.
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
        // As the script calls it: the host's own numbers mean nothing to its reader.
        if plan.makesDescriptor, let value = plan.value, value >= 0 { return "\(value)" }
        return "\(result.value)"
    }
}

extension CallPlan {
    /// The result that the script has.
    var expectation: String {
        guard let value else { return "?" }
        return "\(value)" + (errno.map { " " + (ScriptConstants.errorName($0) ?? "errno \($0)") } ?? "")
    }

    /// The call with a result, short.
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
