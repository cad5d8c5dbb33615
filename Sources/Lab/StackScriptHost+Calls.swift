import PacketScript
import TCPStack
import TCPState
import TCPWire

/// Socket calls. Each call is an attempt, which is repeated until it has a result.
extension StackScriptHost {
    typealias Attempt = (StackScriptHost) -> ScriptResult?

    func begin(_ call: ScriptCall) throws(ScriptHostError) -> Attempt {
        switch call {
        case .socket(_, let isNonBlocking):
            let descriptor = host.open()
            let options = defaults
            try? host.setOptions(descriptor, now: clock) { $0 = options }
            if isNonBlocking { nonBlocking.insert(Int32(descriptor)) }
            return { $0.success(Int64(descriptor)) }
        case .bind(let descriptor, let endpoint):
            return { (me) in
                me.perform { me throws(SocketError) in
                    try me.host.bind(Int(descriptor), to: endpoint)
                    return 0
                }
            }
        case .listen(let descriptor, let backlog):
            return { (me) in
                me.perform { me throws(SocketError) in
                    try me.host.listen(Int(descriptor), backlog: Int(backlog))
                    return 0
                }
            }
        case .accept(let descriptor, let isNonBlocking): return accept(descriptor, isNonBlocking)
        case .connect(let descriptor, let endpoint): return connect(descriptor, endpoint)
        case .receive(let descriptor, let count, let flags, _): return try receive(descriptor, count, flags)
        case .send(let descriptor, let octets, let flags, let destination):
            return try send(descriptor, octets, flags, destination)
        case .shutdown(let descriptor, let direction):
            let which: Host.Direction = direction == .reading ? .reading : direction == .writing ? .writing : .both
            return { (me) in
                me.perform { me throws(SocketError) in
                    try me.host.shutdown(Int(descriptor), which, now: me.clock)
                    return 0
                }
            }
        case .close(let descriptor): return close(descriptor)
        case .setNonBlocking(let descriptor, let isOn):
            if isOn { nonBlocking.insert(descriptor) } else { nonBlocking.remove(descriptor) }
            return { $0.success(0) }
        case .statusFlags(let descriptor):
            return { $0.success($0.nonBlocking.contains(descriptor) ? 0x802 : 2) }
        case .setOption(let descriptor, let option, let value): return try set(descriptor, option, value)
        case .getOption(let descriptor, let option): return try get(descriptor, option)
        case .queueLength(let descriptor, let queue):
            return { me in
                guard let info = me.host.info(Int(descriptor)) else { return me.failure(.notConnected) }
                let length =
                    switch queue {
                    case .unread: info.unread
                    case .unacknowledged: info.unacknowledged
                    case .unsent: info.unsent
                    }
                var result = me.success(0)
                result.option = .integer(Int32(clamping: length))
                return result
            }
        case .poll(let interests, let milliseconds): return poll(interests, milliseconds)
        case .epollCreate: return createWatch()
        case .epollControl(let descriptor, let operation, let watched, let entry):
            return control(descriptor, operation, watched, entry)
        case .epollWait(let descriptor, let limit, let milliseconds): return wait(descriptor, limit, milliseconds)
        case .withoutBuffer(let call): return try withoutBuffer(call)
        }
    }

    func success(_ value: Int64) -> ScriptResult { ScriptResult(value, at: clock.nanoseconds) }

    func failure(_ error: SocketError) -> ScriptResult { ScriptResult(failed: error.number, at: clock.nanoseconds) }

    private func perform(_ body: (StackScriptHost) throws(SocketError) -> Int64) -> ScriptResult {
        do throws(SocketError) { return success(try body(self)) } catch { return failure(error) }
    }

    private func accept(_ descriptor: Int32, _ isNonBlocking: Bool) -> Attempt {
        { me in
            do throws(SocketError) {
                let accepted = try me.host.accept(Int(descriptor))
                if isNonBlocking { me.nonBlocking.insert(Int32(accepted.descriptor)) }
                var result = me.success(Int64(accepted.descriptor))
                result.peer = accepted.remote
                return result
            } catch {
                if error == .wouldBlock, !me.nonBlocking.contains(descriptor) { return nil }
                return me.failure(error)
            }
        }
    }

    private func connect(_ descriptor: Int32, _ endpoint: Endpoint) -> Attempt {
        var hasBegun = false
        return { me in
            if !hasBegun {
                hasBegun = true
                do throws(SocketError) {
                    try me.host.connect(Int(descriptor), to: endpoint, now: me.clock)
                } catch {
                    // A second connect() returns the result of the first one.
                    if let told = me.host.takeError(Int(descriptor)) { return me.failure(told) }
                    return me.failure(error)
                }
                // With Fast Open no SYN has been sent yet for which to wait.
                if me.host.awaitsData(Int(descriptor)) { return me.success(0) }
                if me.nonBlocking.contains(descriptor) { return me.failure(.inProgress) }
            }
            guard let info = me.host.info(Int(descriptor)) else { return me.failure(.badDescriptor) }
            if info.end != nil { return me.failure(me.host.takeError(Int(descriptor)) ?? .connectionAborted) }
            return info.state == .synSent || info.state == .synReceived ? nil : me.success(0)
        }
    }

    private func receive(_ descriptor: Int32, _ count: Int, _ flags: MessageFlags) throws(ScriptHostError) -> Attempt {
        guard flags.subtracting([.peek, .dontWait, .waitAll, .noSignal, .truncate]).isEmpty else {
            throw .unsupported("MSG flags \(flags.rawValue)")
        }
        let mayWait = !nonBlocking.contains(descriptor) && !flags.contains(.dontWait)
        var gathered: [UInt8] = []
        return { me in
            do throws(SocketError) {
                let octets =
                    flags.contains(.peek)
                    ? try me.host.peek(Int(descriptor), limit: count)
                    : try me.host.read(Int(descriptor), limit: count - gathered.count, now: me.clock)
                gathered += octets
                if flags.contains(.waitAll), mayWait, gathered.count < count, !octets.isEmpty { return nil }
                var result = me.success(Int64(gathered.count))
                result.octets = flags.contains(.truncate) ? [] : gathered
                if me.tellsQueue.contains(descriptor) { result.control = me.queueMessage(descriptor) }
                return result
            } catch {
                return error == .wouldBlock && mayWait ? nil : me.failure(error)
            }
        }
    }

    private func send(
        _ descriptor: Int32, _ octets: [UInt8], _ flags: MessageFlags, _ destination: Endpoint?
    ) throws(ScriptHostError) -> Attempt {
        guard flags.subtracting([.outOfBand, .dontWait, .noSignal, .more, .endOfRecord, .fastOpen]).isEmpty else {
            throw .unsupported("MSG flags \(flags.rawValue)")
        }
        let mayWait = !nonBlocking.contains(descriptor) && !flags.contains(.dontWait)
        var written = 0
        var opens = destination != nil
        // Whether this call opens the connection; then the result of opening is also the result of the call.
        let connects = opens || host.awaitsData(Int(descriptor))
        // If an earlier call that did not wait has connected already, this one only writes.
        if host.info(Int(descriptor))?.state.isSynchronized == true { opens = false }
        return { me in
            do throws(SocketError) {
                if opens, let destination {
                    opens = false
                    written = try me.host.connect(Int(descriptor), to: destination, sending: octets, now: me.clock)
                    if !mayWait { return written > 0 ? me.success(Int64(written)) : me.failure(.inProgress) }
                }
                let begins = me.host.awaitsData(Int(descriptor))
                if let info = me.host.info(Int(descriptor)) {
                    if info.state == .synSent { return mayWait ? nil : me.failure(.wouldBlock) }
                    if connects, info.end != nil {
                        return me.failure(me.host.takeError(Int(descriptor)) ?? .connectionAborted)
                    }
                    if connects, written == octets.count { return me.success(Int64(written)) }
                }
                written += try me.host.write(
                    Int(descriptor), Array(octets[written...]), urgent: flags.contains(.outOfBand),
                    hints: SendHints(flags), now: me.clock)
                if begins {
                    if mayWait { return nil }
                    return written > 0 ? me.success(Int64(written)) : me.failure(.inProgress)
                }
                return mayWait && written < octets.count ? nil : me.success(Int64(written))
            } catch {
                if error == .wouldBlock, mayWait { return nil }
                return written > 0 ? me.success(Int64(written)) : me.failure(error)
            }
        }
    }

    /// A call with a null pointer for its buffer. It fails if it would have to read or write there at all.
    private func withoutBuffer(_ call: ScriptCall) throws(ScriptHostError) -> Attempt {
        let fails: (StackScriptHost) -> ScriptResult? = { ScriptResult(failed: 14, at: $0.clock.nanoseconds) }
        switch call {
        case .receive(let descriptor, let count, let flags, let wantsControl):
            guard count > 0 else { return try begin(call) }
            let peeks = ScriptCall.receive(
                descriptor, count: count, flags: flags.union(.peek), wantsControl: wantsControl)
            let attempt = try begin(peeks)
            return { me in attempt(me).flatMap { $0.value > 0 ? fails(me) : $0 } }
        case .send(let descriptor, let octets, let flags, let destination):
            guard !octets.isEmpty else { return try begin(call) }
            let empty = ScriptCall.send(descriptor, octets: [], flags: flags, destination: destination)
            let attempt = try begin(empty)
            return { me in attempt(me).flatMap { $0.errno == 0 ? fails(me) : $0 } }
        default: return fails
        }
    }

    private func close(_ descriptor: Int32) -> Attempt {
        var lingering: Host.Lingering?
        var hasBegun = false
        return { me in
            if !hasBegun {
                hasBegun = true
                do throws(SocketError) {
                    lingering = try me.host.close(Int(descriptor), now: me.clock)
                } catch {
                    return me.failure(error)
                }
                me.forget(descriptor)
                if me.nonBlocking.remove(descriptor) != nil { return me.success(0) }
                if let lingering { me.waitAtMost(lingering.time) }
            }
            guard let lingering else { return me.success(0) }
            return me.host.hasFinished(lingering) || me.hasRunOut ? me.success(0) : nil
        }
    }
}

extension SendHints {
    fileprivate init(_ flags: MessageFlags) {
        self = []
        if flags.contains(.more) { insert(.more) }
        if flags.contains(.endOfRecord) { insert(.endOfRecord) }
    }
}
