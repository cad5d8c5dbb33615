import Lab
import LinuxKernel
import Stories
import TCPWire
import Tracking

/// The demo's texts, apart from the explanation of the segments.
package enum DemoWords {
    package static let title = Text(
        en: "tcplens demo: one TCP connection, as it really happened", zh: "tcplens demo：一条 TCP 连接的真实经过")
    package static let call = Text(en: "The telephone call", zh: "打个电话")
    package static let programs = Text(en: "What the two programs did", zh: "两个程序做了什么")
    package static let picture = Text(en: "The picture", zh: "时序图")
    package static let headers = Text(en: "The handshake's three headers", zh: "三次握手的首部，逐字段对照")
    package static let states = Text(en: "Each end's way through the states", zh: "两端各自经历的状态")
    package static let tables = Text(en: "The socket table (as netstat shows it)", zh: "套接字表（netstat 格式）")
    package static let explanation = Text(en: "Step by step", zh: "逐步讲解")
    package static let sceneTitle = Text(en: "hello, xiao mei", zh: "hello, xiao mei")
    package static let field = Text(en: "Field", zh: "字段")
    package static let cause = Text(en: "when it", zh: "触发")
    package static let knownFrom = Text(en: "known from", zh: "依据")
    package static let sends = Text(en: "sends", zh: "发出")
    package static let receives = Text(en: "receives", zh: "收到")

    package static func what(client: String, server: String, kernel: String, packets: Int?, lost: Int) -> Text {
        let seen = packets.map {
            (en: "\(counted($0, "packet")) captured on lo, \(lost) lost", zh: "在 lo 上抓到 \($0) 个报文，漏抓 \(lost) 个")
        }
        return Text(
            en: "client \(client), server \(server), \(kernel)" + (seen.map { "; " + $0.en } ?? ""),
            zh: "客户端 \(client)，服务端 \(server)，\(kernel)" + (seen.map { "；" + $0.zh } ?? ""))
    }

    package static func whatOnWire(client: String, server: String, kernel: String, packets: Int) -> Text {
        Text(
            en:
                "client \(client), server \(server), \(kernel): two kernels on a wire of our own, 10 ms each way; both ends were asked whenever one of the \(counted(packets, "packet")) left or arrived",
            zh:
                "客户端 \(client)，服务端 \(server)，\(kernel)：两个内核协议栈，中间是一条自己的网线，单程 10 毫秒；共 \(packets) 个报文，每当发出或到达，都查过两端的套接字"
        )
    }

    /// Which of the possible environments the experiment ran in, and why the better ones were not available.
    package static func place(_ place: Experiment.Place, _ refusals: [WireRefusal]) -> Text {
        let found: Text =
            switch place {
            case .wire(.tunPair):
                Text(
                    en: "The wire: a TUN device in each of two network namespaces, with this process between them",
                    zh: "网线：两个网络命名空间里各有一个 TUN 设备，中间是本进程")
            case .wire(.mirror):
                Text(
                    en:
                        "The wire: one TUN device that works as a mirror. What leaves by it comes back with its addresses swapped: the address that the client calls is its own server's",
                    zh: "网线：一个当作镜子的 TUN 设备，发出去的报文对调源和目的地址后再送回来，所以客户端呼叫的那个地址，接听的就是本机的服务端")
            case .wire(.vethPair):
                Text(
                    en: "The wire: a veth pair in each of two network namespaces, with this process between them",
                    zh: "网线：两个网络命名空间里各有一对 veth，中间是本进程")
            case .loopback:
                Text(
                    en: "No wire between two kernels was to be had: this is the loopback", zh: "搭不起两个内核之间的网线，改在回环上进行")
            case .stack where refusals.isEmpty:
                Text(en: "What plays is our own TCP, in virtual time", zh: "在虚拟时间里运行的内置协议栈")
            case .stack:
                Text(
                    en: "No wire between two kernels was to be had: what plays is our own TCP, in virtual time",
                    zh: "搭不起两个内核之间的网线，改由内置协议栈在虚拟时间里进行")
            }
        guard !refusals.isEmpty else { return Text(en: found.english + ".", zh: found.chinese + "。") }
        var reasons: [SystemError] = []
        for refusal in refusals where !reasons.contains(refusal.error) { reasons.append(refusal.error) }
        let why = reasons.map { reason -> Text in
            let kinds = refusals.filter { $0.error == reason }.map { name($0.kind) }
            return Text(
                en: kinds.map(\.english).joined(separator: ", ") + " (\(reason))",
                zh: kinds.map(\.chinese).joined(separator: "、") + "（\(reason.chineseDescription)）")
        }
        return Text(
            en: found.english + ". Refused: " + why.map(\.english).joined(separator: "; ") + ".",
            zh: found.chinese + "。未能使用：" + why.map(\.chinese).joined(separator: "；") + "。")
    }

    private static func name(_ kind: WireKind) -> Text {
        switch kind {
        case .tunPair: Text(en: "two TUN devices", zh: "两个 TUN 设备")
        case .mirror: Text(en: "a mirror", zh: "镜子")
        case .vethPair: Text(en: "veth pairs", zh: "veth 对")
        }
    }

    /// A hint that the tools of this namespace do not list the experiment's sockets.
    package static let tablesOfNamespaces = Text(
        en:
            "Both ends are in network namespaces of their own: netstat in another window does not list them, but those of a run on the loopback.",
        zh: "两端都在各自的网络命名空间里，在另一个窗口里运行 netstat 看不到它们；在回环上运行时才看得到。")

    /// A statement that the run was stopped before the connection ended.
    package static let cutOff = Text(
        en: "The run was ended after more than a minute: the connection had not come to its end.",
        zh: "运行一分多钟后停止观察：这条连接还没有结束。")

    /// A statement that some requested changes had no effect, because no such segments were sent.
    package static func unmatched(_ segments: [String], last: Int) -> Text {
        Text(
            en:
                "\(segments.joined(separator: ", ")): no such segment was sent, so nothing was done to it. This connection has #1 to #\(last).",
            zh: "\(segments.joined(separator: "、"))：没有发出过这样的报文段，也就没有处理。这条连接只有 #1 到 #\(last)。")
    }

    /// A statement that segments were to be delivered after the next segment of their sender, but none came in time.
    package static func overdue(_ segments: [String], after seconds: Int64) -> Text {
        Text(
            en:
                "\(segments.joined(separator: ", ")): no next segment came from that end within \(seconds) s, so it was delivered alone.",
            zh: "\(segments.joined(separator: "、"))：\(seconds) 秒内那一端没有再发报文段，于是单独送达。")
    }

    /// How the states of the two ends on a wire are known.
    package static let wireNote = Text(
        en: "kernel: sock_diag was asked as soon as the segment had left or arrived, or the call had been made.",
        zh: "内核：报文一发出、一到达，或程序一调用，就用 sock_diag 查过。")

    package static let insideOnWire = Text(
        en: "No right to do so outside: it all takes place in network namespaces of this user's own.",
        zh: "当前用户没有这个权限：实验在该用户自己的网络命名空间里进行。")

    package static func portTaken(_ port: UInt16, used: UInt16) -> Text {
        Text(
            en: "Port \(port) is taken on this machine: the server listens on \(used) instead.",
            zh: "本机端口 \(port) 已被占用，服务端改用 \(used)。")
    }

    package static let inside = Text(
        en: "No right to capture here: run in a private network namespace, with its own loopback.",
        zh: "当前用户没有抓包权限：已改在私有网络命名空间里运行，有自己的回环接口。")

    package static func nowhere(_ reason: SystemError) -> Text {
        Text(
            en:
                "No right to capture here, nor to make a private namespace (\(reason)): of the kernel, states and sockets only. Part 5 shows the packets on our own TCP.",
            zh: "没有抓包权限，也无法创建私有命名空间（\(reason.chineseDescription)）：内核这边只能看到状态和套接字；报文见第 5 部分，在内置协议栈上。")
    }

    package static func randomNumbers(_ numbers: [UInt32]) -> Text {
        let words = numbers.map(String.init)
        let list = words.joined(separator: ", ")
        return Text(
            en:
                "The ISN is random: the client's ISNs of this connection and of \(numbers.count - 1) more, made at once after it: \(list).",
            zh: "ISN 是随机的：这条连接与紧接着新建的 \(numbers.count - 1) 条连接，客户端 ISN 依次为 \(words.joined(separator: "、"))。")
    }

    package static func stackWhat(client: String, server: String) -> Text {
        Text(
            en:
                "client \(client), server \(server): two hosts of a virtual network, 10 ms apart. This is our own TCP in virtual time, never the kernel, and nothing of it touches this machine's network. Below each segment stands why its sender sent it and what its arrival did, by the rule that the end itself names.",
            zh:
                "客户端 \(client)，服务端 \(server)：虚拟网络里的两台主机，单程 10 毫秒。这是 TCPLens 内置的 TCP 协议栈，运行在虚拟时间里，不是内核，也不触碰本机网络。每个报文段下面写着发送方为何发出它、它到达后做了什么，依据的规则都由协议栈自身给出。"
        )
    }

    package static let stackTitle = Text(
        en: "tcplens demo --on stack: one TCP connection on our own TCP", zh: "tcplens demo --on stack：内置协议栈上的一条 TCP 连接"
    )
    package static let stackPicture = Text(
        en: "The picture, and the reason for every segment", zh: "时序图，以及每个报文段的原因")
    package static let stackStatesNote = Text(
        en: "our own TCP: each end tells its state itself; the last column is the rule by which it was entered.",
        zh: "内置协议栈：状态由两端自身给出，最后一列是进入该状态所依据的规则。")
    package static let rehearsal = Text(
        en: "The same on our own TCP, packet by packet", zh: "在内置协议栈上再做一遍，逐个报文段看")
    package static let rehearsalNote = Text(
        en:
            "The kernel's packets could not be captured here. This is the same experiment on our own TCP in virtual time: not what the kernel did above, but every segment with its reason. The whole page: tcplens demo --on stack",
        zh: "这里抓不到内核的报文。下面是同一个实验在内置 TCP 协议栈上、在虚拟时间里的经过：不是上面内核的那一次，但每个报文段都注明了原因。完整页面：tcplens demo --on stack")

    package static func stackNumbers(_ numbers: [UInt32]) -> Text {
        let words = numbers.map(String.init)
        return Text(
            en:
                "An ISN is a keyed hash of both endpoints plus a clock (RFC 6528), so that nobody can foresee it. The client's of this connection and of \(numbers.count - 1) more after it: \(words.joined(separator: ", ")). The key is drawn from the demo's seed, so every run shows the same ones.",
            zh:
                "ISN 由两端地址端口的带密钥哈希加上时钟得出（RFC 6528），外人无法预测。这条连接与随后 \(numbers.count - 1) 条连接的客户端 ISN 依次为 \(words.joined(separator: "、"))。密钥取自演示的种子，所以每次运行都相同。"
        )
    }

    package static func stackNext(savedAs path: String?, absolute: Bool, loses: Bool) -> [Text] {
        var next: [Text] = []
        if !loses {
            next.append(
                Text(
                    en: "lose a packet:    tcplens demo --on stack --lose 4",
                    zh: "丢一个报文：      tcplens demo --on stack --lose 4"))
        }
        if !absolute {
            next.append(
                Text(en: "real numbers:     tcplens demo --on stack -S", zh: "真实序号：        tcplens demo --on stack -S"))
        }
        if path == nil {
            next.append(
                Text(
                    en: "for Wireshark:    tcplens demo --on stack -w hello.pcapng",
                    zh: "存给 Wireshark：  tcplens demo --on stack -w hello.pcapng"))
        }
        next.append(Text(en: "on this kernel:   tcplens demo", zh: "在本机内核上：    tcplens demo"))
        return next
    }

    package static let checksumNote = Text(
        en:
            "* only the sum of the pseudo-header: on the loopback nothing can be damaged, so the kernel leaves the rest out.",
        zh: "* 校验和没有算完，只含伪首部之和：数据走本机回环，不经过网卡，内核省去了其余的计算。")

    package static let rule = Text(
        en: "The rule of the handshake: ack = the other's seq + 1, because a SYN takes one number. On these numbers:",
        zh: "握手的规则：ack = 对方的 seq + 1，因为 SYN 占用一个序号。用上面的数字验证：")

    package static let statesNote = Text(
        en:
            "kernel: sock_diag was asked at that moment. inferred: concluded from the packets by RFC 9293; on a loopback these states last microseconds, too short to ask in.",
        zh: "内核：当时向 sock_diag 查询所得。推断：按 RFC 9293 由报文推出；回环上这些状态只有几微秒，来不及查询。")

    package static let kernelNote = Text(
        en: "kernel: sock_diag was asked at that moment. States that last microseconds are too short to ask in.",
        zh: "内核：当时向 sock_diag 查询所得。只持续几微秒的状态来不及查询。")

    package static func provenance(_ entry: StatePath.Entry, seenAt: String?) -> Text {
        switch entry.provenance {
        case .kernel:
            let mini = entry.isMini
            return Text(
                en: "kernel" + (seenAt.map { ", seen at \($0)" } ?? "") + (mini ? " (mini socket)" : ""),
                zh: "内核" + (seenAt.map { "，\($0) 时查到" } ?? "") + (mini ? "（精简套接字）" : ""))
        case .stack:
            return entry.reason?.place ?? Text(en: "the stack", zh: "协议栈")
        case .wire: return Text(en: "wire", zh: "报文")
        case .inferred: return Text(en: "inferred", zh: "推断")
        }
    }

    package static func moment(_ moment: Experiment.TableMoment.Moment) -> Text {
        switch moment {
        case .listening: Text(en: "while the server listens, before the client:", zh: "服务端监听中，客户端尚未连接：")
        case .established: Text(en: "while the connection is established:", zh: "连接建立之后，关闭之前：")
        case .closed: Text(en: "after the close:", zh: "关闭之后：")
        }
    }

    /// - Parameter shown: makes octets from outside safe to show.
    package static func server(_ event: ServerEvent, shown: ([UInt8]) -> String) -> Text? {
        switch event.kind {
        case .listening(let endpoint, _): Text(en: "listens on \(endpoint)", zh: "监听 \(endpoint)")
        case .accepted(1, let peer, _): Text(en: "accepts \(peer)", zh: "接受连接 \(peer)")
        case .received(1, let octets, let first):
            Text(
                en: "reads \(counted(octets, "byte")): \"\(shown(Array(first)))\"",
                zh: "读到 \(octets) 字节：\"\(shown(Array(first)))\"")
        case .replied(1, let octets):
            Text(
                en: "answers \(counted(octets, "byte")): \"\(shown(Array(GreetingServer.greeting)))\"",
                zh: "回复 \(octets) 字节：\"\(shown(Array(GreetingServer.greeting)))\"")
        case .halfClosed(1), .closed(1, _): Text(en: "closes its side", zh: "关闭本端")
        default: nil
        }
    }

    /// - Parameter shown: makes octets from outside safe to show.
    package static func client(_ step: DialStep, shown: ([UInt8]) -> String) -> Text? {
        switch step.kind {
        case .connecting(let endpoint): Text(en: "calls connect() to \(endpoint)", zh: "调用 connect() 连接 \(endpoint)")
        case .established: Text(en: "connect() has returned: it is connected", zh: "connect() 返回：连接成功")
        case .sent(let octets):
            Text(
                en: "sends \(counted(octets, "byte")): \"\(shown(Array(Experiment.clientGreeting)))\"",
                zh: "发送 \(octets) 字节：\"\(shown(Array(Experiment.clientGreeting)))\"")
        case .received(let bytes):
            Text(
                en: "reads \(counted(bytes.count, "byte")): \"\(shown(Array(bytes)))\"",
                zh: "读到 \(bytes.count) 字节：\"\(shown(Array(bytes)))\"")
        case .failed(_, .resetAfterEstablished): Text(en: "is told that the connection was reset", zh: "得知连接被重置")
        case .failed(_, .timedOut): Text(en: "is told that there was no answer", zh: "得知对端没有应答")
        case .failed: Text(en: "is told that the connection failed", zh: "得知连接失败")
        case .peerClosed: Text(en: "sees that the server has closed", zh: "读到结束标志，得知服务端已关闭")
        case .closed: Text(en: "closes its side", zh: "关闭本端")
        default: nil
        }
    }

    package static func stackSaved(_ path: String) -> Text {
        Text(
            en:
                "The packets are in \(path), each with a comment, at the time it was sent, lost ones too: no single capture point sees all that.",
            zh: "报文已存入 \(path)，每个都带注释：时间均为发出时刻，丢失的报文也在其中；单个抓包点看不到这样的全貌。")
    }

    package static func saved(_ path: String) -> Text {
        Text(en: "The packets are in \(path), each with a comment.", zh: "报文已存入 \(path)，每个都带注释。")
    }

    package static func next(savedAs path: String?, absolute: Bool, isPrivate: Bool) -> [Text] {
        let file = path ?? "hello.pcapng"
        var next: [Text] = []
        if !absolute { next.append(Text(en: "real numbers:     tcplens demo -S", zh: "真实序号：        tcplens demo -S")) }
        if path == nil {
            next.append(
                Text(en: "for Wireshark:    tcplens demo -w \(file)", zh: "存给 Wireshark：  tcplens demo -w \(file)"))
        } else {
            next.append(
                Text(en: "header by bits:   tcplens header \(file)#1", zh: "逐位看首部：      tcplens header \(file)#1"))
        }
        if isPrivate {
            next.append(
                Text(
                    en: "on the loopback:  tcplens demo --on loopback", zh: "在回环上：        tcplens demo --on loopback"))
        }
        return next
    }
}
