import TCPStack
import TCPState
import TCPWire

private let local = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 80)
private let remote = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 4000)

/// A host with a listener and a connection of its own meets what the input says: segments with numbers near the right ones
/// and options of any kind, raw packets, calls of the program, time. Nothing may trap, hang, or grow without bound.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(octets: Array(UnsafeBufferPointer(start: data, count: count)))
    var configuration = HostConfiguration(addresses: [local.address])
    configuration.halfOpenLimit = 4
    configuration.connection.receiveBuffer = 4096
    configuration.connection.sendBuffer = 4096
    let choices = input.next()
    configuration.connection.timestamps = choices & 1 == 0
    configuration.connection.selectiveAcknowledgment = choices & 2 == 0
    configuration.connection.explicitCongestionNotification = choices & 4 != 0
    configuration.connection.windowProbe = choices & 8 == 0 ? .oldNumber : .newOctet
    configuration.connection.congestionControl = choices & 16 == 0 ? .cubic : .reno
    configuration.keepsRecords = choices & 32 != 0
    var host = Host(configuration)
    var now = Instant(nanoseconds: 1_000_000_000)
    let listener = host.open()
    try? host.bind(listener, to: local)
    try? host.listen(listener, backlog: 2)
    let own = host.open()
    try? host.connect(own, to: remote, now: now)
    var sockets = [own]
    var packets: [HostPacket] = []

    for _ in 0..<400 where !input.isEmpty {
        let kind = input.next()
        switch kind % 8 {
        case 0...3:
            if let packet = segment(kind, &input, host) { host.receive(packet: packet, now: now) }
        case 4: host.receive(packet: input.take(Int(input.next())), now: now)
        case 5: now = now + .milliseconds(1 << Int(input.next() % 20))
        case 6: call(&host, &sockets, listener, &input, now)
        default: break
        }
        host.poll(now: now, into: &packets)
        host.recycle(&packets)
        _ = host.takeRecords()
        for info in host.connectionInfos {
            precondition(info.unread <= 4096 + 64, "the receive buffer overflows")
            precondition(info.unacknowledged <= 4096, "the send buffer overflows")
            precondition(info.congestionWindow > 0, "no congestion window")
            precondition(
                info.octetsLost <= info.sendNext.relative(to: info.sendUnacknowledged) || !info.state.isSynchronized,
                "more is lost than was sent")
            precondition(
                info.sendNext.isAtOrAfter(info.sendUnacknowledged) || info.state == .closed, "SND.UNA beyond SND.NXT")
            let owes = info.unacknowledged > 0 && info.state.isSynchronized && info.state != .timeWait
            precondition(!owes || info.nextDeadline != nil || info.end != nil, "stuck without a timer")
        }
        precondition(host.connectionCount < 64)
    }
    return 0
}

private struct Input {
    let octets: [UInt8]
    var place = 0
    var isEmpty: Bool { place >= octets.count }

    init(octets: [UInt8]) { self.octets = octets }

    mutating func next() -> UInt8 {
        defer { place += 1 }
        return place < octets.count ? octets[place] : 0
    }

    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(place + count, octets.count)
        defer { place = max(end, place) }
        return place < end ? Array(octets[place..<end]) : []
    }
}

/// A segment for one of the connections, or for the listener.
private func segment(_ kind: UInt8, _ input: inout Input, _ host: Host) -> [UInt8]? {
    let infos = host.connectionInfos
    let choice = Int(input.next())
    let info = infos.isEmpty || choice % 4 == 3 ? nil : infos[choice % infos.count]
    var builder = SegmentBuilder(
        from: info?.remote ?? Endpoint(address: remote.address, port: UInt16(choice) + 1), to: info?.local ?? local)
    builder.flags = TCPFlags(rawValue: UInt16(input.next()))
    let step = Int32(Int8(bitPattern: input.next())) &* (kind & 0x10 == 0 ? 1 : 700)
    builder.sequence = (info?.receiveNext.rawValue ?? 0) &+ UInt32(bitPattern: step)
    if info?.state == .synSent { builder.sequence = 7 }
    let back = Int32(Int8(bitPattern: input.next())) &* (kind & 0x20 == 0 ? 1 : 500)
    builder.acknowledgment = (info?.sendNext.rawValue ?? 0) &+ UInt32(bitPattern: back)
    if kind & 0x40 == 0 { builder.acknowledgment = info?.sendNext.rawValue ?? 0 }
    builder.window = UInt16(input.next()) << 8
    builder.urgentPointer = UInt16(input.next())
    builder.trafficClass = input.next()
    if let info, choice & 0x40 != 0 {
        // Blocks about what is under way.
        builder.options = [.sack(SACKBlocks((0..<(1 + choice >> 6 & 1)).map { _ in block(&input, info) }))]
    }
    builder.rawOptions = input.take(min(20, Int(input.next()) % 44))
    guard builder.fits else { return nil }
    builder.payload = Array(repeating: choice == 0 ? 0 : 65, count: Int(input.next()) * (kind & 0x80 == 0 ? 1 : 7))
    return builder.ipPacket()
}

private func block(_ input: inout Input, _ info: ConnectionInfo) -> SACKBlock {
    let left = info.sendUnacknowledged.rawValue &+ UInt32(input.next()) &* 16
    return SACKBlock(left: left, right: left &+ UInt32(input.next()) &* 16)
}

private func call(
    _ host: inout Host, _ sockets: inout [Int], _ listener: Int, _ input: inout Input, _ now: Instant
) {
    let choice = input.next()
    if choice % 8 == 0, let accepted = try? host.accept(listener) { sockets.append(accepted.descriptor) }
    guard !sockets.isEmpty else { return }
    let place = Int(input.next()) % sockets.count
    let socket = sockets[place]
    switch choice % 8 {
    case 1: _ = try? host.write(socket, Array(repeating: 66, count: Int(input.next()) * 16), now: now)
    case 2: _ = try? host.write(socket, [1, 2, 3], urgent: true, now: now)
    case 3: _ = try? host.read(socket, limit: Int(input.next()) * 8, now: now)
    case 4: try? host.shutdown(socket, input.next() % 2 == 0 ? .writing : .both, now: now)
    case 5:
        _ = try? host.close(socket, now: now)
        sockets.remove(at: place)
    case 6:
        let bits = input.next()
        try? host.setOptions(socket, now: now) {
            $0.nagle = bits & 1 == 0 ? .off : .whileUnacknowledged
            $0.cork = bits & 2 != 0
            $0.keepAlive.isEnabled = bits & 4 != 0
            $0.userTimeout = bits & 8 == 0 ? nil : .seconds(5)
        }
    default: break
    }
}
