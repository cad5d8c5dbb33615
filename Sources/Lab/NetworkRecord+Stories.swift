import CaptureFile
import Connections
import TCPStack
import TCPState
import TCPWire
import VirtualNetwork

/// The run of a virtual network as connections: the same stories as of a capture, settled by what their ends tell.
extension NetworkRecord {
    /// Every connection, in the order of first segments; segments are numbered as the packets are, from 1. Behind a NAT
    /// each side's packets are a connection of their own.
    public var stories: [ConnectionStory] {
        var analysis = CaptureAnalysis(keeping: .all(limit: packets.count))
        for (place, packet) in packets.enumerated() {
            var captured = CapturedPacket()
            captured.number = place + 1
            captured.time = Timestamp(packet.sentAt)
            captured.capturedLength = packet.octets.count
            captured.originalLength = packet.octets.count
            captured.linkType = LinkType.raw.rawValue
            analysis.take(packet.octets.octets, captured)
        }
        var stories = (0..<analysis.count).compactMap { analysis.story(of: $0 + 1) }
        var caused: [Int: NetworkRecord.Moment] = [:]
        for moment in moments { if let packet = moment.packet { caused[packet] = moment } }
        var ends: [Set<Endpoint>: [Int: Int]] = [:]
        // From the last one back, so that each knows where its ports are used again.
        for index in stories.indices.reversed() {
            let tuple: Set = [stories[index].client, stories[index].server]
            let witnesses = Witnesses(stories[index], self, caused, until: ends[tuple] ?? [:])
            ends[tuple] = witnesses.begins
            stories[index].settle(by: witnesses.testimony())
        }
        return stories
    }
}

extension Timestamp {
    /// The moment of virtual time as one since 1970.
    init(_ instant: Instant) { self.init(nanoseconds: instant.nanoseconds) }
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
    /// The moments that packets caused, by the packet's place.
    private let caused: [Int: Moment]
    /// Each end's moments, in order; none of an end that is no host of the network.
    private var moments: [Party: [Moment]] = [:]
    /// Those of both ends, in order.
    private var all: [(party: Party, moment: Moment)] = []

    /// - Parameter ends: by host, the place of the moment with which the next connection of the same ports begins.
    init(_ story: ConnectionStory, _ record: NetworkRecord, _ caused: [Int: Moment], until ends: [Int: Int]) {
        self.story = story
        self.record = record
        self.caused = caused
        places = story.steps.map { $0.segment.number - 1 }
        let names = Party.allCases.compactMap { party in name(of: party).map { (party, $0) } }
        for (place, moment) in record.moments.enumerated() {
            for (party, name) in names
            where name.host == moment.host && name.local == moment.record.local && name.remote == moment.record.remote {
                if begins[moment.host] == nil {
                    guard isBeginning(moment, of: party) else { continue }
                    begins[moment.host] = place
                }
                guard place < ends[moment.host] ?? .max else { continue }
                moments[party, default: []].append(moment)
                all.append((party, moment))
            }
        }
    }

    /// Whether it sends or is caused by a packet of the story: what came before may be an earlier connection's.
    private func isBeginning(_ moment: Moment, of party: Party) -> Bool {
        if let packet = moment.packet { return isOwn(packet) }
        let sends = moment.record.actions.contains { $0.kind.isTransmission }
        return sends && story.steps.first?.sender == party && moment.packetsBefore == places.first
    }

    /// Whether the packet at that place is one of the story's.
    private func isOwn(_ place: Int) -> Bool {
        let index = places.count(before: place) { $0 }
        return index < places.count && places[index] == place
    }

    /// How an end calls the connection: `nil` where it is no host of the network.
    private func name(of party: Party) -> (host: Int, local: Endpoint, remote: Endpoint)? {
        guard let host = Self.host(of: party, story, record) else { return nil }
        // A box that translates addresses has the two ends call the connection by different names.
        if let seen = places.lazy.compactMap({ caused[$0] }).first(where: { $0.host == host })?.record {
            return (host, seen.local, seen.remote)
        }
        return party == .client ? (host, story.client, story.server) : (host, story.server, story.client)
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
            guard let own = moments[party], !own.isEmpty else { continue }
            testimony.paths[party] = path(own)
        }
        testimony.moments = all.compactMap { party, moment in
            told(moment, of: party, segmentsBefore: places.count(before: moment.packetsBefore) { $0 })
        }
        return testimony
    }

    // MARK: Segments

    /// Where a segment does not arrive, its receiver is told of as it was when the segment was sent.
    private func account(_ step: ConnectionStory.Step) -> Testimony.Account {
        let place = step.segment.number - 1
        let packet = record.packets[place]
        let moment = caused[place]
        let original = original(of: step, packet)
        let fate = fate(packet, moment, isRepetition: original != nil)
        func end(_ party: Party) -> Testimony.End? {
            guard let own = moments[party], !own.isEmpty else { return nil }
            if party != step.sender, fate.arrival != nil, let moment { return Testimony.End(moment) }
            let known = own.count(before: place + 1, \.packetsBefore)
            var end = known > 0 ? Testimony.End(own[known - 1]) : Testimony.End(before: own[0])
            if party == step.sender, let state = packet.senderState { end.state = state }
            return end
        }
        return Testimony.Account(
            reason: packet.reason, purpose: packet.transmission, original: original, fate: fate,
            effects: effects(of: moment, at: step.sender.other), client: end(.client), server: end(.server))
    }

    private func fate(
        _ packet: NetworkRecord.Packet, _ moment: Moment?, isRepetition: Bool
    ) -> Testimony.Fate {
        switch packet.fate {
        case .underWay: return .underWay
        case .lost: return .lost(.link)
        case .queueFull: return .lost(.queue)
        case .intercepted: return .lost(.middlebox)
        case .tooLarge: return .lost(.size)
        case .noRoute: return .lost(.route)
        case .arrived(let instant):
            let time = Timestamp(instant)
            let rules = moment?.record.actions ?? []
            let isTaken = rules.contains { $0.kind.isProgress }
            if isTaken { return .arrived(at: time) }
            if rules.contains(where: { $0.reason == .duplicateText }) { return .useless(at: time) }
            guard rules.contains(where: { $0.kind == .discard && !$0.reason.answersNobody }) else {
                return .arrived(at: time)
            }
            return isRepetition ? .useless(at: time) : .dropped(at: time)
        }
    }

    /// The rules by which the receiver acted, without those that stand with what it sent.
    private func effects(of moment: Moment?, at party: Party) -> [Rule] {
        guard let moment else { return [] }
        let rules = moment.rules
        guard rules.isEmpty, let after = moment.record.after, let own = moments[party] else { return rules }
        let first = own.count(before: moment.packetsBefore, \.packetsBefore)
        let index = own[first...].firstIndex { $0.packet == moment.packet }
        guard let index, index > 0, let before = own[index - 1].record.after else { return rules }
        return after.sendUnacknowledged.isAfter(before.sendUnacknowledged) ? [.acknowledgmentOfText] : rules
    }

    /// The packet that carried the same numbers first.
    private func original(of step: ConnectionStory.Step, _ packet: NetworkRecord.Packet) -> Int? {
        let header = step.segment.header
        guard header.sequenceLength > 0 else { return nil }
        switch packet.transmission {
        case .retransmission, .lossProbe: break
        default: guard packet.isCopy || header.flags.contains(.syn) else { return nil }
        }
        let first = story.steps.first {
            let offset = header.sequence &- $0.segment.header.sequence
            return $0.sender == step.sender && $0.segment.header.sequenceLength > offset
        }
        guard let first, first.segment.number < step.segment.number else { return nil }
        return first.segment.number
    }

    // MARK: Moments and states

    /// `nil` for what its segments tell already.
    private func told(_ moment: Moment, of party: Party, segmentsBefore: Int) -> Testimony.Moment? {
        let cause: Testimony.Moment.Cause
        switch moment.record.cause {
        case .segment:
            guard let packet = moment.packet, isOwn(packet) else { return nil }
            cause = .segment(packet + 1)
        case .icmp: cause = .icmp
        case .call(let name): cause = .call(name)
        case .clock:
            let timers = moment.record.actions.compactMap { action -> TimerName? in
                if case .expire(let name) = action.kind { name } else { nil }
            }
            cause = timers.first.map { .timer($0) } ?? .itself
        }
        if case .segment = cause {
            return Testimony.Moment(
                time: Timestamp(moment.record.time), party: party, cause: cause, rules: effects(of: moment, at: party),
                state: Testimony.End(moment).state, segmentsBefore: segmentsBefore)
        }
        let sent = Set(moment.record.actions.filter { $0.kind.isTransmission }.map(\.reason))
        let rules = moment.rules.filter { !sent.contains($0) }
        if cause == .itself, rules.isEmpty { return nil }
        return Testimony.Moment(
            time: Timestamp(moment.record.time), party: party, cause: cause, rules: rules,
            // What it sends shows the change of state.
            state: sent.isEmpty ? Testimony.End(moment).state : moment.record.stateBefore,
            segmentsBefore: segmentsBefore)
    }

    private func path(_ own: [Moment]) -> [StatePath.Entry] {
        var entries: [StatePath.Entry] = []
        if let first = own.first {
            entries.append(StatePath.Entry(state: first.record.stateBefore, time: nil, cause: nil, rule: nil))
        }
        for moment in own {
            let sends = moment.record.actions.contains { $0.kind.isTransmission }
            let cause = moment.packet ?? (sends ? moment.packetsBefore : nil)
            for action in moment.record.actions {
                guard case .enter(let state, _) = action.kind, state != entries.last?.state else { continue }
                entries.append(
                    StatePath.Entry(
                        state: state, time: Timestamp(moment.record.time), cause: cause.map { $0 + 1 },
                        rule: action.reason))
            }
        }
        return entries
    }
}

extension NetworkRecord.Moment {
    /// The rules of what was done, but for those of segments, each once.
    fileprivate var rules: [Rule] {
        var rules: [Rule] = []
        for action in record.actions where !action.kind.isTransmission && !rules.contains(action.reason) {
            rules.append(action.reason)
        }
        return rules
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
        let after = moment.record.after
        self.init(state: after?.state ?? moment.record.stateBefore, variables: after.map { .init($0) })
    }

    fileprivate init(before moment: NetworkRecord.Moment) {
        self.init(state: moment.record.stateBefore, variables: nil)
    }
}

extension ConnectionStory.Variables {
    fileprivate init(_ info: ConnectionInfo) {
        self.init(
            sendUnacknowledged: info.sendUnacknowledged.relative(to: info.iss),
            sendNext: info.sendNext.relative(to: info.iss),
            // Before the other end's SYN there is nothing to count from.
            receiveNext: info.state == .synSent || info.state == .closed && info.irs == SequenceNumber(0)
                ? 0 : info.receiveNext.relative(to: info.irs))
    }
}

extension Action.Kind {
    fileprivate var isTransmission: Bool { if case .transmit = self { true } else { false } }

    /// Whether the segment that caused it was of use.
    fileprivate var isProgress: Bool {
        switch self {
        case .enter, .deliver, .endOfStream, .urgent, .end: true
        default: false
        }
    }
}

extension Rule {
    /// Whether what is dropped by it gets an RST because nobody is there for it: that is its answer, not a loss.
    fileprivate var answersNobody: Bool {
        switch self {
        case .noConnection, .acknowledgmentInListen, .badAcknowledgmentInSynSent, .badAcknowledgmentInSynReceived: true
        default: false
        }
    }
}
