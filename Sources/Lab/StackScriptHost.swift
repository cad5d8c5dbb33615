import PacketScript
import Stories
import TCPStack
import TCPState
import TCPWire
import VirtualNetwork

/// Our own TCP, in virtual time, as a script's host.
public final class StackScriptHost: ScriptHost {
    var host: Host
    var clock = Instant(nanoseconds: 1_000_000_000_000)
    /// The options of sockets that are opened from now on.
    var defaults: ConnectionOptions
    var packets: [ScriptPacket] = []
    var nonBlocking: Set<Int32> = []
    /// The descriptors for which TCP_INQ is set.
    var tellsQueue: Set<Int32> = []
    /// TCP_NOTSENT_LOWAT as the script has set it. The value that applies otherwise comes from the sysctl, and
    /// getsockopt() must not return that.
    var lowWaters: [Int32: Int] = [:]
    /// The watches, by the epoll descriptor.
    var watches: [Int32: EpollWatch] = [:]
    /// Watched sockets without room to write; and how often each socket has got room again.
    var full: Set<Int32> = []
    var rooms: [Int32: Int] = [:]
    /// Everything that has happened. The host has number 0; the script is outside the network.
    private var record = NetworkRecord()
    private var finished: ScriptResult?
    private var blocked: ((StackScriptHost) -> ScriptResult?)?
    private var waitsToSend = false
    /// When the current call stops waiting; `nil` for never.
    private var patience: Instant?

    /// Makes a new host with the address that the script gives it.
    public init(_ network: ScriptNetwork) {
        var configuration = HostConfiguration(addresses: [network.local])
        configuration.mtu = network.mtu
        configuration.keepsRecords = true
        // Linux's values, unless the script sets others.
        configuration.connection.windowShift = 7
        configuration.connection.receiveBuffer = 65_535
        configuration.connection.slowStartLimit = nil
        defaults = configuration.connection
        host = Host(configuration)
    }

    public var now: Int64 { clock.nanoseconds }

    /// The connections so far. The host's states and reasons are its own report, the script's states are shown by its
    /// packets.
    public var stories: [ConnectionStory] { record.stories }

    public func start(_ call: ScriptCall) throws(ScriptHostError) {
        finished = nil
        blocked = nil
        patience = nil
        if case .send = call { waitsToSend = true } else { waitsToSend = false }
        let attempt = try begin(call)
        if let result = attempt(self) {
            finished = result
        } else {
            blocked = attempt
        }
        collect()
    }

    public func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult? {
        advance(until: deadline) { $0.retry() }
        defer { finished = nil }
        return finished
    }

    public func inject(_ packet: [UInt8]) throws(ScriptHostError) {
        record.packets.append(NetworkRecord.Packet(arriving: packet, at: clock, receiver: 0))
        host.receive(packet: packet, now: clock)
        // A call that waits for the connection in order to write sends its data with the ACK of the SYN-ACK.
        if waitsToSend { _ = attempt() }
        collect(arrived: record.packets.count - 1)
        _ = retry()
    }

    public func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket? {
        advance(until: deadline) { !$0.packets.isEmpty }
        return packets.isEmpty ? nil : packets.removeFirst()
    }

    public func wait(until deadline: Int64) throws(ScriptHostError) {
        advance(until: deadline) { _ in false }
    }

    public func information(of descriptor: Int32) -> [String: Int64] {
        host.info(Int(descriptor)).map { Self.fields($0, now: clock) } ?? [:]
    }

    /// Limits how long the current call waits.
    func waitAtMost(_ interval: Interval) { patience = clock + interval }

    /// Advances the time from timer to timer, up to the deadline or until the condition holds.
    private func advance(until deadline: Int64, _ isThere: (StackScriptHost) -> Bool) {
        let end = Instant(nanoseconds: deadline)
        collect()
        while !isThere(self) {
            // Testing the condition may have started something, such as a write that found room. The next deadline is
            // known only after that.
            collect()
            if isThere(self) { return }
            // Everything that is due already has been done, so only later deadlines can change anything.
            let ahead = [host.nextDeadline, patience].compactMap { $0 }.filter { $0 > clock }
            guard let next = ahead.min(), next < end else {
                clock = max(clock, end)
                collect()
                _ = isThere(self)
                return
            }
            clock = next
            collect()
        }
    }

    /// Whether the call that was started has its result.
    private func retry() -> Bool {
        if finished != nil { return true }
        guard attempt() else { return false }
        collect()
        return true
    }

    private func attempt() -> Bool {
        guard let attempt = blocked, let result = attempt(self) else { return false }
        blocked = nil
        finished = result
        return true
    }

    /// - Parameter place: the index in the record of the packet that has arrived.
    func collect(arrived place: Int? = nil) {
        let sent = host.poll(now: clock)
        record.append(host.takeRecords(), sent, of: 0, arrived: place, at: clock)
        noteRooms()
        for packet in sent { packets.append(ScriptPacket(time: clock.nanoseconds, octets: packet.octets)) }
    }

    var hasRunOut: Bool { patience.map { $0 <= clock } ?? false }
}
