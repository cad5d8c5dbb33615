import PacketScript
import TCPStack

/// The descriptors that an epoll descriptor of a script watches.
struct EpollWatch {
    struct Item {
        var entry: EpollEntry
        /// The socket's condition when the item was last reported, with which an edge-triggered item is compared; `nil`
        /// if it must be reported anew.
        var seen: EpollSight?
        var isSpent = false
    }

    /// The items, by the descriptor that is watched.
    var items: [Int32: Item] = [:]
    /// The watched descriptors, in the order in which they were added.
    var order: [Int32] = []
}

/// Everything about a socket by which an edge-triggered epoll detects news: data that came, an end, room that became
/// free.
struct EpollSight: Hashable {
    var octets: UInt64
    var isAtEnd: Bool
    var hasEnded: Bool
    var rooms: Int
    var waiting: Int
}

/// Calls that wait for events, and control messages.
extension StackScriptHost {
    /// The number of the first epoll descriptor, far from the sockets' numbers.
    private static let firstWatch: Int32 = 1 << 20

    func poll(_ interests: [ScriptCall.Interest], _ milliseconds: Int32) -> Attempt {
        if milliseconds >= 0 { waitAtMost(.milliseconds(Int(milliseconds))) }
        return { me in
            let events = interests.map { me.events(of: $0) }
            let count = events.filter { !$0.isEmpty }.count
            guard count > 0 || me.hasRunOut else { return nil }
            var result = me.success(Int64(count))
            result.events = events
            return result
        }
    }

    private func events(of interest: ScriptCall.Interest) -> PollEvents {
        let ready = host.readiness(Int(interest.descriptor))
        var events: PollEvents = []
        for (one, other) in [
            (Host.Readiness.readable, PollEvents.readable), (.writable, .writable), (.urgent, .urgent),
            (.error, .error), (.hangUp, .hangUp), (.peerClosed, .peerClosed),
        ] where ready.contains(one) { events.insert(other) }
        return events.intersection(interest.events.union([.error, .hangUp]))
    }

    // MARK: epoll(7)

    func createWatch() -> Attempt {
        let descriptor = Self.firstWatch + Int32(truncatingIfNeeded: watches.count)
        watches[descriptor] = EpollWatch()
        return { $0.success(Int64(descriptor)) }
    }

    func control(
        _ descriptor: Int32, _ operation: EpollOperation, _ watched: Int32, _ entry: EpollEntry
    ) -> Attempt {
        { me in
            guard me.watches[descriptor] != nil, (try? me.host.options(Int(watched))) != nil else {
                return me.failure(.badDescriptor)
            }
            let isKnown = me.watches[descriptor]?.items[watched] != nil
            switch operation {
            case .add:
                guard !isKnown else { return ScriptResult(failed: 17, at: me.clock.nanoseconds) }
                me.watches[descriptor]?.order.append(watched)
                me.watches[descriptor]?.items[watched] = EpollWatch.Item(entry: entry)
            case .modify, .delete:
                guard isKnown else { return ScriptResult(failed: 2, at: me.clock.nanoseconds) }
                me.watches[descriptor]?.items[watched] = operation == .modify ? EpollWatch.Item(entry: entry) : nil
                if operation == .delete { me.watches[descriptor]?.order.removeAll { $0 == watched } }
            }
            return me.success(0)
        }
    }

    func wait(_ descriptor: Int32, _ limit: Int32, _ milliseconds: Int32) -> Attempt {
        if milliseconds >= 0 { waitAtMost(.milliseconds(Int(milliseconds))) }
        return { me in
            guard let watch = me.watches[descriptor] else { return me.failure(.badDescriptor) }
            guard limit > 0 else { return me.failure(.invalidArgument) }
            var occurrences: [EpollEntry] = []
            for watched in watch.order where occurrences.count < Int(limit) {
                if let told = me.look(descriptor, watched) { occurrences.append(told) }
            }
            guard !occurrences.isEmpty || me.hasRunOut else { return nil }
            var result = me.success(Int64(occurrences.count))
            result.occurrences = occurrences
            return result
        }
    }

    /// The events that must be reported for a descriptor now; `nil` for none.
    private func look(_ descriptor: Int32, _ watched: Int32) -> EpollEntry? {
        guard var item = watches[descriptor]?.items[watched], !item.isSpent else { return nil }
        let wanted = PollEvents(rawValue: Int16(truncatingIfNeeded: item.entry.events & 0x3fff))
        let events = events(of: ScriptCall.Interest(descriptor: watched, events: wanted))
        let sight = sight(of: watched)
        let isEdge = item.entry.events & EpollEntry.edgeTriggered != 0
        guard !events.isEmpty, !isEdge || item.seen != sight else { return nil }
        item.seen = sight
        item.isSpent = item.entry.events & EpollEntry.oneShot != 0
        watches[descriptor]?.items[watched] = item
        return EpollEntry(events: UInt32(truncatingIfNeeded: Int32(events.rawValue)), data: item.entry.data)
    }

    private func sight(of descriptor: Int32) -> EpollSight {
        let info = host.info(Int(descriptor))
        return EpollSight(
            octets: info?.counters.octetsReceived ?? 0, isAtEnd: host.readiness(Int(descriptor)).contains(.peerClosed),
            hasEnded: info?.end != nil, rooms: rooms[descriptor] ?? 0, waiting: host.waiting(Int(descriptor)))
    }

    /// Notes which sockets have room. It must be called after every event: a socket that was full and has room again
    /// reports EPOLLOUT anew, as an edge-triggered epoll requires.
    func noteRooms() {
        guard !watches.isEmpty else { return }
        for watched in Set(watches.values.flatMap(\.order)) {
            let isWritable = host.readiness(Int(watched)).contains(.writable)
            if isWritable, full.remove(watched) != nil { rooms[watched, default: 0] += 1 }
            if !isWritable { full.insert(watched) }
        }
    }

    /// Stops watching a descriptor that is closed.
    func forget(_ descriptor: Int32) {
        tellsQueue.remove(descriptor)
        lowWaters[descriptor] = nil
        for watch in watches.keys {
            watches[watch]?.items[descriptor] = nil
            watches[watch]?.order.removeAll { $0 == descriptor }
        }
    }

    // MARK: Control messages

    /// The message TCP_CM_INQ: how many octets are left to read, or 1 if none are and the end of the stream can be
    /// read.
    func queueMessage(_ descriptor: Int32) -> [ControlMessage] {
        let left = host.info(Int(descriptor))?.unread ?? 0
        let isAtEnd = host.readiness(Int(descriptor)).contains(.peerClosed)
        return [ControlMessage(level: 6, type: 36, .integer(Int64(left == 0 && isAtEnd ? 1 : left)))]
    }
}
