import CaptureFile
import Stories
import TCPWire
import Tracking

/// ICMP errors about a connection, of one kind and from one sender, as a list's row carries them.
struct ErrorFacts: Encodable {
    /// The registry's words.
    let reason: String
    /// Who says it.
    let by: String
    /// What the next link takes, of a packet that was too big.
    let mtu: UInt32?
    let times: Int

    /// `nil` where there are none. Those that quote a number which the connection's end has not sent are left out.
    static func list(_ errors: [ReportedError], about record: ConnectionRecord) -> [ErrorFacts]? {
        var kinds: [(error: ICMPError, times: Int)] = []
        for reported in errors where record.hasSent(reported) {
            let error = reported.error
            let same = kinds.firstIndex {
                $0.error.reporter == error.reporter && $0.error.reason == error.reason && $0.error.mtu == error.mtu
            }
            if let same {
                kinds[same].times += 1
            } else if kinds.count < Self.most {
                kinds.append((error, 1))
            }
        }
        guard !kinds.isEmpty else { return nil }
        return kinds.map { error, times in
            ErrorFacts(
                reason: error.reason.rawValue, by: error.reporter.description, mtu: error.mtu, times: times)
        }
    }

    /// As many kinds are told of; a bound for hostile captures.
    private static let most = 16
}

/// One ICMP error among the segments of a connection.
struct ReportFacts: Encodable {
    let packet: Int
    let time: String
    let reason: String
    let by: String
    let mtu: UInt32?
    /// The packet of the segment that it quotes, where that was captured.
    let segment: Int?
    /// Whose segment it quotes.
    let about: String
    /// Whether that end never sent such a number.
    let isForeign: Bool

    init(_ report: ConnectionStory.Report) {
        packet = report.error.number
        time = report.error.time.secondsText
        reason = report.error.error.reason.rawValue
        by = report.error.error.reporter.description
        mtu = report.error.error.mtu
        segment = report.quoted
        about = report.party.rawValue
        isForeign = report.isForeign
    }
}
