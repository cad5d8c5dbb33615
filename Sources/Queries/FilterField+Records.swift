import CaptureFile
import Measures
import TCPState
import TCPWire
import Tracking

/// Fields whose values the first pass finds.
extension FilterField {
    /// Fields with Wireshark's names. A field of a segment holds for a connection if it holds for one of its segments:
    /// `tcp.srcport==80` if one came from port 80.
    static let wireshark: [FilterField] = [
        FilterField("tcp.stream", .number) { .counts([UInt64($0.number - 1)]) },
        FilterField("tcp.port", .number) { .counts($0.ports(.client) + $0.ports(.server)) },
        FilterField("tcp.srcport", .number) { subject in
            .counts(Party.allCases.flatMap { subject.sent($0) ? subject.ports($0) : [] })
        },
        FilterField("tcp.dstport", .number) { subject in
            .counts(Party.allCases.flatMap { subject.sent($0.other) ? subject.ports($0) : [] })
        },
        FilterField("ip.addr", .address) { .addresses($0.addresses(isIPv4: true)) },
        FilterField("ip.src", .address) { .addresses($0.addresses(isIPv4: true) { $0 }) },
        FilterField("ip.dst", .address) { .addresses($0.addresses(isIPv4: true, \.other)) },
        FilterField("ipv6.addr", .address) { .addresses($0.addresses(isIPv4: false)) },
        FilterField("ipv6.src", .address) { .addresses($0.addresses(isIPv4: false) { $0 }) },
        FilterField("ipv6.dst", .address) { .addresses($0.addresses(isIPv4: false, \.other)) },
        FilterField("tcp.flags.syn", .flag) { .flag($0.has([.syn, .synAck])) },
        FilterField("tcp.flags.fin", .flag) { .flag($0.has(.fin)) },
        FilterField("tcp.flags.reset", .flag) { .flag($0.has(.reset)) },
        FilterField("tcp.completeness", .number) { .counts([$0.record.completeness]) },
    ]

    /// Wireshark's fields that the first pass counts, both directions together. Without a comparison they ask whether
    /// such a thing happened.
    static let counted: [FilterField] = [
        sum("tcp.analysis.retransmission") { UInt64($0.retransmittedSegments) },
        sum("tcp.analysis.out_of_order") { UInt64($0.outOfOrderSegments) },
        sum("tcp.analysis.duplicate_ack") { UInt64($0.duplicateAcknowledgments) },
        sum("tcp.analysis.zero_window") { UInt64($0.zeroWindows) },
    ]

    private static func sum(_ name: String, _ count: @escaping @Sendable (HalfConnection) -> UInt64) -> FilterField {
        FilterField(name, .count) { .counts([count($0.record.client) &+ count($0.record.server)]) }
    }

    /// Fields that the first pass counts for each direction: `name` for both, `client.name` and `server.name` for what
    /// one end sent.
    static let perEnd: [FilterField] =
        each("retransmitted") { UInt64($0.retransmittedSegments) }
        + each("outoforder") { UInt64($0.outOfOrderSegments) }
        + each("dupacks") { UInt64($0.duplicateAcknowledgments) }
        + each("zerowindows") { UInt64($0.zeroWindows) }

    private static func each(_ name: String, _ count: @escaping @Sendable (HalfConnection) -> UInt64) -> [FilterField] {
        [
            FilterField(name, .count) { .counts([count($0.record.client), count($0.record.server)]) },
            FilterField("client.\(name)", .count) { .counts([count($0.record.client)]) },
            FilterField("server.\(name)", .count) { .counts([count($0.record.server)]) },
        ]
    }

    static let own: [FilterField] = [
        FilterField("number", .number) { .counts([UInt64($0.number)]) },
        FilterField("client", .endpoint) { .endpoints([$0.record.clientEndpoint]) },
        FilterField("server", .endpoint) { .endpoints([$0.record.serverEndpoint]) },
        FilterField("client.port", .number) { .counts($0.ports(.client)) },
        FilterField("server.port", .number) { .counts($0.ports(.server)) },
        FilterField("guessed", .flag) { .flag($0.record.roleEvidence.isGuess) },
        FilterField("reused", .flag) { .flag($0.record.reusesTuple) },
        FilterField(
            "outcome", .text, words: unique(Opening.allCases.map(\.rawValue) + Ending.allCases.map(\.rawValue))
        ) { .texts([$0.record.outcome.opening.rawValue, $0.record.outcome.ending.rawValue]) },
        FilterField("opening", .text, words: Opening.allCases.map(\.rawValue)) {
            .texts([$0.record.outcome.opening.rawValue])
        },
        FilterField("ending", .text, words: Ending.allCases.map(\.rawValue)) {
            .texts([$0.record.outcome.ending.rawValue])
        },
        FilterField("trouble", .text, words: Trouble.Kind.allCases.map(\.rawValue) + ["none"]) {
            .texts(Trouble.words($0.record.troubles()))
        },
        FilterField("icmp", .text, words: ErrorVerdict.allCases.filter(\.isDrop).map(\.name) + ["none"]) {
            .texts([$0.record.reported?.name ?? "none"])
        },
        FilterField("endedby", .text, words: parties) { .texts([$0.record.outcome.endedBy?.rawValue ?? "none"]) },
        FilterField("timewait", .text, words: TimeWait.allCases.map(\.rawValue)) {
            .texts([$0.record.outcome.timeWait.rawValue])
        },
        FilterField("heldby", .text, words: parties) { .texts([$0.record.outcome.heldBy?.rawValue ?? "none"]) },
        FilterField("state.client", .text, words: State.allCases.map(\.name)) { .texts($0.states(.client)) },
        FilterField("state.server", .text, words: State.allCases.map(\.name)) { .texts($0.states(.server)) },
        FilterField("conn_state", .text, words: ZeekState.allCases.map(\.rawValue)) {
            .texts([$0.record.zeekState.rawValue])
        },
        FilterField("segments", .count) {
            .counts([UInt64($0.record.client.segments) + UInt64($0.record.server.segments)])
        },
        FilterField("client.segments", .count) { .counts([UInt64($0.record.client.segments)]) },
        FilterField("server.segments", .count) { .counts([UInt64($0.record.server.segments)]) },
        FilterField("bytes", .octets) { .counts([$0.record.client.streamBytes &+ $0.record.server.streamBytes]) },
        FilterField("client.bytes", .octets) { .counts([$0.record.client.streamBytes]) },
        FilterField("server.bytes", .octets) { .counts([$0.record.server.streamBytes]) },
        FilterField("start", .duration) { .durations([$0.record.firstTime.nanoseconds]) },
        FilterField("duration", .duration) { .durations([$0.record.duration]) },
        FilterField("rtt", .duration) { .durations($0.handshake) },
    ]

    static let parties = Party.allCases.map(\.rawValue) + ["none"]

    private static func unique(_ words: [String]) -> [String] {
        words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension FilterSubject {
    fileprivate func ports(_ party: Party) -> [UInt64] {
        [UInt64((party == .client ? record.clientEndpoint : record.serverEndpoint).port)]
    }

    fileprivate func sent(_ party: Party) -> Bool {
        (party == .client ? record.client : record.server).segments > 0
    }

    /// The two ends' addresses of one IP version. With `role`, an end's address is included only if the end that `role`
    /// returns for it has sent something.
    fileprivate func addresses(isIPv4: Bool, _ role: ((Party) -> Party)? = nil) -> [IPAddress] {
        Party.allCases.filter { party in role.map { sent($0(party)) } ?? true }
            .map { $0 == .client ? record.clientEndpoint.address : record.serverEndpoint.address }
            .filter { $0.isIPv4 == isIPv4 }
    }

    fileprivate func has(_ marks: HalfConnection.Marks) -> Bool {
        !record.client.marks.union(record.server.marks).isDisjoint(with: marks)
    }

    fileprivate func states(_ party: Party) -> [String] {
        (party == .client ? record.client : record.server).state.map { [FilterField.plain($0.name)] } ?? []
    }

    /// Nanoseconds from the SYN to the ACK that completes the handshake; empty where that was not seen.
    fileprivate var handshake: [Int64] { record.handshakeDelay >= 0 ? [record.handshakeDelay] : [] }
}
