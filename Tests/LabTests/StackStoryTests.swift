import Lab
import PacketScript
import Stories
import TCPStack
import TCPState
import TCPWire
import Testing
import Tracking

/// Scripts on our own TCP as the common model: what became of each segment, by the rule that settled it.
@Suite("scripts as stories")
struct StackStoryTests {
    static let listening = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
           +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
           +0 bind(3, ..., ...) = 0
           +0 listen(3, 5) = 0

        """
    static let accepted =
        listening + """
               +0 < S 0:0(0) win 60000 <mss 1000>
               +0 > S. 0:0(0) ack 1 <...>
              +.01 < . 1:1(0) ack 1 win 60000
               +0 accept(3, ..., ...) = 4

            """

    static func stories(_ text: String) throws -> [ConnectionStory] {
        let script = try PacketScript([UInt8](text.utf8))
        let host = StackScriptHost(script.network)
        var runner = ScriptRunner(script, on: host, tolerance: 4_000_000)
        let report = runner.run()
        #expect(report.failure == nil)
        return host.stories
    }

    /// `#4 dropped LISTEN acceptQueueFull`: the segment, what became of it, the witness's state then, and the rules by which
    /// it acted.
    static func told(_ story: ConnectionStory, from first: Int = 1) -> [String] {
        let witness: Party = story.testimony?.paths[.server] == nil ? .client : .server
        return story.steps.filter { $0.segment.number >= first }.map { step in
            let fate =
                switch step.account?.fate {
                case .arrived: step.sender == witness ? "sent" : "taken"
                case .dropped: "dropped"
                case .useless: "useless"
                case .lost, .underWay, nil: "?"
                }
            let rules = step.sender == witness ? [step.account?.reason].compactMap { $0 } : step.account?.effects ?? []
            let state = step.state(of: witness).state.map { "\($0)" } ?? "?"
            return (["#\(step.segment.number)", fate, state] + rules.map(\.name)).joined(separator: " ")
        }
    }

    @Test("SYNs that a full accept queue drops were never had: none of them is needless")
    func acceptQueueFull() throws {
        let stories = try Self.stories(
            Self.listening.replacing("listen(3, 5)", with: "listen(3, 0)") + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                   +0 < . 1:1(0) ack 1 win 60000
                  +.1 < 40001>8080 S 0:0(0) win 60000 <mss 1000>
                   +1 < 40001>8080 S 0:0(0) win 60000 <mss 1000>
                   +1 < 40001>8080 S 0:0(0) win 60000 <mss 1000>
                   +1 accept(3, ..., ...) = 4
                """)
        try #require(stories.count == 2)
        #expect(
            Self.told(stories[1]) == [
                "#4 dropped listen acceptQueueFull", "#5 dropped listen acceptQueueFull",
                "#6 dropped listen acceptQueueFull",
            ])
    }

    @Test("an ACK that a full accept queue holds back leaves the connection as it is, its numbers too")
    func heldBack() throws {
        let stories = try Self.stories(
            Self.listening.replacing("listen(3, 5)", with: "listen(3, 0)") + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                   +0 < 40001>8080 S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                   +0 < 40000>8080 . 1:1(0) ack 1 win 60000
                   +0 < 40001>8080 . 1:1(0) ack 1 win 60000
                """)
        #expect(Self.told(stories[1]).last == "#6 dropped synReceived acceptQueueFull")
        #expect(
            stories[1].steps[2].serverVariables
                == ConnectionStory.Variables(sendUnacknowledged: 0, sendNext: 1, receiveNext: 1))
    }

    @Test(
        "octets that were here already are needless, whether delivered or kept behind a gap; a SYN again and a FIN again too"
    )
    func hadAlready() throws {
        let data = try Self.stories(
            Self.accepted + """
                  +.01 < P. 1:11(10) ack 1 win 60000
                   +0 > . 1:1(0) ack 11
                  +.01 < P. 1:11(10) ack 1 win 60000
                   +0 > . 1:1(0) ack 11
                  +.01 < P. 21:31(10) ack 1 win 60000
                   +0 > . 1:1(0) ack 11
                  +.01 < P. 21:31(10) ack 1 win 60000
                   +0 > . 1:1(0) ack 11
                """)
        #expect(
            Self.told(data[0], from: 4) == [
                "#4 taken established textInOrder", "#5 sent established quickAcknowledgment",
                "#6 useless established", "#7 sent established unacceptable", "#8 taken established",
                "#9 sent established gap", "#10 useless established duplicateText", "#11 sent established gap",
            ])
        let finish = try Self.stories(
            Self.accepted + """
                   +0 close(4) = 0
                   +0 > F. 1:1(0) ack 1
                  +.01 < F. 1:1(0) ack 2 win 60000
                   +0 > . 2:2(0) ack 2
                  +.01 < F. 1:1(0) ack 2 win 60000
                   +0 > . 2:2(0) ack 2
                """)
        #expect(Self.told(finish[0], from: 7) == ["#7 useless timeWait", "#8 sent timeWait finAgainInTimeWait"])
        let syn = try Self.stories(
            Self.listening + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.6 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                """)
        #expect(Self.told(syn[0], from: 3) == ["#3 useless synReceived", "#4 sent synReceived synAgainInSynReceived"])
    }

    @Test("what TCP drops is not drawn as taken because an RST answers it")
    func answeredByReset() throws {
        let stories = try Self.stories(
            Self.listening + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.01 < . 1:1(0) ack 2 win 60000
                   +0 > R 2:2(0)
                """)
        #expect(
            Self.told(stories[0], from: 3) == [
                "#3 dropped synReceived", "#4 sent synReceived badAcknowledgmentInSynReceived",
            ])
    }

    @Test("a SYN cookie: the host stays in LISTEN until the ACK brings it back")
    func cookie() throws {
        let stories = try Self.stories(
            "`sysctl -q net.ipv4.tcp_syncookies=2`\n" + Self.listening + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.5 < . 1:1(0) ack 1 win 60000
                   +0 accept(3, ..., ...) = 4
                """)
        #expect(
            Self.told(stories[0]) == [
                "#1 taken listen", "#2 sent listen cookieSent",
                "#3 taken established cookieAccepted acknowledgmentOfSYN",
            ])
        #expect(stories[0].path(of: .server).entries.map(\.state) == [.listen, .synReceived, .established])
        #expect(stories[0].path(of: .server).entries.map(\.cause) == [nil, 3, 3])
    }

    @Test("a burst: SND.NXT moves on segment by segment, and the ACK's own rule moves SND.UNA")
    func burst() throws {
        let stories = try Self.stories(
            Self.accepted + """
                   +0 write(4, ..., 3000) = 3000
                   +0 > . 1:1001(1000) ack 1
                   +0 > . 1001:2001(1000) ack 1
                   +0 > P. 2001:3001(1000) ack 1
                  +.01 < . 1:1(0) ack 3001 win 60000
                """)
        let variables = stories[0].steps.map(\.serverVariables)
        #expect(variables.map { $0?.sendNext } == [1, 1, 1, 1001, 2001, 3001, 3001])
        #expect(variables.map { $0?.sendUnacknowledged } == [0, 0, 1, 1, 1, 1, 3001])
        #expect(variables.map { $0?.receiveNext } == [1, 1, 1, 1, 1, 1, 1])
        #expect(Self.told(stories[0], from: 7) == ["#7 taken established acknowledgmentOfText"])
    }

    @Test("what a router says is too large goes out again for that reason, what is lost for its own")
    func tooLarge() throws {
        let stories = try Self.stories(
            Self.accepted + """
                   +0 write(4, ..., 2000) = 2000
                   +0 > . 1:1001(1000) ack 1
                   +0 > P. 1001:2001(1000) ack 1
                  +.01 < icmp unreachable frag_needed mtu 600 [1:1001(1000)]
                   +0 > . 1:561(560) ack 1
                   +0 > . 561:1001(440) ack 1
                   +0 > . 1001:1561(560) ack 1
                   +0 > P. 1561:2001(440) ack 1
                """)
        #expect(
            stories[0].steps.compactMap { $0.account?.purpose == .retransmission ? $0.account?.reason?.rule : nil }
                == Array(repeating: .icmpPacketTooBig, count: 4))
    }

    @Test("full segments that only the duplicate ACKs let out are limited transmit (RFC 3042)")
    func limitedTransmit() throws {
        let stories = try Self.stories(
            Self.accepted + """
                   +0 write(4, ..., 20000) = 20000
                   +0 > . 1:1001(1000) ack 1
                   +0 > . 1001:2001(1000) ack 1
                   +0 > . 2001:3001(1000) ack 1
                   +0 > . 3001:4001(1000) ack 1
                   +0 > . 4001:5001(1000) ack 1
                   +0 > . 5001:6001(1000) ack 1
                   +0 > . 6001:7001(1000) ack 1
                   +0 > . 7001:8001(1000) ack 1
                   +0 > . 8001:9001(1000) ack 1
                   +0 > . 9001:10001(1000) ack 1
                  +.01 < . 1:1(0) ack 1 win 60000
                   +0 > . 10001:11001(1000) ack 1
                   +0 < . 1:1(0) ack 1 win 60000
                   +0 > . 11001:12001(1000) ack 1
                """)
        let reasons = stories[0].steps.filter { $0.sender == .server && $0.segment.header.payloadLength > 0 }
            .compactMap { $0.account?.reason?.rule }
        #expect(reasons == Array(repeating: .fullSegment, count: 10) + [.limitedTransmit, .limitedTransmit])
    }

    @Test("a SYN inside a connection stays there: it is challenged, dropped, and begins nothing (RFC 5961 4.2)")
    func synInConnection() throws {
        let stories = try Self.stories(
            Self.accepted + """
                  +.1 < S 100:100(0) win 60000 <mss 1000>
                   +0 > . 1:1(0) ack 1
                  +.1 write(4, ..., 10) = 10
                   +0 > P. 1:11(10) ack 1
                  +.1 < . 1:1(0) ack 11 win 60000
                """)
        try #require(stories.count == 1)
        #expect(
            Self.told(stories[0], from: 4) == [
                "#4 dropped established", "#5 sent established synInConnection", "#6 sent established lastOfQueue",
                "#7 taken established acknowledgmentOfText",
            ])
        #expect(stories[0].steps.map { $0.acknowledgment?.value } == [nil, 1, 1, nil, 1, 1, 11])
        #expect(stories[0].steps.map(\.client.state).suffix(4) == Array(repeating: .established, count: 4))
        #expect(stories[0].steps[3].sequence.value == 100)
    }

    @Test("several connections in one moment: each has its own packets, calls and causes")
    func oneMoment() throws {
        let stories = try Self.stories(
            Self.listening + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.01 < . 1:1(0) ack 1 win 60000
                  +.1 < 40001>8080 S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.01 < 40001>8080 . 1:1(0) ack 1 win 60000
                  +.1 close(3) = 0
                   +0 > 8080>40000 R. 1:1(0) ack 1
                   +0 > 8080>40001 R. 1:1(0) ack 1
                """)
        #expect(stories.map { $0.path(of: .server).entries.last?.state } == [.closed, .closed])
        #expect(stories.map { $0.path(of: .server).entries.last?.cause } == [7, 8])
    }

    @Test("the SYN-ACK of a simultaneous open repeats nothing")
    func simultaneousOpen() throws {
        let stories = try Self.stories(
            """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
               +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
               +0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
               +0 > S 0:0(0) <...>
              +.01 < S 0:0(0) win 60000 <mss 1000>
               +0 > S. 0:0(0) ack 1 <...>
              +.01 < . 1:1(0) ack 1 win 60000
            """)
        #expect(stories[0].steps.map(\.isRepetition) == [false, false, false, false])
        #expect(
            Self.told(stories[0], from: 2) == [
                "#2 taken synReceived", "#3 sent synReceived simultaneousOpen",
                "#4 taken established acknowledgmentOfSYN",
            ])
    }
}
