import CaptureFile
import FlatMemory
import Passes
import Stories
import TCPStack
import TCPState
import TCPWire
import Tracking
import VirtualNetwork

/// The run of a virtual network as connections: the same stories as of a capture, settled by what their ends tell.
extension NetworkRecord {
    /// Every connection, in the order of first segments; segments are numbered as the packets are, from 1. The packets are
    /// those that were sent: behind a NAT, which has each end call the connection by another name, each direction is a
    /// connection of its own, and what a story says of its outcome is said of that half alone.
    public var stories: [ConnectionStory] {
        var analysis = CaptureAnalysis(keeping: .all(limit: packets.count))
        let index = MomentIndex(self)
        for (place, packet) in packets.enumerated() {
            var captured = CapturedPacket()
            captured.number = place + 1
            captured.time = Timestamp(packet.sentAt)
            captured.capturedLength = packet.octets.count
            captured.originalLength = packet.octets.count
            captured.linkType = LinkType.raw.rawValue
            // An end that tells of itself knows that its SYN began a connection, whatever became of it.
            let isRefused =
                packet.reason == nil && index.caused[place].map { moments[$0].record.refusesSYN } ?? false
            analysis.take(packet.octets.octets, captured, isRefused: isRefused)
        }
        var stories = (0..<analysis.count).compactMap { analysis.stored($0 + 1).flatMap { ConnectionStory($0) } }
        var ends: [Set<Endpoint>: [Int: Int]] = [:]
        // From the last one back, so that each knows where its ports are used again.
        for place in stories.indices.reversed() {
            let tuple: Set = [stories[place].client, stories[place].server]
            let witnesses = Witnesses(stories[place], self, index, until: ends[tuple] ?? [:])
            // Where a connection has not come to one of the ends, an earlier one ends with the next that did.
            ends[tuple, default: [:]].merge(witnesses.begins) { $1 }
            stories[place].settle(by: witnesses.testimony())
        }
        return stories
    }
}

extension Timestamp {
    /// The moment of virtual time as one since 1970.
    init(_ instant: Instant) { self.init(nanoseconds: instant.nanoseconds) }
}

/// Where in a record's moments what is looked for stands.
private struct MomentIndex {
    /// How one end calls a connection.
    struct Name: Hashable {
        var host: Int
        var local: Endpoint
        var remote: Endpoint
    }

    /// The moments of each end of each connection, in order.
    private(set) var named: [Name: [Int]] = [:]
    /// By a packet's place, the moment that it caused, and the one that sent it.
    private(set) var caused: [Int: Int] = [:]
    private(set) var sending: [Int: Int] = [:]

    init(_ record: NetworkRecord) {
        for (place, moment) in record.moments.enumerated() {
            let name = Name(host: moment.host, local: moment.record.local, remote: moment.record.remote)
            named[name, default: []].append(place)
            if let packet = moment.packet { caused[packet] = place }
            for packet in moment.sent { sending[packet] = place }
        }
    }
}

/// The two ends of one story in a record.
private struct Witnesses {
    typealias Moment = NetworkRecord.Moment

    let story: ConnectionStory
    let record: NetworkRecord
    /// By host, the place in the record of the moment with which the connection begins there.
    private(set) var begins: [Int: Int] = [:]
    /// The places of the story's packets, which ascend.
    private let places: [Int]
    private let index: MomentIndex
    /// The places of each end's moments, which ascend; none of an end that is no host of the network.
    private var moments: [Party: [Int]] = [:]

    /// - Parameter ends: by host, the place of the moment with which the next connection of the same ports begins.
    init(_ story: ConnectionStory, _ record: NetworkRecord, _ index: MomentIndex, until ends: [Int: Int]) {
        self.story = story
        self.record = record
        self.index = index
        places = story.steps.map { $0.segment.number - 1 }
        for party in Party.allCases {
            guard let name = name(of: party), let named = index.named[name],
                let first = named.firstIndex(where: { isBeginning(record.moments[$0]) })
            else { continue }
            let end = ends[name.host] ?? .max
            begins[name.host] = named[first]
            moments[party] = named[first...].filter { $0 < end }
        }
    }

    /// Whether it sends or is caused by a packet of the story: what came before may be an earlier connection's.
    private func isBeginning(_ moment: Moment) -> Bool {
        moment.packet.map(isOwn) ?? false || moment.sent.contains(where: isOwn)
    }

    /// Whether the packet at that place is one of the story's.
    private func isOwn(_ place: Int) -> Bool {
        places.holds(place)
    }

    /// How an end calls the connection: `nil` where it is no host of the network.
    private func name(of party: Party) -> MomentIndex.Name? {
        guard let host = Self.host(of: party, story, record) else { return nil }
        // A box that translates addresses has the two ends call the connection by different names. What was damaged may
        // bring a name that nobody has.
        let seen = places.lazy.compactMap { index.caused[$0] }.map { record.moments[$0] }
            .first { $0.host == host && !$0.record.isDamaged }
        if let seen = seen?.record {
            return MomentIndex.Name(host: host, local: seen.local, remote: seen.remote)
        }
        return party == .client
            ? MomentIndex.Name(host: host, local: story.client, remote: story.server)
            : MomentIndex.Name(host: host, local: story.server, remote: story.client)
    }

    private static func host(of party: Party, _ story: ConnectionStory, _ record: NetworkRecord) -> Int? {
        for step in story.steps {
            let packet = record.packets[step.segment.number - 1]
            if let host = step.sender == party ? packet.sender : packet.receiver { return host }
        }
        return nil
    }

    func testimony() -> Testimony {
        var testimony = Testimony(accounts: story.steps.map(account), moments: [], paths: [:])
        for party in Party.allCases {
            if let own = moments[party], !own.isEmpty {
                testimony.paths[party] = path(own)
            } else if let state = places.lazy.compactMap({ record.packets[$0].receiverState }).first {
                // Nothing has reached it.
                testimony.paths[party] = [StatePath.Entry(state: state, time: nil, cause: nil, rule: nil)]
            }
        }
        let all = moments.flatMap { party, own in own.map { (party: party, place: $0) } }
        testimony.moments = all.sorted { $0.place < $1.place }.flatMap { told($0.place, of: $0.party) }
        return testimony
    }

    // MARK: Segments

    /// Where a segment does not arrive, or under another's name because it is damaged, its receiver is told of as it was
    /// when the segment was sent.
    private func account(_ step: ConnectionStory.Step) -> Testimony.Account {
        let place = step.segment.number - 1
        let packet = record.packets[place]
        let moment = index.caused[place]
        let fate = Testimony.Fate(packet, moment.map { record.moments[$0].record })
        func end(_ party: Party) -> Testimony.End? {
            guard let own = moments[party], !own.isEmpty else {
                return party == step.sender ? nil : packet.receiverState.map { .init(state: $0, variables: nil) }
            }
            if party == step.sender {
                if let moment = index.sending[place] { return sender(record.moments[moment], of: place) }
            } else if fate.arrival != nil, let moment, own.holds(moment) {
                return Testimony.End(record.moments[moment])
            }
            let known = own.count(before: place + 1) { record.moments[$0].packetsBefore }
            return known > 0
                ? Testimony.End(record.moments[own[known - 1]]) : Testimony.End(before: record.moments[own[0]])
        }
        return Testimony.Account(
            reason: packet.reason, purpose: packet.transmission, original: original(of: step, packet), fate: fate,
            effects: moment.map { effects(of: $0, at: step.sender.other) } ?? [], client: end(.client),
            server: end(.server))
    }

    /// The end that sent the packet at that place: what the same moment sends behind it moves SND.NXT on only then.
    private func sender(_ moment: Moment, of place: Int) -> Testimony.End {
        guard var info = moment.record.after else { return Testimony.End(moment) }
        for later in moment.sent.reversed().prefix(while: { $0 > place }) {
            let packet = record.packets[later]
            guard let segment = packet.segment, segment.length > 0, segment.end == info.sendNext,
                packet.transmission != .retransmission, packet.transmission != .keepAlive
            else { continue }
            info.sendNext = segment.sequence
        }
        return Testimony.End(state: info.state, variables: .init(info))
    }

    /// The rules by which the end acted, without those that stand with what it sent because of it.
    private func effects(of place: Int, at party: Party) -> [Rule] {
        let answers = answers(to: place, at: party)
        return record.moments[place].record.actions.rules.filter { !answers.contains($0) }
    }

    /// The rules by which what happened at that moment was answered: at once, or when the host had looked at everything that
    /// came at this moment.
    private func answers(to place: Int, at party: Party) -> Set<Rule> {
        let moment = record.moments[place]
        var answers = moment.sent
        let own = moments[party] ?? []
        for next in own[own.count(before: place + 1) { $0 }...].lazy.map({ record.moments[$0] }) {
            guard next.record.cause == .clock, next.record.time == moment.record.time, next.record.actions.timer == nil
            else { break }
            answers += next.sent
        }
        return Set(answers.compactMap { record.packets[$0].reason })
    }

    /// The packet that carried the same numbers first.
    private func original(of step: ConnectionStory.Step, _ packet: NetworkRecord.Packet) -> Int? {
        let header = step.segment.header
        guard header.sequenceLength > 0 else { return nil }
        switch packet.transmission {
        case .retransmission, .lossProbe: break
        default: guard packet.isCopy || header.flags.contains(.syn) else { return nil }
        }
        // The SYN-ACK of a simultaneous open has its SYN's number and is no repetition of it.
        let kind: TCPFlags = header.flags.contains(.syn) ? [.syn, .ack] : []
        let first = story.steps.first {
            let earlier = $0.segment.header
            return $0.sender == step.sender && earlier.sequenceLength > header.sequence &- earlier.sequence
                && earlier.flags.intersection(kind) == header.flags.intersection(kind)
        }
        guard let first, first.segment.number < step.segment.number else { return nil }
        return first.segment.number
    }

    // MARK: Moments and states

    /// Nothing for what its segments tell already, several where several timers ran out at once.
    private func told(_ place: Int, of party: Party) -> [Testimony.Moment] {
        let moment = record.moments[place]
        let answers = answers(to: place, at: party)
        let segmentsBefore = places.count(before: moment.packetsBefore) { $0 }
        func tell(_ cause: Testimony.Moment.Cause, _ actions: [Action], _ state: State) -> Testimony.Moment {
            Testimony.Moment(
                time: Timestamp(moment.record.time), party: party, cause: cause,
                rules: actions.rules.filter { !answers.contains($0) }, state: state, segmentsBefore: segmentsBefore)
        }
        let actions = moment.record.actions
        let after = Testimony.End(moment).state
        // What it sends shows the change of state.
        let shown = moment.sent.isEmpty ? after : moment.record.stateBefore
        switch moment.record.cause {
        case .segment:
            guard let packet = moment.packet, isOwn(packet) else { return [] }
            return [tell(.segment(packet + 1), actions, after)]
        case .icmp: return [tell(.icmp, actions, shown)]
        case .call(let name): return [tell(.call(name), actions, shown)]
        case .clock:
            let parts = actions.byTimer
            // A timer that changes the state stops the others.
            let told = parts.enumerated().map { index, part in
                tell(
                    part.timer.map { .timer($0) } ?? .itself, part.actions,
                    index < parts.count - 1 ? moment.record.stateBefore : shown)
            }
            return told.filter { $0.cause != .itself || !$0.rules.isEmpty }
        }
    }

    private func path(_ own: [Int]) -> [StatePath.Entry] {
        var entries: [StatePath.Entry] = []
        for moment in own.lazy.map({ record.moments[$0] }) {
            if entries.isEmpty {
                entries.append(StatePath.Entry(state: moment.record.stateBefore, time: nil, cause: nil, rule: nil))
            }
            let cause = moment.packet ?? moment.sent.first
            for action in moment.record.actions {
                guard case .enter(let next, _) = action.kind else { continue }
                let state = moment.record.returnsToListen ? .listen : next
                guard state != entries.last?.state else { continue }
                entries.append(
                    StatePath.Entry(
                        state: state, time: Timestamp(moment.record.time), cause: cause.map { $0 + 1 },
                        rule: action.reason))
            }
        }
        return entries
    }
}

extension [Action] {
    /// The rules of what was done, but for those of segments, each once.
    fileprivate var rules: [Rule] {
        var rules: [Rule] = []
        for action in self where !action.kind.isTransmission && !rules.contains(action.reason) {
            rules.append(action.reason)
        }
        return rules
    }

    /// The first timer that set them off.
    fileprivate var timer: TimerName? {
        for action in self { if case .expire(let name) = action.kind { return name } }
        return nil
    }

    /// What each timer set off; all of it where there is none.
    fileprivate var byTimer: [(timer: TimerName?, actions: [Action])] {
        var parts: [(timer: TimerName?, actions: [Action])] = [(nil, [])]
        for action in self {
            if case .expire(let name) = action.kind { parts.append((name, [])) }
            parts[parts.count - 1].actions.append(action)
        }
        if parts.count > 1, parts[0].actions.isEmpty { parts.removeFirst() }
        return parts
    }
}

extension [Int] {
    /// Whether the number is among these, which ascend.
    fileprivate func holds(_ number: Int) -> Bool {
        let place = count(before: number) { $0 }
        return place < count && self[place] == number
    }
}

extension Array {
    /// How many elements come before `bound`; their keys ascend.
    fileprivate func count(before bound: Int, _ key: (Element) -> Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if key(self[middle]) < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Testimony.End {
    fileprivate init(_ moment: NetworkRecord.Moment) {
        guard !moment.record.returnsToListen, let after = moment.record.after else {
            self.init(state: moment.record.returnsToListen ? .listen : moment.record.stateBefore, variables: nil)
            return
        }
        self.init(state: after.state, variables: .init(after))
    }

    fileprivate init(before moment: NetworkRecord.Moment) {
        self.init(state: moment.record.stateBefore, variables: nil)
    }
}

extension ConnectionStory.Variables {
    fileprivate init(_ info: ConnectionInfo) {
        self.init(
            sendUnacknowledged: UInt64(info.sendUnacknowledged.relative(to: info.iss)),
            sendNext: UInt64(info.sendNext.relative(to: info.iss)),
            // Before the other end's SYN there is nothing to count from.
            receiveNext: info.state == .synSent || info.state == .closed && info.irs == SequenceNumber(0)
                ? 0 : UInt64(info.receiveNext.relative(to: info.irs)))
    }
}

extension Action.Kind {
    fileprivate var isTransmission: Bool { if case .transmit = self { true } else { false } }
}
