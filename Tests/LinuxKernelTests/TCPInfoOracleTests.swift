import Foundation
import LinuxKernel
import TCPState
import TCPWire
import Testing

/// tcp_info beside `ss -tin`, of 22 connections in different trouble.
@Suite struct TCPInfoOracleTests {
    @Test(
        "the kernel's measures are the numbers that ss prints",
        .enabled(
            if: Requirements.isRoot && Requirements.has(tool: "ss") && Requirements.has(tool: "ip"),
            "needs root, ss and ip"))
    func sameNumbersAsSS() throws {
        let namespace = try NetworkNamespace()
        try namespace.run {
            let troubled = try TroubledConnections()
            let table = try SocketTable()
            var seen: Set<String> = []
            let needed: Set<String> = [
                "rto", "rtt", "mss", "cwnd", "bytes_sent", "bytes_retrans", "bytes_acked", "bytes_received", "segs_out",
                "segs_in", "data_segs_out", "data_segs_in", "pacing_rate", "delivered", "retrans", "unacked", "backoff",
                "notsent",
                "minrtt", "snd_wnd", "wscale", "pmtu", "rcvmss", "advmss", "ato",
            ]
            // Timers run on: an answer counts where ours is the same before and after.
            let isSame = try eventually {
                let before = try Self.ours(table)
                let expected = try Self.ss()
                let after = try Self.ours(table)
                let still = before.filter { after[$0.key] == $0.value }
                guard still.count >= 40 else { return false }
                for (cookie, numbers) in still {
                    guard let theirs = expected[cookie] else { return false }
                    for (name, number) in theirs {
                        guard let own = numbers[name] else { continue }
                        if own != number {
                            Issue.record("\(name): \(own), ss says \(number)")
                            return true
                        }
                        if number != "0" { seen.insert(name) }
                    }
                }
                // Some trouble takes its time: a timer is backed off when it has run out.
                return needed.isSubset(of: seen)
            }
            #expect(isSame, "never seen: \(needed.subtracting(seen).sorted())")
            withExtendedLifetime(troubled) {}
        }
    }

    /// By cookie, the numbers under ss's names.
    private static func ours(_ table: SocketTable) throws -> [UInt64: [String: String]] {
        var found: [UInt64: [String: String]] = [:]
        for entry in try table.sockets(SocketQuery(details: .measures)) where entry.state != .listen {
            guard let info = entry.info else { continue }
            found[entry.cookie] = numbers(info)
        }
        return found
    }

    private static func numbers(_ info: TCPInfo) -> [String: String] {
        var numbers = [
            "rto": milliseconds(info.retransmissionTimeout), "mss": "\(info.sendMSS)", "pmtu": "\(info.pathMTU)",
            "rtt": "\(milliseconds(info.roundTripTime))/\(milliseconds(info.roundTripVariation))",
            "rcvmss": "\(info.receiveMSS)", "advmss": "\(info.advertisedMSS)", "cwnd": "\(info.congestionWindow)",
            "bytes_sent": "\(info.bytesSent)", "bytes_retrans": "\(info.bytesRetransmitted)",
            "bytes_acked": "\(info.bytesAcknowledged)", "bytes_received": "\(info.bytesReceived)",
            "segs_out": "\(info.segmentsOut)", "segs_in": "\(info.segmentsIn)",
            "data_segs_out": "\(info.dataSegmentsOut)",
            "data_segs_in": "\(info.dataSegmentsIn)", "delivered": "\(info.delivered)",
            "unacked": "\(info.unacknowledged)",
            "retrans": "\(info.retransmitted)/\(info.totalRetransmitted)", "backoff": "\(info.backoff)",
            "notsent": "\(info.notSent)", "minrtt": milliseconds(info.minimumRoundTripTime),
            "lost": "\(info.lost)", "sacked": "\(info.selectivelyAcknowledged)", "rcv_space": "\(info.receiveSpace)",
            "rcv_ssthresh": "\(info.receiveSlowStartThreshold)", "snd_wnd": "\(info.sendWindow)",
            "wscale": "\(info.sendWindowScale),\(info.receiveWindowScale)",
            "ato": milliseconds(info.acknowledgmentTimeout),
            "pacing_rate": "\(info.pacingRate &* 8)", "rcv_rtt": milliseconds(info.receiverRoundTripTime),
            "reordering": "\(info.reordering)", "reord_seen": "\(info.reorderings)",
        ]
        // `ss` leaves out larger ones too.
        if let threshold = info.slowStartThreshold, threshold < 0xffff { numbers["ssthresh"] = "\(threshold)" }
        return numbers
    }

    /// As C's `%g` writes it: at most six digits.
    private static func milliseconds(_ microseconds: UInt32) -> String {
        String(format: "%g", Double(microseconds) / 1000)
    }

    private static func ss() throws -> [UInt64: [String: String]] {
        var found: [UInt64: [String: String]] = [:]
        for line in try Tool.run("/bin/sh", ["-c", "exec ss -HtineO"]).split(separator: "\n") {
            var numbers: [String: String] = [:]
            var cookie: UInt64?
            let words = line.split(separator: " ").map(String.init)
            for (index, word) in words.enumerated() {
                if word == "pacing_rate", index + 1 < words.count {
                    numbers[word] = words[index + 1].replacing("bps", with: "")
                    continue
                }
                guard let colon = word.firstIndex(of: ":") else { continue }
                let (name, value) = (String(word[..<colon]), String(word[word.index(after: colon)...]))
                if name == "sk" { cookie = UInt64(value, radix: 16) }
                numbers[name] = value
            }
            if let cookie { found[cookie] = numbers }
        }
        return found
    }
}

/// 22 connections: idle ones, ones whose peer does not read, small ones and closing ones; and then the loopback goes
/// down, so that some of them retransmit.
private final class TroubledConnections {
    private var sockets: [TestSocket] = []

    init() throws {
        let listener = try TestSocket.listener(backlog: 30)
        sockets.append(listener)
        var clients: [TestSocket] = []
        for index in 0..<22 {
            let client = try TestSocket.connected(to: listener.local)
            let server = try listener.accept()
            client.makeNonBlocking()
            for turn in 0..<(index % 5) {
                try client.send(String(repeating: "x", count: 100 * (turn + 1)))
                server.receive()
                try server.send("answer")
                client.receive()
            }
            if index % 7 == 3 {
                // Nobody reads: the window closes.
                var sent = 0
                while (try? client.send(String(repeating: "y", count: 4000))) != nil, sent < 4000 { sent += 1 }
            }
            clients.append(client)
            sockets += [client, server]
        }
        try Tool.run("/bin/sh", ["-c", "exec ip link set lo down"])
        for (index, client) in clients.enumerated() where index % 4 == 1 { try? client.send("into nothing") }
    }
}
