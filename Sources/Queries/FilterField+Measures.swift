import Measures
import TCPWire
import Tracking

/// Fields for which every segment must be measured.
extension FilterField {
    /// Fields with Wireshark's names. Without a comparison they ask whether such a thing happened.
    static let analysis: [FilterField] = [
        counted("tcp.analysis.zero_window_probe") { $0.windowProbes },
        counted("tcp.analysis.keep_alive") { $0.keepAlives },
        counted("tcp.analysis.lost_segment") { $0.missingOctets > 0 ? 1 : 0 },
        FilterField("tcp.analysis.initial_rtt", .duration, measured: true) { subject in
            .durations(subject.shares?.roundTrip.map { [$0] } ?? [])
        },
        FilterField("tcp.analysis.ack_rtt", .duration, measured: true) { subject in
            .durations(
                subject.directions.flatMap {
                    $0.roundTrips.count > 0 ? [$0.roundTrips.minimum, $0.roundTrips.maximum] : []
                })
        },
        FilterField("tcp.analysis.bytes_in_flight", .octets, measured: true) { subject in
            .counts(subject.directions.map(\.flightMaximum))
        },
    ]

    static let measured: [FilterField] =
        perDirection("missing", .octets) { .counts([$0.missingOctets]) }
        + perDirection("flight", .octets) { .counts([$0.flightMaximum]) }
        + perDirection("window", .octets) { .counts([UInt64($0.windowMaximum)]) }
        + perDirection("hops", .number) { .counts($0.hops.map { [UInt64($0)] } ?? []) }
        + perDirection("rtt.min", .duration) { .durations($0.roundTrips.count > 0 ? [$0.roundTrips.minimum] : []) }
        + perDirection("rtt.median", .duration) { .durations($0.roundTrips.median.map { [$0] } ?? []) }
        + perDirection("rtt.p95", .duration) { .durations($0.roundTrips.percentile(95).map { [$0] } ?? []) }
        + [
            FilterField("idle", .duration, measured: true) { .durations($0.measures.map { [$0.idleMaximum] } ?? []) },
            FilterField("time.client", .duration, measured: true) { .durations($0.shares.map { [$0.client] } ?? []) },
            FilterField("time.server", .duration, measured: true) { .durations($0.shares.map { [$0.server] } ?? []) },
            FilterField("time.network", .duration, measured: true) { .durations($0.shares.map { [$0.network] } ?? []) },
            FilterField("time.client.window", .duration, measured: true) {
                .durations($0.shares.map { [$0.clientWindow] } ?? [])
            },
            FilterField("time.server.window", .duration, measured: true) {
                .durations($0.shares.map { [$0.serverWindow] } ?? [])
            },
            FilterField("vantage", .text, measured: true, words: Vantage.Place.allCases.map(\.rawValue)) { subject in
                .texts(subject.measures.map { [$0.vantage(of: subject.record).place.rawValue] } ?? [])
            },
            FilterField("history", .text, measured: true) { subject in
                .texts(subject.measures.map { [$0.zeekHistory(of: subject.record)] } ?? [])
            },
        ]

    private static func counted(
        _ name: String, _ count: @escaping @Sendable (DirectionMeasures) -> Int
    ) -> FilterField {
        FilterField(name, .count, measured: true) { subject in
            .counts([subject.directions.reduce(0) { $0 + UInt64(count($1)) }])
        }
    }

    /// The field `name` for both directions, and `client.name` and `server.name` for what one end sent.
    private static func perDirection(
        _ name: String, _ kind: Kind, _ value: @escaping @Sendable (DirectionMeasures) -> FilterValue
    ) -> [FilterField] {
        let parties = Party.allCases.map { party in
            FilterField("\(party.rawValue).\(name)", kind, measured: true) { subject in
                subject.measures.map { value($0.sent(by: party, of: subject.record)) } ?? .counts([])
            }
        }
        let both = FilterField(name, kind, measured: true) { subject in
            subject.directions.map(value).reduce(nil) { sum, next in
                switch (sum, next) {
                case (nil, _): next
                case (.counts(let left), .counts(let right)): .counts(left + right)
                case (.durations(let left), .durations(let right)): .durations(left + right)
                default: sum
                }
            } ?? .counts([])
        }
        return [both] + parties
    }
}

extension FilterSubject {
    fileprivate var directions: [DirectionMeasures] {
        guard let measures else { return [] }
        return Party.allCases.map { measures.sent(by: $0, of: record) }
    }

    fileprivate var shares: TimeShares? { measures?.shares(of: record) }
}
