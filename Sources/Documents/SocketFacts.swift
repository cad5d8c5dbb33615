import Narration
import LinuxKernel
import TCPState
import TCPWire

/// A socket in JSON.
package struct SocketFacts: Encodable {
    struct Owner: Encodable {
        struct InContainer: Encodable {
            let runtime: String
            let id: String
            let pod: String?
        }

        let pid: Int32
        let command: String
        let fd: Int32
        let container: InContainer?

        init(_ owner: SocketOwner) {
            pid = owner.processID
            command = owner.command
            fd = owner.descriptor
            container = owner.container.map { InContainer(runtime: $0.runtime.rawValue, id: $0.id, pod: $0.pod) }
        }
    }

    let family: String
    let state: String
    let form: String
    let local: String
    let remote: String
    let receiveQueue: UInt32
    let sendQueue: UInt32
    /// For a listener: how many connections wait for accept(2), and the most that may.
    let acceptQueue: UInt32?
    let acceptQueueLimit: UInt32?
    let uid: UInt32
    let inode: UInt32
    let cookie: String
    let timer: String?
    let owners: [Owner]?
    let info: SocketInfoFacts?
    let memory: SocketMemoryFacts?
    let meaning: [String]?

    /// Creates a socket's facts. `owners` is `nil` if they were not asked for, and empty if none were found.
    package init(_ entry: SocketEntry, owners: [SocketOwner]? = nil, explains: Bool = false) {
        family = entry.family == .ipv4 ? "ipv4" : "ipv6"
        state = entry.state.name
        form =
            switch entry.form {
            case .full: "socket"
            case .request: "request"
            case .timeWait: "timewait"
            }
        local = entry.local.description
        remote = entry.remote.description
        receiveQueue = entry.receiveQueue
        sendQueue = entry.sendQueue
        let isListener = entry.state == .listen
        acceptQueue = isListener ? entry.receiveQueue : nil
        acceptQueueLimit = isListener ? entry.sendQueue : nil
        uid = entry.userID
        inode = entry.inode
        cookie = String(entry.cookie, radix: 16)
        timer = entry.timer == .off ? nil : entry.timerText
        self.owners = owners.map { $0.map(Owner.init) }
        info = entry.info.map { SocketInfoFacts($0, congestionControl: entry.congestionControl) }
        memory = entry.details?.memory.map(SocketMemoryFacts.init)
        meaning = explains ? SocketTrouble.all(of: entry).map(\.rawValue) : nil
    }
}

/// The kernel's measures in JSON: times in microseconds, rates in octets per second, windows in segments.
struct SocketInfoFacts: Encodable {
    let congestionControl: String?
    let options: [String]
    let sendWindowScale: UInt8
    let receiveWindowScale: UInt8
    let congestionWindow: UInt32
    let slowStartThreshold: UInt32?
    let roundTripTime: UInt32
    let roundTripVariation: UInt32
    let minimumRoundTripTime: UInt32
    let retransmissionTimeout: UInt32
    let acknowledgmentTimeout: UInt32
    let backoff: UInt8
    let sendMSS: UInt32
    let receiveMSS: UInt32
    let advertisedMSS: UInt32
    let pathMTU: UInt32
    let inFlight: UInt32
    let retransmitted: UInt32
    let totalRetransmitted: UInt32
    let lost: UInt32
    let selectivelyAcknowledged: UInt32
    let bytesSent: UInt64
    let bytesRetransmitted: UInt64
    let bytesAcknowledged: UInt64
    let bytesReceived: UInt64
    let notSent: UInt32
    let segmentsOut: UInt32
    let segmentsIn: UInt32
    let dataSegmentsOut: UInt32
    let dataSegmentsIn: UInt32
    let delivered: UInt32
    let pacingRate: UInt64?
    let deliveryRate: UInt64
    let applicationLimited: Bool
    let busyTime: UInt64
    let receiveWindowLimited: UInt64
    let sendBufferLimited: UInt64
    let sendWindow: UInt32
    let receiveWindow: UInt32

    init(_ info: TCPInfo, congestionControl: String?) {
        self.congestionControl = congestionControl
        let names: [(TCPInfo.Options, String)] = [
            (.timestamps, "timestamps"), (.selectiveAcknowledgment, "sack"), (.windowScale, "window-scale"),
            (.explicitCongestionNotification, "ecn"), (.congestionSeen, "ecn-seen"), (.fastOpenData, "fast-open"),
        ]
        options = names.filter { info.options.contains($0.0) }.map(\.1)
        sendWindowScale = info.sendWindowScale
        receiveWindowScale = info.receiveWindowScale
        congestionWindow = info.congestionWindow
        slowStartThreshold = info.slowStartThreshold
        roundTripTime = info.roundTripTime
        roundTripVariation = info.roundTripVariation
        minimumRoundTripTime = info.minimumRoundTripTime
        retransmissionTimeout = info.retransmissionTimeout
        acknowledgmentTimeout = info.acknowledgmentTimeout
        backoff = info.backoff
        sendMSS = info.sendMSS
        receiveMSS = info.receiveMSS
        advertisedMSS = info.advertisedMSS
        pathMTU = info.pathMTU
        inFlight = info.unacknowledged
        retransmitted = info.retransmitted
        totalRetransmitted = info.totalRetransmitted
        lost = info.lost
        selectivelyAcknowledged = info.selectivelyAcknowledged
        bytesSent = info.bytesSent
        bytesRetransmitted = info.bytesRetransmitted
        bytesAcknowledged = info.bytesAcknowledged
        bytesReceived = info.bytesReceived
        notSent = info.notSent
        segmentsOut = info.segmentsOut
        segmentsIn = info.segmentsIn
        dataSegmentsOut = info.dataSegmentsOut
        dataSegmentsIn = info.dataSegmentsIn
        delivered = info.delivered
        pacingRate = info.pacingRate == .max ? nil : info.pacingRate
        deliveryRate = info.deliveryRate
        applicationLimited = info.isApplicationLimited
        busyTime = info.busyTime
        receiveWindowLimited = info.receiveWindowLimited
        sendBufferLimited = info.sendBufferLimited
        sendWindow = info.sendWindow
        receiveWindow = info.receiveWindow
    }
}

/// A socket's memory in JSON, in octets.
struct SocketMemoryFacts: Encodable {
    let received: UInt32
    let receiveLimit: UInt32
    let sending: UInt32
    let sendLimit: UInt32
    let reserved: UInt32
    let sendQueue: UInt32
    let options: UInt32
    let backlog: UInt32
    let drops: UInt32

    init(_ memory: SocketMemory) {
        received = memory.received
        receiveLimit = memory.receiveLimit
        sending = memory.sending
        sendLimit = memory.sendLimit
        reserved = memory.reserved
        sendQueue = memory.sendQueue
        options = memory.options
        backlog = memory.backlog
        drops = memory.drops
    }
}
