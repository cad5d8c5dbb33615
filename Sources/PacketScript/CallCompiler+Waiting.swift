/// The calls that wait for events, and the messages that go with data.
extension CallCompiler {
    func poll() throws(ScriptError) -> CallPlan {
        guard case .list(let entries) = try argument(0) else { throw wrong(0) }
        func events(_ expression: ScriptExpression?) throws(ScriptError) -> PollEvents {
            guard case .number(let value)? = expression else { throw wrong(0) }
            return PollEvents(rawValue: Int16(truncatingIfNeeded: value))
        }
        var interests: [ScriptCall.Interest] = []
        var expected: [PollEvents] = []
        for entry in entries {
            guard case .number(let number)? = entry["fd"], let descriptor = Int32(exactly: number) else {
                throw wrong(0)
            }
            interests.append(.init(descriptor: descriptor, events: try events(entry["events"])))
            if entry["revents"] != nil { expected.append(try events(entry["revents"])) }
        }
        var plan = CallPlan(.poll(interests, milliseconds: try int32(2)), name: name)
        plan.events = expected.count == interests.count ? expected : nil
        return plan
    }

    func epollControl() throws(ScriptError) -> ScriptCall {
        guard let operation = EpollOperation(rawValue: try int32(1)) else { throw wrong(1) }
        return .epollControl(try descriptor(), operation, try int32(2), try entry(try argument(3), 3))
    }

    func epollWait() throws(ScriptError) -> CallPlan {
        let limit = try int32(2)
        var plan = CallPlan(.epollWait(try descriptor(), limit: limit, milliseconds: try int32(3)), name: name)
        switch try argument(1) {
        case .wildcard: break
        case .list(let entries):
            var occurrences: [EpollEntry] = []
            for expression in entries { occurrences.append(try entry(expression, 1)) }
            plan.occurrences = occurrences
        case let expression: plan.occurrences = [try entry(expression, 1)]
        }
        return plan
    }

    /// `{events=EPOLLIN, fd=4}`. The data that is returned with an event may be given under any of its four names.
    private func entry(_ expression: ScriptExpression, _ index: Int) throws(ScriptError) -> EpollEntry {
        guard case .record = expression, let events = expression["events"] else { throw wrong(index) }
        let data = expression["fd"] ?? expression["u32"] ?? expression["u64"] ?? expression["ptr"] ?? .number(0)
        return EpollEntry(
            events: UInt32(truncatingIfNeeded: try number(events, index)),
            data: UInt64(bitPattern: try number(data, index)))
    }

    /// Whether the script passes a null pointer as the buffer.
    var missesBuffer: Bool {
        get throws(ScriptError) { try argument(1) == .null }
    }

    /// `[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9000}]`; `nil` where the script does not specify any.
    func controlMessages(_ expression: ScriptExpression?) throws(ScriptError) -> [ControlMessage]? {
        guard let expression, expression != .wildcard else { return nil }
        guard case .list(let entries) = expression else { throw wrong(1) }
        var messages: [ControlMessage] = []
        for entry in entries {
            guard let level = entry["cmsg_level"], let type = entry["cmsg_type"], let data = entry["cmsg_data"] else {
                throw wrong(1)
            }
            let numbers = (
                Int32(truncatingIfNeeded: try number(level, 1)), Int32(truncatingIfNeeded: try number(type, 1))
            )
            let value: ControlMessage.Value
            switch ControlMessage.Kind(level: numbers.0, type: numbers.1) {
            case .inQueue?: value = .integer(try number(data, 1))
            case .timestamping?:
                let seconds = try number(data["scm_sec"] ?? .number(0), 1)
                let rest = try number(data["scm_nsec"] ?? .number(0), 1)
                value = .time(seconds &* 1_000_000_000 &+ rest)
            case .error?: value = .error(try extendedError(data))
            case nil: throw place.error(.unsupported("cmsg \(numbers.0) \(numbers.1)"))
            }
            messages.append(ControlMessage(level: numbers.0, type: numbers.1, value))
        }
        return messages
    }

    private func extendedError(_ record: ScriptExpression) throws(ScriptError) -> ControlMessage.ExtendedError {
        func field(_ name: String) throws(ScriptError) -> UInt32 {
            UInt32(truncatingIfNeeded: try number(record["ee_" + name] ?? .number(0), 1))
        }
        return ControlMessage.ExtendedError(
            errno: try field("errno"), origin: UInt8(truncatingIfNeeded: try field("origin")),
            type: UInt8(truncatingIfNeeded: try field("type")), code: UInt8(truncatingIfNeeded: try field("code")),
            info: try field("info"), data: try field("data"))
    }
}
