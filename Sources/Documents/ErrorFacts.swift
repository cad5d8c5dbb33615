import CaptureFile
import Stories
import TCPWire
import Tracking

/// ICMP errors about a connection, of one kind and from one sender, in a list's JSON.
struct ErrorFacts: Encodable {
    /// The reason's name in the registry.
    let reason: String
    /// The address that sent the error.
    let by: String
    /// The MTU of the next link, if a packet was too big.
    let mtu: UInt32?
    let times: Int

    /// The errors about a connection, grouped; `nil` if there are none.
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
    /// The packet number of the segment that it quotes; `nil` if that was not captured.
    let segment: Int?
    /// The end whose segment it quotes.
    let about: String
    /// Whether no segment with that number was on its way.
    let isForeign: Bool
    /// Whether its own checksum shows that it was damaged, so that its receiver ignores it.
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
