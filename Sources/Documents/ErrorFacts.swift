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

    /// `nil` where there are none.
    static func list(_ errors: [ReportedError], about record: ConnectionRecord) -> [ErrorFacts]? {
        let kinds = ErrorKind.all(errors, about: record)
        guard !kinds.isEmpty else { return nil }
        return kinds.map { kind in
            ErrorFacts(
                reason: kind.error.reason.rawValue, by: kind.error.reporter.description, mtu: kind.error.mtu,
                times: kind.times)
        }
    }
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
    /// Whether nothing with that number was on its way.
    let isForeign: Bool
    /// Whether its own checksum shows that it was damaged, so that nobody takes it.
    let isDamaged: Bool

    init(_ report: ConnectionStory.Report) {
        packet = report.error.number
        time = report.error.time.secondsText
        reason = report.error.error.reason.rawValue
        by = report.error.error.reporter.description
        mtu = report.error.error.mtu
        segment = report.quoted
        about = report.party.rawValue
        isForeign = report.isForeign
        isDamaged = report.error.verdict == .damaged
    }
}
