import CaptureFile
import FlatMemory
import Passes
import Stories
import TCPStack
import TCPState
import TCPWire
import Tracking
import VirtualNetwork

/// An index of a record's moments.
struct MomentIndex {
    /// The endpoints by which a host knows a connection.
    struct Name: Hashable {
        var host: Int
        var local: Endpoint
        var remote: Endpoint
    }

    /// The indices of the moments of each end of each connection, in order.
    private(set) var named: [Name: [Int]] = [:]
    /// By a packet's index: the index of the moment that it caused, and of the moment that sent it.
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

/// Makes the statements of one connection's two ends from a network's record.
struct NetworkWitnesses {
    typealias Moment = NetworkRecord.Moment

    let connection: StoredConnection
    let record: NetworkRecord
    /// By host: the index of the moment with which the connection begins there.
    private(set) var begins: [Int: Int] = [:]
    /// The indices of the story's packets, in ascending order.
    private let places: [Int]
    private let index: MomentIndex
    /// The indices of each end's moments, in ascending order; there are none for an end that is not a host of the
    /// network.
    private var moments: [Party: [Int]] = [:]

    /// - Parameter ends: by host, the index of the moment with which the next connection between the same ports begins.
    init(_ connection: StoredConnection, _ record: NetworkRecord, _ index: MomentIndex, until ends: [Int: Int]) {
        self.connection = connection
        self.record = record
        self.index = index
        places = connection.segments.map { $0.number - 1 }
        for party in Party.allCases {
            guard let name = name(of: party), let named = index.named[name],
                let first = named.firstIndex(where: { isBeginning(record.moments[$0]) })
            else { continue }
            let end = ends[name.host] ?? .max
            begins[name.host] = named[first]
            moments[party] = named[first...].filter { $0 < end }
        }
    }

    /// Whether the moment was caused by a packet of the story, or sent one. Earlier moments may belong to an earlier
    /// connection.
    private func isBeginning(_ moment: Moment) -> Bool {
        moment.packet.map(isOwn) ?? false || moment.sent.contains(where: isOwn)
    }

    /// Whether the packet at this index is one of the story's.
    private func isOwn(_ place: Int) -> Bool {
        places.holds(place)
    }

    /// The endpoints by which an end knows the connection; `nil` if the end is not a host of the network.
    private func name(of party: Party) -> MomentIndex.Name? {
        guard let host = host(of: party) else { return nil }
        // Behind a NAT the two ends know the connection by different addresses. A damaged packet may carry an address
        // that no host has.
        let seen = places.lazy.compactMap { index.caused[$0] }.map { record.moments[$0] }
            .first { $0.host == host && !$0.record.isDamaged }
        if let seen = seen?.record {
            return MomentIndex.Name(host: host, local: seen.local, remote: seen.remote)
        }
        let (client, server) = (connection.record.clientEndpoint, connection.record.serverEndpoint)
        return party == .client
            ? MomentIndex.Name(host: host, local: client, remote: server)
            : MomentIndex.Name(host: host, local: server, remote: client)
    }

    private func host(of party: Party) -> Int? {
        for segment in connection.segments {
            let packet = record.packets[segment.number - 1]
            if let host = sender(of: segment) == party ? packet.sender : packet.receiver { return host }
        }
        return nil
    }

    private func sender(of segment: StoredSegment) -> Party {
        connection.record.isFromClient(segment.header) ? .client : .server
    }

    /// The segments and the statements of both ends, in the order in which everything happened.
    func observations() -> [Observation] {
        var told = Party.allCases.compactMap { before($0).map { Observation.word($0) } }
        var sent = 0
        func send(upTo count: Int) {
            while sent < count {
                let segment = connection.segments[sent]
                told.append(.segment(segment))
                told += departure(of: segment).map { .word($0) }
                sent += 1
            }
        }
        let all = moments.flatMap { party, own in own.map { (party: party, place: $0) } }.sorted { $0.place < $1.place }
        for (party, place) in all {
            send(upTo: places.count(before: record.moments[place].packetsBefore) { $0 })
            told += words(of: place, of: party).map { .word($0) }
        }
        send(upTo: connection.segments.count)
        return told
    }

    /// The state of an end before everything else.
    private func before(_ party: Party) -> EndWord? {
        // If the end has no moments, nothing has reached it.
        let state =
            moments[party]?.first.map { record.moments[$0].record.stateBefore }
            ?? places.lazy.compactMap { record.packets[$0].receiverState }.first
        return state.map {
            EndWord(.before, of: party, by: .stack, at: nil, end: Testimony.End(state: $0, variables: nil))
        }
    }

    // MARK: Segments

    /// The statements about a segment when it is sent. If it does not arrive, or arrives damaged so that it seems to be
    /// another connection's, the receiver's state at this time is included.
    private func departure(of segment: StoredSegment) -> [EndWord] {
        let place = segment.number - 1
        let packet = record.packets[place]
        let time = Timestamp(packet.sentAt)
        let party = sender(of: segment)
        let moment = index.caused[place]
        let isWitness = !(moments[party] ?? []).isEmpty
        var sent = EndWord(
            .sent(segment.number), of: party, by: isWitness ? .stack : .wire, at: time, end: end(party, sent: place))
        sent.reasons = packet.reason.map { [.rule($0)] } ?? []
        sent.purpose = packet.transmission
        sent.original = original(of: segment, packet)
        var words = [sent]
        let fate = Testimony.Fate(packet, moment.map { record.moments[$0].record })
        switch fate {
        case .lost(let loss):
            words.append(EndWord(.lost(segment.number, loss), of: party.other, by: .wire, at: time))
        case .arrived, .dropped, .useless:
            if let moment, moments[party.other]?.holds(moment) ?? false { return words }
            var arrival = EndWord(
                .arrived(segment.number, fate.reception), of: party.other, by: .wire, at: fate.arrival)
            arrival.reasons = (moment.map { effects(of: $0, at: party.other) } ?? []).map { .rule($0) }
            words.append(arrival)
        case .underWay: break
        }
        if let end = receiver(party.other, of: place) {
            words.append(EndWord(.beside(segment.number), of: party.other, by: .stack, at: time, end: end))
        }
        return words
    }

    /// An end's state and variables after it had sent the packet at this index; `nil` if the end reports nothing.
    private func end(_ party: Party, sent place: Int) -> Testimony.End? {
        guard let own = moments[party], !own.isEmpty else { return nil }
        return index.sending[place].map { sender(record.moments[$0], of: place) } ?? end(own, before: place)
    }

    /// The state of a packet's receiver at the time when the packet was sent.
    private func receiver(_ party: Party, of place: Int) -> Testimony.End? {
        guard let own = moments[party], !own.isEmpty else {
            return record.packets[place].receiverState.map { Testimony.End(state: $0, variables: nil) }
        }
        return end(own, before: place)
    }

    /// An end's state and variables, by its moments, when the packet at this index was sent.
    private func end(_ own: [Int], before place: Int) -> Testimony.End {
        let known = own.count(before: place + 1) { record.moments[$0].packetsBefore }
        return known > 0
            ? Testimony.End(record.moments[own[known - 1]]) : Testimony.End(before: record.moments[own[0]])
    }

    /// The sender's state and variables after it sent the packet at this index. Packets that the same moment sends
    /// later have not moved SND.NXT yet.
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

    /// The rules by which the end acted, except those that are the reasons for segments it sent.
    private func effects(of place: Int, at party: Party) -> [Rule] {
        let answers = answers(to: place, at: party)
        return record.moments[place].record.actions.rules.filter { !answers.contains($0) }
    }

    /// The rules by which the end answered a moment: at once, or after the host had processed everything that came at
    /// this time.
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

    /// The number of the packet that first carried the same sequence numbers; `nil` if the segment is no repetition.
    private func original(of segment: StoredSegment, _ packet: NetworkRecord.Packet) -> Int? {
        let header = segment.header
        guard header.sequenceLength > 0 else { return nil }
        switch packet.transmission {
        case .retransmission, .lossProbe: break
        default: guard packet.isCopy || header.flags.contains(.syn) else { return nil }
        }
        // The SYN-ACK of a simultaneous open has the number of its end's SYN, but does not repeat it.
        let kind: TCPFlags = header.flags.contains(.syn) ? [.syn, .ack] : []
        let first = connection.segments.first {
            let earlier = $0.header
            return sender(of: $0) == sender(of: segment)
                && earlier.sequenceLength > header.sequence &- earlier.sequence
                && earlier.flags.intersection(kind) == header.flags.intersection(kind)
        }
        guard let first, first.number < segment.number else { return nil }
        return first.number
    }

    // MARK: Moments and states

    /// The statements of an end about one of its moments. There are several if several timers expired at once.
    private func words(of place: Int, of party: Party) -> [EndWord] {
        let moment = record.moments[place]
        let answers = answers(to: place, at: party)
        func word(_ occasion: EndWord.Occasion, _ actions: [Action], _ end: Testimony.End) -> EndWord {
            var word = EndWord(occasion, of: party, by: .stack, at: Timestamp(moment.record.time), end: end)
            word.reasons = actions.rules.filter { !answers.contains($0) }.map { .rule($0) }
            return word
        }
        let actions = moment.record.actions
        let after = Testimony.End(moment)
        func standing(_ state: State) -> Testimony.End { Testimony.End(state: state, variables: nil) }
        // If the moment sent segments, the change of state is shown with these.
        let shown = standing(moment.sent.isEmpty ? after.state : moment.record.stateBefore)
        var words: [EndWord]
        switch moment.record.cause {
        case .segment:
            if let packet = moment.packet, isOwn(packet) {
                let fate = Testimony.Fate(record.packets[packet], moment.record)
                words = [word(.arrived(packet + 1, fate.reception), actions, after)]
            } else {
                words = []
            }
        case .icmp: words = [word(.moment(.icmp), actions, shown)]
        case .call(let name): words = [word(.moment(.call(name)), actions, shown)]
        case .clock:
            let parts = actions.byTimer
            // A timer that changes the state stops the other timers, so it comes last.
            words = parts.enumerated().map { index, part in
                word(
                    .moment(part.timer.map { .timer($0) } ?? .itself), part.actions,
                    index < parts.count - 1 ? standing(moment.record.stateBefore) : shown)
            }
            words = words.filter { $0.occasion != .moment(.itself) || !$0.reasons.isEmpty }
        }
        let entered = entrances(moment)
        if words.isEmpty, !entered.isEmpty {
            words = [EndWord(.elsewhere, of: party, by: .stack, at: Timestamp(moment.record.time))]
        }
        if !words.isEmpty { words[0].entered = entered }
        return words
    }

    /// The states that an end entered in a moment.
    private func entrances(_ moment: Moment) -> [EndWord.Entrance] {
        let cause = moment.packet ?? moment.sent.first
        return moment.record.actions.compactMap { action in
            guard case .enter(let next, _) = action.kind else { return nil }
            return EndWord.Entrance(
                moment.record.returnsToListen ? .listen : next, by: .rule(action.reason), cause: cause.map { $0 + 1 })
        }
    }
}

extension Testimony.Fate {
    /// What the receiver did with a segment that arrived.
    fileprivate var reception: EndWord.Reception {
        switch self {
        case .dropped: .dropped
        case .useless: .useless
        case .arrived, .lost, .underWay: .taken
        }
    }
}

extension [Action] {
    /// The rules of these actions, each once, without the reasons for sending segments.
    fileprivate var rules: [Rule] {
        var rules: [Rule] = []
        for action in self where !action.kind.isTransmission && !rules.contains(action.reason) {
            rules.append(action.reason)
        }
        return rules
    }

    /// The first timer that caused any of these actions.
    fileprivate var timer: TimerName? {
        for action in self { if case .expire(let name) = action.kind { return name } }
        return nil
    }

    /// The actions divided by the timers that caused them; a single part if there was no timer.
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
    /// Whether the number is among these, which must be in ascending order.
    fileprivate func holds(_ number: Int) -> Bool {
        let place = count(before: number) { $0 }
        return place < count && self[place] == number
    }
}

extension Array {
    /// How many elements have keys below `bound`. The keys must be in ascending order.
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
            // Before the other end's SYN there is no number to count from.
            receiveNext: info.state == .synSent || info.state == .closed && info.irs == SequenceNumber(0)
                ? 0 : UInt64(info.receiveNext.relative(to: info.irs)))
    }
}

extension Action.Kind {
    fileprivate var isTransmission: Bool { if case .transmit = self { true } else { false } }
}
