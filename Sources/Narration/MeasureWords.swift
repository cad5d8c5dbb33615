import FlatMemory
import Measures
import Tracking

extension Outcome {
    /// Which end waits in TIME-WAIT; `nil` if neither does.
    public var timeWaitText: Text? {
        switch timeWait {
        case .none: nil
        case .client: Text(en: "TIME-WAIT at the client", zh: "TIME-WAIT 在客户端")
        case .server: Text(en: "TIME-WAIT at the server", zh: "TIME-WAIT 在服务端")
        case .both: Text(en: "TIME-WAIT at both ends", zh: "TIME-WAIT 在两端")
        }
    }

    /// Which end keeps a connection that the other has given up; `nil` if neither does.
    public var heldText: Text? {
        heldBy.map { party in
            Text(
                en: "half-open: only the \(party.text.english) still holds it",
                zh: "半打开：只剩\(party.text.chinese)还保留着连接")
        }
    }

    /// How the connection ended, as a part of a line: `closed by the client`; `nil` if there was nothing to end.
    public var endingPhrase: Text? {
        guard ending != .none else { return nil }
        guard let endedBy else { return endingText }
        let who = endedBy.text
        return switch ending {
        case .closed, .closing:
            Text(en: "\(endingText.english), \(who.english) first", zh: "\(endingText.chinese)，\(who.chinese)先关")
        case .halfClosed: Text(en: "half-closed by the \(who.english)", zh: "\(who.chinese)半关闭")
        default: Text(en: "reset by the \(who.english)", zh: "被\(who.chinese)重置")
        }
    }
}

extension Vantage {
    /// Where the capture was taken, and how that was determined.
    public var text: Text {
        Text(en: "\(place.text.english) (\(reason.text.english))", zh: "\(place.text.chinese)（\(reason.text.chinese)）")
    }
}

extension Vantage.Place {
    /// The place where the capture was taken, alone or followed by the reason in parentheses.
    public var text: Text {
        switch self {
        case .client: Text(en: "at the client's side", zh: "客户端一侧")
        case .server: Text(en: "at the server's side", zh: "服务端一侧")
        case .between: Text(en: "between the two", zh: "两端之间")
        case .loopback: Text(en: "at both ends", zh: "两端同机")
        case .unknown: Text(en: "unknown", zh: "未知")
        }
    }
}

extension Vantage.Reason {
    /// The reason for the conclusion, to be put in parentheses after the place.
    public var text: Text {
        switch self {
        case .loopbackAddress: Text(en: "a loopback address", zh: "回环地址")
        case .hops(let client, let server):
            Text(
                en: "by TTL, client \(counted(client, "hop")) away, server \(server)",
                zh: "按 TTL，距客户端 \(client) 跳，距服务端 \(server) 跳")
        case .delays(let toClient, let toServer):
            Text(
                en:
                    "the client answered in \(Self.milliseconds(toClient)), the server in \(Self.milliseconds(toServer))",
                zh: "客户端 \(Self.milliseconds(toClient)) 内应答，服务端 \(Self.milliseconds(toServer))")
        case .nothing: Text(en: "neither TTL nor handshake tells", zh: "TTL 与握手都看不出")
        }
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        String(max(0, nanoseconds), unit: 1_000_000, decimals: 3) + " ms"
    }
}
