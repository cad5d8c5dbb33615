import Foundation
import LinuxKernel
import TCPState
import TCPWire
import Testing

/// tcp_info beside `ss -tin`, of 28 connections in different trouble, by both their ends.
@Suite struct TCPInfoOracleTests {
    @Test(
        "the kernel's measures are the numbers that ss prints",
        .enabled(
            if: Requirements.isRoot && Requirements.has(tool: "ss") && Requirements.has(tool: "tc"),
            "needs root, ss and tc"))
    func sameNumbersAsSS() throws {
        let namespace = try NetworkNamespace()
        try namespace.run {
            let paths = try TroubledPaths()
            let troubled = try TroubledConnections()
            let table = try SocketTable()
            var seen: Set<String> = []
            let needed: Set<String> = [
                "rto", "rtt", "mss", "cwnd", "bytes_sent", "bytes_retrans", "bytes_acked", "bytes_received", "segs_out",
                "segs_in", "data_segs_out", "data_segs_in", "pacing_rate", "delivered", "retrans", "unacked", "backoff",
                "notsent",
                "minrtt", "snd_wnd", "wscale", "pmtu", "rcvmss", "advmss", "ato", "ssthresh", "dsack_dups",
                "rcv_ooopack", "delivery_rate", "busy", "lastsnd", "lastrcv", "lastack",
            ]
            // Compared, and not needed: whether the kernel calls a closed window a limit, depends on when the program wrote.
            // Timers run on: an answer counts where ours is the same before and after.
            let isSame = try eventually {
                let before = try Self.ours(table)
                let expected = try Self.ss()
                let after = try Self.ours(table)
                let still = before.filter { after[$0.key]?.numbers == $0.value.numbers }
                guard still.count >= 50 else { return false }
                for (cookie, measures) in still {
                    guard let theirs = expected[cookie] else { return false }
                    for (name, number) in theirs {
                        if let first = before[cookie]?.clocks[name], let last = after[cookie]?.clocks[name] {
                            let told = try #require(UInt64(number.prefix { $0.isNumber }))
                            guard told >= first && (told <= last || last < first) else {
                                Issue.record("\(name): \(first) to \(last), ss says \(number)")
                                return true
                            }
                            seen.insert(name)
                            continue
                        }
                        guard let own = measures.numbers[name] else { continue }
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
            withExtendedLifetime((paths, troubled)) {}
        }
    }

    /// What the kernel told of a connection, under ss's names.
    private struct Told {
        var numbers: [String: String]
        /// Milliseconds since something happened, or in which it went on: they do not stand still.
        var clocks: [String: UInt64]
    }

    /// By cookie.
    private static func ours(_ table: SocketTable) throws -> [UInt64: Told] {
        var found: [UInt64: Told] = [:]
        for entry in try table.sockets(SocketQuery(details: .measures)) where entry.state != .listen {
            guard let info = entry.info else { continue }
            found[entry.cookie] = Told(
                numbers: numbers(info),
                clocks: [
                    "lastsnd": UInt64(info.lastDataSent), "lastrcv": UInt64(info.lastDataReceived),
                    "lastack": UInt64(info.lastAcknowledgmentReceived), "busy": info.busyTime / 1000,
                    "rwnd_limited": info.receiveWindowLimited / 1000,
                    "sndbuf_limited": info.sendBufferLimited / 1000,
                ])
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
            "dsack_dups": "\(info.duplicatesReported)", "rcv_ooopack": "\(info.receivedOutOfOrder)",
            "delivery_rate": "\(info.deliveryRate &* 8)",
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
                if word == "pacing_rate" || word == "delivery_rate", index + 1 < words.count {
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
