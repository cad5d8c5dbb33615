import PacketScript
import TCPStack
import TCPState
import TCPWire

/// The driver's own socket.
struct DriverSocket: ProgramSocket {
    var host: Host
    private var descriptor: Int
    private var listener: Int?
    var now = Instant()

    /// - Parameters:
    ///   - own: where it listens; `nil` where it connects.
    ///   - isAwaited: whether it listens at all.
    init(_ host: Host, listeningAt own: Endpoint?, isAwaited: Bool, connectingTo other: Endpoint, now: Instant)
        throws(SocketError)
    {
        self.host = host
        self.now = now
        descriptor = self.host.open()
        if let own {
            guard isAwaited else { return }
            try self.host.bind(descriptor, to: own)
            try self.host.listen(descriptor, backlog: 16)
            listener = descriptor
        } else {
            try self.host.connect(descriptor, to: other, now: now)
        }
    }

    mutating func isOpen() -> CallOutcome<Void> {
        if let listener {
            switch attempt({ me throws(SocketError) in try me.host.accept(listener).descriptor }) {
            case .done(let accepted): descriptor = accepted
            case .notNow: return .notNow
            case .failed(let errno): return .failed(errno: errno)
            }
            self.listener = nil
        }
        guard let info = host.info(descriptor) else { return .notNow }
        // What has come before an end can still be read.
        if info.end != nil, info.iss == info.sendUnacknowledged || info.receiveNext == SequenceNumber(0) {
            return .failed(errno: host.takeError(descriptor)?.number ?? 0)
        }
        return info.state == .synSent || info.state == .synReceived ? .notNow : .done(())
    }

    private mutating func attempt<Value>(_ body: (inout DriverSocket) throws(SocketError) -> Value) -> CallOutcome<
        Value
    > {
        do throws(SocketError) {
            return .done(try body(&self))
        } catch {
            return error == .wouldBlock ? .notNow : .failed(errno: error.number)
        }
    }

    mutating func receive() -> CallOutcome<[UInt8]> {
        attempt { me throws(SocketError) in try me.host.read(me.descriptor, limit: 65_536, now: me.now) }
    }

    mutating func send(_ octets: [UInt8]) -> CallOutcome<Int> {
        attempt { me throws(SocketError) in try me.host.write(me.descriptor, octets, now: me.now) }
    }

    mutating func hurry() {
        granted { me throws(SocketError) in try me.host.setOptions(me.descriptor, now: me.now) { $0.nagle = .off } }
    }

    mutating func finish() -> CallOutcome<Void> {
        attempt { me throws(SocketError) in try me.host.shutdown(me.descriptor, .writing, now: me.now) }
    }

    mutating func close() { granted { me throws(SocketError) in _ = try me.host.close(me.descriptor, now: me.now) } }

    mutating func abort() { granted { me throws(SocketError) in try me.host.abort(me.descriptor, now: me.now) } }

    /// What a call failed with that never fails.
    private(set) var fault: (any Error)?

    private mutating func granted(_ call: (inout Self) throws(SocketError) -> Void) {
        do throws(SocketError) {
            try call(&self)
        } catch {
            fault = error
        }
    }

    /// Whether nothing is left to be done by itself.
    var isOver: Bool { host.connectionInfos.allSatisfy { $0.end != nil || $0.state == .timeWait } }
}

/// A socket of the peer, whichever TCP that is.
struct PeerSocket: ProgramSocket {
    private let host: any ScriptHost
    private var descriptor: Int32 = -1
    private var isListening: Bool
    private var isAlive = true

    /// - Parameters:
    ///   - own: where it listens; `nil` where it connects.
    ///   - isAwaited: whether it listens at all.
    init(_ host: any ScriptHost, listeningAt own: Endpoint?, isAwaited: Bool, connectingTo other: Endpoint) throws {
        self.host = host
        isListening = own != nil
        descriptor = Int32(try perform(.socket(isIPv6: false, isNonBlocking: true)).value)
        if let own {
            guard isAwaited else { return }
            _ = try perform(.bind(descriptor, own))
            _ = try perform(.listen(descriptor, backlog: 16))
        } else {
            _ = try perform(.connect(descriptor, other))
        }
    }

    private func perform(_ call: ScriptCall) throws -> ScriptResult {
        try host.start(call)
        guard let result = try host.result(until: host.now + 5_000_000_000) else { throw DifferentialError.blockedCall }
        return result
    }

    /// The states that it was seen in, each once; looked for after every call too, for one call may follow another at once.
    private(set) var states: [String] = []

    mutating func lookForState() {
        if let state, state != states.last { states.append(state) }
    }

    /// The name of its state; `nil` while it has no connection, or lets nobody look any more.
    ///
    /// Linux gives TIME-WAIT to something that no socket shows, so the two are one.
    private var state: String? {
        guard isAlive, !isListening else { return nil }
        let names = [
            "", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", Self.over, Self.over,
            "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING",
        ]
        guard let number = host.information(of: descriptor)["tcpi_state"], names.indices.contains(Int(number)) else {
            return nil
        }
        return names[Int(number)]
    }

    static let over = "TIME-WAIT or CLOSED"

    /// Why a call could not be made: nothing that was seen says anything then.
    private(set) var fault: (any Error)?

    private mutating func outcome<Value>(_ call: ScriptCall, _ value: (ScriptResult) -> Value) -> CallOutcome<Value> {
        let result: ScriptResult
        do {
            result = try perform(call)
        } catch {
            fault = error
            return .failed(errno: -1)
        }
        switch result.errno {
        case 0: return .done(value(result))
        case 11: return .notNow
        default: return .failed(errno: result.errno)
        }
    }

    mutating func isOpen() -> CallOutcome<Void> {
        if isListening {
            guard case .done(let accepted) = outcome(.accept(descriptor, isNonBlocking: true), { Int32($0.value) })
            else { return .notNow }
            descriptor = accepted
            isListening = false
            lookForState()
        }
        switch state {
        case "SYN-SENT", "SYN-RECEIVED": return .notNow
        case Self.over where hasOpened == false:
            guard case .done(.integer(let errno)?) = outcome(.getOption(descriptor, .error), { $0.option }) else {
                return .failed(errno: 0)
            }
            return .failed(errno: errno)
        default:
            hasOpened = true
            return .done(())
        }
    }

    private var hasOpened = false

    mutating func receive() -> CallOutcome<[UInt8]> {
        outcome(.receive(descriptor, count: 65_536, flags: .dontWait)) { $0.octets }
    }

    mutating func send(_ octets: [UInt8]) -> CallOutcome<Int> {
        outcome(.send(descriptor, octets: octets, flags: .dontWait, destination: nil)) { Int($0.value) }
    }

    mutating func hurry() { _ = outcome(.setOption(descriptor, .noDelay, .integer(1))) { _ in () } }

    mutating func finish() -> CallOutcome<Void> {
        defer { lookForState() }
        return outcome(.shutdown(descriptor, .writing)) { _ in () }
    }

    mutating func close() {
        _ = outcome(.close(descriptor)) { _ in () }
        isAlive = false
    }

    mutating func abort() {
        _ = outcome(.setOption(descriptor, .linger, .linger(isOn: true, seconds: 0))) { _ in () }
        close()
    }
}

/// Why an exchange could not be carried out.
package enum DifferentialError: Error {
    /// A call that never blocks did.
    case blockedCall
}
