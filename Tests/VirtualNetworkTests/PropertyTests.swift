import TCPStack
import TCPState
import TCPWire
import Testing
import VirtualNetwork

/// Watches the wire: per direction the right edge of the window offered, which may never go back.
private final class EdgeWatch {
    var edges: [Bool: UInt32] = [:]
    /// `nil` for a SYN without the option.
    var shifts: [Bool: UInt8?] = [:]
    var retreats = 0
    var first = ""
    var segments = 0

    func look(_ packet: [UInt8], _ isForward: Bool) {
        guard let segment = Segment(packet: packet) else { return }
        segments += 1
        if segment.flags.contains(.syn) {
            shifts[isForward] = .some(segment.options.windowScale)
            edges[isForward] = nil
            return
        }
        guard segment.flags.contains(.ack), !segment.flags.contains(.rst) else { return }
        // Scaled only if both SYNs offer it (RFC 7323 2.2).
        var shift: UInt32 = 0
        if let forward = shifts[true] ?? nil, let backward = shifts[false] ?? nil {
            shift = UInt32(isForward ? forward : backward)
        }
        let edge = segment.acknowledgment.rawValue &+ UInt32(segment.window) << shift
        if let old = edges[isForward], Int32(bitPattern: edge &- old) < 0 {
            if retreats == 0 {
                first = "\(isForward) \(segment.flags) \(segments) by \(old &- edge), window \(segment.window)"
            }
            retreats += 1
        }
        edges[isForward] = edge
    }
}

@Suite("What must hold whatever happens")
struct PropertyTests {
    @Test("exact delivery, no window edge goes back, nobody is stuck without a timer: two thousand seeds [SHLD-14]")
    func invariants() throws {
        var stuck: [Int] = []
        var inexact: [Int] = []
        var retreats: [String] = []
        var exact = 0
        for seed in 0..<2000 {
            var random = SeededRandom(seed: UInt64(seed))
            func below(_ bound: UInt64) -> UInt64 { random.next() % bound }
            var link = LinkProfile(delay: .milliseconds(Int(below(50))))
            link.loss = Double(below(20)) / 100
            link.duplication = Double(below(10)) / 100
            link.reordering = Double(below(30)) / 100
            link.reorderingDelay = .milliseconds(Int(below(80)))
            link.corruption = Double(below(5)) / 100
            if below(2) == 0 { link.rate = 1_000_000 + Int(below(50_000_000)) }
            let bits = below(256)
            let sizes = (Int(below(6000)), Int(below(6000)))
            let buffer = 200 + Int(below(below(4) == 0 ? 300_000 : 20_000))
            let watch = EdgeWatch()
            let box = Interceptor { _, packet, isForward in
                watch.look(packet, isForward)
                return .pass
            }
            let pair = Pair(
                seed: UInt64(seed), clientText: Pair.text(sizes.0), serverText: Pair.text(sizes.1, 77), forward: link,
                boxes: [box]
            ) {
                $0.timestamps = bits & 1 != 0
                $0.selectiveAcknowledgment = bits & 2 != 0
                $0.windowScaling = bits & 4 != 0
                $0.congestionControl = bits & 8 != 0 ? .cubic : .reno
                $0.windowProbe = bits & 16 != 0 ? .newOctet : .oldNumber
                $0.nagle = bits & 32 != 0 ? .off : .whileUnacknowledged
                $0.explicitCongestionNotification = bits & 64 != 0
                $0.receiveBuffer = buffer
                $0.sendBuffer = buffer
            }
            pair.serverEnd.readLimit = 1 + Int(bits)
            try pair.start()
            let end = pair.network.now + .seconds(3000)
            while !pair.isOver, let next = pair.network.nextEvent, next <= end { pair.network.step() }
            if pair.network.nextEvent == nil, !pair.isOver { stuck.append(seed) }
            if pair.clientEnd.error == nil, pair.serverEnd.error == nil, !pair.isExact || !pair.isOver {
                inexact.append(seed)
            }
            if pair.isExact, pair.isOver, pair.clientEnd.error == nil, pair.serverEnd.error == nil { exact += 1 }
            if watch.retreats > 0 { retreats.append("\(seed): \(watch.first)") }
        }
        // Where every connection failed, nothing else would have been shown.
        #expect(exact >= 1900, "\(exact)")
        #expect(stuck.isEmpty, "\(stuck.prefix(10))")
        #expect(inexact.isEmpty, "\(inexact.prefix(10))")
        #expect(retreats.isEmpty, "\(retreats.prefix(10))")
    }
}
