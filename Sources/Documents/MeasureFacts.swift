import Measures
import TCPWire
import Tracking

/// The measures of a connection in JSON. Times are in milliseconds, sizes in octets.
struct MeasureFacts: Encodable {
    struct RoundTripFacts: Encodable {
        let samples: Int
        let minimum: Double
        let median: Double?
        let percentile95: Double?
        let maximum: Double
        let mean: Double?
    }

    struct OptionFacts: Encodable {
        let maximumSegmentSize: UInt16?
        let windowScale: UInt8?
        let sackPermitted: Bool
        let timestamps: Bool
    }

    struct Direction: Encodable {
        let segments: Int
        let packetBytes: UInt64
        let pureAcks: Int
        let syns: Int
        let fins: Int
        let resets: Int
        let pushes: Int
        let urgents: Int
        let bytes: UInt64
        let dataSegments: Int
        let payloadBytes: UInt64
        let smallestPayload: UInt32
        let meanPayload: UInt64?
        let largestPayload: UInt32
        let initialWindow: UInt64
        let retransmittedSegments: Int
        let retransmittedBytes: UInt64
        let outOfOrder: Int
        let missingBytes: UInt64
        let cutOffBytes: UInt64
        let strays: Int
        let windowProbes: Int
        let keepAlives: Int
        let duplicateAcks: Int
        let tripleDuplicateAcks: Int
        let sacks: Int
        let dsacks: Int
        let zeroWindows: Int
        let windowMinimum: UInt32
        let windowMean: UInt32?
        let windowMaximum: UInt32
        let windowScaleKnown: Bool
        let flightMaximum: UInt64
        let ttl: UInt8
        let hops: Int?
        let options: OptionFacts?
        let dataDuration: Double?
        let bytesPerSecond: UInt64?
        let longestPause: Double
        let roundTrip: RoundTripFacts?
    }

    struct TimeFacts: Encodable {
        let network: Double
        let client: Double
        let server: Double
        let clientWindow: Double
        let serverWindow: Double
        let clientTurns: Int
        let serverTurns: Int
        let roundTrip: Double?
        let toClient: Double?
        let toServer: Double?
    }

    struct VantageFacts: Encodable {
        let place: String
        let reason: String
    }

    let client: Direction
    let server: Direction
    let time: TimeFacts
    let vantage: VantageFacts
    let longestPause: Double
    let zeekHistory: String
    let zeekMissedBytes: UInt64

    init(_ record: ConnectionRecord, _ measures: ConnectionMeasures) {
        client = Direction(measures.sent(by: .client, of: record))
        server = Direction(measures.sent(by: .server, of: record))
        time = TimeFacts(measures.shares(of: record))
        let vantage = measures.vantage(of: record)
        self.vantage = VantageFacts(place: vantage.place.rawValue, reason: vantage.reason.name)
        longestPause = milliseconds(measures.idleMaximum)
        zeekHistory = measures.zeekHistory(of: record)
        zeekMissedBytes = measures.zeekMissedOctets
    }
}

extension Vantage.Reason {
    /// A name for programs, which does not change. The numbers are among the measures.
    fileprivate var name: String {
        switch self {
        case .loopbackAddress: "loopback-address"
        case .hops: "hops"
        case .delays: "delays"
        case .nothing: "nothing"
        }
    }
}

extension MeasureFacts.Direction {
    init(_ direction: DirectionMeasures) {
        segments = direction.segments
        packetBytes = direction.packetOctets
        pureAcks = direction.pureAcknowledgments
        syns = direction.syns
        fins = direction.fins
        resets = direction.resets
        pushes = direction.pushes
        urgents = direction.urgents
        bytes = direction.octets
        dataSegments = direction.dataSegments
        payloadBytes = direction.payloadOctets
        smallestPayload = direction.smallestPayload
        meanPayload = direction.meanPayload
        largestPayload = direction.largestPayload
        initialWindow = direction.initialWindow
        retransmittedSegments = direction.retransmittedSegments
        retransmittedBytes = direction.retransmittedOctets
        outOfOrder = direction.outOfOrderSegments
        missingBytes = direction.missingOctets
        cutOffBytes = direction.truncatedOctets
        strays = direction.straySegments
        windowProbes = direction.windowProbes
        keepAlives = direction.keepAlives
        duplicateAcks = direction.duplicateAcknowledgments
        tripleDuplicateAcks = direction.tripleDuplicates
        sacks = direction.sackSegments
        dsacks = direction.dsackSegments
        zeroWindows = direction.zeroWindows
        windowMinimum = direction.windowMinimum
        windowMean = direction.windowMean
        windowMaximum = direction.windowMaximum
        windowScaleKnown = direction.isWindowScaleKnown
        flightMaximum = direction.flightMaximum
        ttl = direction.hopLimit
        hops = direction.hops
        options = direction.options.map(MeasureFacts.OptionFacts.init)
        dataDuration = direction.dataDuration.map(milliseconds)
        bytesPerSecond = direction.octetsPerSecond
        longestPause = milliseconds(direction.idleMaximum)
        roundTrip = direction.roundTrips.count == 0 ? nil : MeasureFacts.RoundTripFacts(direction.roundTrips)
    }
}

extension MeasureFacts.OptionFacts {
    init(_ options: SYNOptions) {
        maximumSegmentSize = options.maximumSegmentSize
        windowScale = options.windowScale
        sackPermitted = options.sackPermitted
        timestamps = options.hasTimestamps
    }
}

extension MeasureFacts.RoundTripFacts {
    init(_ trips: RoundTrips) {
        samples = trips.count
        minimum = milliseconds(trips.minimum)
        median = trips.median.map(milliseconds)
        percentile95 = trips.percentile(95).map(milliseconds)
        maximum = milliseconds(trips.maximum)
        mean = trips.mean.map(milliseconds)
    }
}

extension MeasureFacts.TimeFacts {
    init(_ shares: TimeShares) {
        network = milliseconds(shares.network)
        client = milliseconds(shares.client)
        server = milliseconds(shares.server)
        clientWindow = milliseconds(shares.clientWindow)
        serverWindow = milliseconds(shares.serverWindow)
        clientTurns = shares.clientTurns
        serverTurns = shares.serverTurns
        roundTrip = shares.roundTrip.map(milliseconds)
        toClient = shares.toClient.map(milliseconds)
        toServer = shares.toServer.map(milliseconds)
    }
}

private func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }
