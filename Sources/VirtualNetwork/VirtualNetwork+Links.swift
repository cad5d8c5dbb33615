import FlatMemory
import TCPStack
import TCPWire

/// Routing, and the passage of packets through middleboxes and links.
extension VirtualNetwork {
    /// Finds the link for a packet, adds the packet to the record, and passes it on.
    mutating func route(_ packet: HostPacket, from host: Int) {
        let destination = Self.destination(of: packet.octets)
        let link = destination.flatMap { self.link(from: host, to: $0) }
        let isForward = link.map { links[$0].first == host } ?? true
        let place = note(
            packet, sender: host, receiver: link.map { isForward ? links[$0].second : links[$0].first })
        guard let link else {
            undelivered += 1
            return settle(place, .noRoute)
        }
        pass(link, isForward: isForward, packet.octets, record: place, box: isForward ? 0 : links[link].boxes.count - 1)
    }

    private mutating func note(_ packet: HostPacket, sender: Int, receiver: Int?) -> Int? {
        guard keepsRecord else { return nil }
        var noted = NetworkRecord.Packet(packet, at: now, sender: sender, receiver: receiver)
        if let receiver, let segment = packet.segment,
            nodes[receiver].host.configuration.addresses.contains(segment.destination.address)
        {
            noted.receiverState = nodes[receiver].host.state(local: segment.destination, remote: segment.source)
        }
        return record.append(noted, sentBy: packet.record)
    }

    /// Adds a packet to the record that no host sent: a copy, a forgery, an ICMP error.
    private mutating func note(_ octets: [UInt8], receiver: Int, isCopy: Bool) -> Int? {
        guard keepsRecord else { return nil }
        record.packets.append(
            NetworkRecord.Packet(sentAt: now, receiver: receiver, octets: octets, isCopy: isCopy))
        return record.packets.count - 1
    }

    /// The link whose other end has the address, or has a middlebox that owns it; otherwise the host's only link. `nil`
    /// where there is none.
    private func link(from host: Int, to address: IPAddress) -> Int? {
        var only: Int?
        var count = 0
        for index in links.indices where links[index].first == host || links[index].second == host {
            let other = links[index].first == host ? links[index].second : links[index].first
            if nodes[other].host.configuration.addresses.contains(address) { return index }
            if links[index].boxes.contains(where: { $0.owns(address) }) { return index }
            only = index
            count += 1
        }
        return count == 1 ? only : nil
    }

    static func destination(of octets: [UInt8]) -> IPAddress? {
        guard let first = octets.first else { return nil }
        if first >> 4 == 4, octets.count >= 20 { return IPAddress(ipv4: octets.octets.bigEndian32(at: 16)) }
        if first >> 4 == 6, octets.count >= 40 {
            return IPAddress(high: octets.octets.bigEndian64(at: 24), low: octets.octets.bigEndian64(at: 32))
        }
        return nil
    }

    /// Passes a packet through the link's middleboxes in their order, then onto the wire.
    private mutating func pass(_ link: Int, isForward: Bool, _ octets: [UInt8], record place: Int?, box: Int) {
        guard links[link].boxes.indices.contains(box) else {
            return enter(link, isForward: isForward, octets, record: place)
        }
        let passed = links[link].boxes[box].pass(octets, isForward: isForward, now: now, random: &random)
        var isTold = false
        for packet in passed {
            let receiver = packet.isForward ? links[link].second : links[link].first
            let next = packet.isForward ? box + 1 : box - 1
            var own = place
            if packet.isForward != isForward {
                own = note(packet.packet, receiver: receiver, isCopy: true)
            } else if packet.packet != octets, let earlier = release(packet.packet, from: link) {
                own = earlier
            } else {
                if isTold { own = note(packet.packet, receiver: receiver, isCopy: true) }
                isTold = true
            }
            guard packet.delay <= .zero else {
                events.push(
                    .departure(link: link, isForward: packet.isForward, octets: packet.packet, record: own),
                    at: now + packet.delay)
                continue
            }
            pass(link, isForward: packet.isForward, packet.packet, record: own, box: next)
        }
        if !isTold {
            undelivered += 1
            settle(place, .intercepted)
            keep(place, on: link)
        }
    }

    /// The most packets held back by middleboxes that are remembered for each link.
    private static let mostKept = 64

    private mutating func keep(_ place: Int?, on link: Int) {
        guard let place else { return }
        if links[link].kept.count == Self.mostKept { links[link].kept.removeFirst() }
        links[link].kept.append(place)
    }

    /// - Returns: the index of the packet with these octets, if a middlebox had held it back and now forwards it;
    ///   otherwise `nil`.
    private mutating func release(_ octets: [UInt8], from link: Int) -> Int? {
        guard let index = links[link].kept.firstIndex(where: { record.packets[$0].octets == octets }) else {
            return nil
        }
        undelivered -= 1
        let place = links[link].kept.remove(at: index)
        settle(place, .underWay)
        return place
    }

    /// Puts a packet onto the wire: applies MTU, queue, rate, faults and delay.
    mutating func enter(_ link: Int, isForward: Bool, _ octets: [UInt8], record place: Int?) {
        let profile = isForward ? links[link].forward : links[link].backward
        let receiver = isForward ? links[link].second : links[link].first
        let sender = isForward ? links[link].first : links[link].second
        guard octets.count <= profile.mtu else {
            undelivered += 1
            settle(place, .tooLarge)
            return answerTooLarge(octets, mtu: profile.mtu, link: link, isForward: isForward)
        }
        guard let departure = depart(link, isForward: isForward, octets: octets.count, profile) else {
            undelivered += 1
            return settle(place, .queueFull)
        }
        let fault = fault(at: place)
        if fault.isLost || random.happens(profile.loss) {
            undelivered += 1
            return settle(place, .lost)
        }
        var arriving = octets
        if random.happens(profile.corruption), !arriving.isEmpty {
            arriving[random.below(arriving.count)] ^= 1 << UInt8(random.below(8))
        }
        var arrival = departure + profile.delay
        if random.happens(profile.reordering) { arrival = arrival + profile.reorderingDelay }
        events.push(
            .arrival(host: receiver, sender: sender, octets: arriving, record: place), at: arrival + fault.delay)
        let isDuplicated = random.happens(profile.duplication)
        guard isDuplicated || fault.isDoubled else { return }
        let copy = note(arriving, receiver: receiver, isCopy: true)
        let second = self.fault(at: copy)
        guard !second.isLost else { return settle(copy, .lost) }
        events.push(
            .arrival(host: receiver, sender: sender, octets: arriving, record: copy), at: arrival + second.delay)
    }

    private func fault(at place: Int?) -> PacketFault {
        guard let place, let fault else { return PacketFault() }
        return fault(place, record.packets[place])
    }

    /// When the packet's last bit leaves; `nil` where the queue is full.
    private mutating func depart(_ link: Int, isForward: Bool, octets: Int, _ profile: LinkProfile) -> Instant? {
        guard let rate = profile.rate, rate > 0 else { return now }
        var state = isForward ? links[link].forwardState : links[link].backwardState
        let now = now
        state.departures.removeAll { $0 <= now }
        guard state.departures.count <= profile.queue else { return nil }
        let serialization = Interval(nanoseconds: Int64(octets) * 8 * 1_000_000_000 / Int64(rate))
        state.busyUntil = max(state.busyUntil, now) + serialization
        state.departures.append(state.busyUntil)
        if isForward { links[link].forwardState = state } else { links[link].backwardState = state }
        return state.busyUntil
    }

    /// Tells the sender that a packet is too large, as the router before the link would (RFC 1191 4 and RFC 4443 3.2).
    private mutating func answerTooLarge(_ octets: [UInt8], mtu: Int, link: Int, isForward: Bool) {
        guard let error = TooLargeError.packet(about: octets, mtu: mtu) else { return }
        let receiver = isForward ? links[link].first : links[link].second
        let delay = (isForward ? links[link].backward : links[link].forward).delay
        let place = note(error, receiver: receiver, isCopy: false)
        events.push(.arrival(host: receiver, sender: receiver, octets: error, record: place), at: now + delay)
    }
}
