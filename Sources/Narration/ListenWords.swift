import Lab
import LinuxKernel
import TCPWire

/// The texts of `listen` about itself and about its clients.
package enum ListenWords {
    package static func listening(_ endpoint: Endpoint) -> Text {
        Text(
            en: "listening on \(endpoint); Ctrl-C ends it. From elsewhere: tcplens dial HOST:\(endpoint.port)",
            zh: "正在监听 \(endpoint)，按 Ctrl-C 结束。从别处连接：tcplens dial 主机:\(endpoint.port)")
    }

    package static func said(_ octets: Int, _ text: String) -> Text {
        Text(en: "\(counted(octets, "byte"))  \"\(text)\"", zh: "\(octets) 字节  \"\(text)\"")
    }

    package static func silent(_ how: String) -> Text {
        how == "reset"
            ? Text(en: "reset, said nothing", zh: "被重置，未发送数据") : Text(en: "left, said nothing", zh: "断开连接，未发送数据")
    }

    package static func failed(_ error: SystemError) -> Text {
        Text(en: "cannot accept: \(error.message); goes on", zh: "无法接受新连接：\(error.chineseMessage)；继续运行")
    }

    package static func summary(_ sums: ServerSummary) -> Text {
        Text(
            en:
                "\(counted(sums.clients, "client")), \(counted(sums.octetsReceived, "byte")) received, \(sums.octetsSent) sent, \(sums.failures) reset or failed",
            zh: "共 \(sums.clients) 个客户端，收到 \(sums.octetsReceived) 字节，发出 \(sums.octetsSent) 字节，重置或失败 \(sums.failures) 个")
    }
}
