import CaptureFile
import Lab
import TCPWire

/// A client of `listen`, in JSON: when it first sends something, or when it leaves without having sent anything.
package struct GuestFacts: Encodable {
    let time: String
    let client: Int
    let peer: String
    let bytes: Int
    let text: String
    let event: String

    /// - Parameters:
    ///   - text: what it sent, made harmless for a terminal.
    ///   - event: `received`, or how it left: ``ServerEvent/Ending/id``.
    package init(time: Timestamp, client: Int, peer: Endpoint, octets: Int, text: String, event: String) {
        self.time = time.secondsText
        self.client = client
        self.peer = peer.description
        bytes = octets
        self.text = text
        self.event = event
    }
}

extension ServerEvent.Ending {
    /// A name for programs, which does not change.
    package var id: String {
        switch self {
        case .byServer: "closed-by-server"
        case .byClient: "closed-by-client"
        case .reset: "reset"
        case .idle: "idle"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }
}
