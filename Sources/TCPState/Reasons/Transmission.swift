/// The purpose for which a segment is sent.
public enum Transmission: String, Hashable, Sendable {
    case syn = "SYN"
    case data = "data"
    case finish = "FIN"
    case acknowledgment = "ACK"
    case duplicateAcknowledgment = "duplicate ACK"
    case challengeAcknowledgment = "challenge ACK"
    case windowUpdate = "window update"
    case retransmission = "retransmission"
    case lossProbe = "tail-loss probe"
    case windowProbe = "window probe"
    case keepAlive = "keep-alive"
    case reset = "RST"
}
