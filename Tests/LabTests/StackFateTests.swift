import Lab
import Narration
import Stories
import TCPStack
import TCPState
import TCPWire
import Testing
import Tracking

/// What becomes of a segment that its receiver takes only in part, or drops though it had all of it.
@Suite("what a script's segments come to")
struct StackFateTests {
    private static func told(_ script: String, from first: Int) throws -> [String] {
        StackStoryTests.told(try #require(StackStoryTests.stories(script).first), from: first)
    }

    @Test("text into a closed window is dropped, though the ACK that it brings is taken (MUST-66)")
    func closedWindow() throws {
        let small = "setsockopt(3, SOL_SOCKET, SO_RCVBUF, [1000], 4) = 0\n   +0 bind("
        let told = try Self.told(
            StackStoryTests.accepted.replacing("bind(", with: small) + """
                   +0 write(4, ..., 10) = 10
                   +0 > P. 1:11(10) ack 1
                  +.01 < . 1:1153(1152) ack 1 win 60000
                   +0 > . 11:11(0) ack 1153
                  +.01 < . 1153:1163(10) ack 11 win 60000
                   +0 > . 11:11(0) ack 1153
                  +.01 < F. 1153:1153(0) ack 11 win 60000
                   +0 > . 11:11(0) ack 1153
                """, from: 5)
        #expect(
            told == [
                "#5 taken established textInOrder", "#6 sent established quickAcknowledgment",
                "#7 dropped established acknowledgmentOfText", "#8 sent established zeroWindow",
                "#9 dropped established", "#10 sent established zeroWindow",
            ])
    }

    @Test("text behind a FIN is dropped, though the ACK that it brings is taken")
    func textBehindFIN() throws {
        let told = try Self.told(
            StackStoryTests.accepted + """
                   +0 write(4, ..., 10) = 10
                   +0 > P. 1:11(10) ack 1
                  +.01 < F. 1:1(0) ack 1 win 60000
                   +0 > . 11:11(0) ack 2
                  +.01 < . 2:12(10) ack 11 win 60000
                """, from: 7)
        #expect(told == ["#7 dropped closeWait acknowledgmentOfText textAfterFIN"])
    }

    @Test("octets that were here already are needless, whichever check drops them (RFC 7323 5.3)")
    func hadAlreadyByTimestamp() throws {
        let told = try Self.told(
            StackStoryTests.listening + """
                   +0 < S 0:0(0) win 60000 <mss 1000,sackOK,TS val 100 ecr 0>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.01 < . 1:1(0) ack 1 win 60000 <nop,nop,TS val 110 ecr 0>
                  +.01 < P. 1:11(10) ack 1 win 60000 <nop,nop,TS val 120 ecr 0>
                   +0 > . 1:1(0) ack 11 <...>
                  +.01 < P. 1:11(10) ack 1 win 60000 <nop,nop,TS val 105 ecr 0>
                   +0 > . 1:1(0) ack 11 <...>
                  +.01 < P. 11:21(10) ack 1 win 60000 <nop,nop,TS val 105 ecr 0>
                   +0 > . 1:1(0) ack 11 <...>
                """, from: 6)
        #expect(
            told == [
                "#6 useless established", "#7 sent established oldTimestamp", "#8 dropped established",
                "#9 sent established oldTimestamp",
            ])
    }

    @Test("a SYN that comes again is had already, another one with an older number never was")
    func synOfAnother() throws {
        let told = try Self.told(
            StackStoryTests.accepted + """
                  +1 < S 0:0(0) win 60000 <mss 1000>
                   +0 > . 1:1(0) ack 1
                  +1 < S 4294957296:4294957296(0) win 60000 <mss 1000>
                   +0 > . 1:1(0) ack 1
                """, from: 4)
        #expect(
            told == [
                "#4 useless established", "#5 sent established unacceptable", "#6 dropped established",
                "#7 sent established unacceptable",
            ])
    }

    @Test("text older than the connection was never had")
    func textOfAnother() throws {
        let told = try Self.told(
            StackStoryTests.accepted + """
                  +1 < P. 4294957296:4294957306(10) ack 1 win 60000
                   +0 > . 1:1(0) ack 1
                """, from: 4)
        #expect(told == ["#4 dropped established", "#5 sent established unacceptable"])
    }

    @Test(
        "a keep-alive with an octet, of an end that has sent no text: its number is the SYN's, which was had (RFC 9293 3.8.4)"
    )
    func keepAliveBeforeText() throws {
        let told = try Self.told(
            StackStoryTests.accepted + """
                  +1 < . 0:1(1) ack 1 win 60000
                   +0 > . 1:1(0) ack 1
                """, from: 4)
        #expect(told == ["#4 useless established", "#5 sent established unacceptable"])
    }

    @Test("an RST in SYN-RECEIVED: back to LISTEN, as its rule says (MUST-11)")
    func backToListen() throws {
        let story = try #require(
            StackStoryTests.stories(
                StackStoryTests.listening + """
                       +0 < S 0:0(0) win 60000 <mss 1000>
                       +0 > S. 0:0(0) ack 1 <...>
                      +.01 < R 1:1(0) win 0
                    """
            ).first)
        #expect(StackStoryTests.told(story, from: 3) == ["#3 taken listen resetInSynReceived"])
        #expect(story.path(of: .server).entries.map(\.state) == [.listen, .synReceived, .listen])
    }

    @Test("another SYN in SYN-RECEIVED ends that connection and opens none; when it comes again it does")
    func synInSynReceived() throws {
        let stories = try StackStoryTests.stories(
            StackStoryTests.listening + """
                   +0 < S 0:0(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                  +.01 < S 1000:1000(0) win 60000 <mss 1000>
                  +.01 < S 1000:1000(0) win 60000 <mss 1000>
                   +0 > S. 0:0(0) ack 1 <...>
                """)
        try #require(stories.count == 2)
        #expect(StackStoryTests.told(stories[0], from: 3) == ["#3 taken listen synInSynReceived"])
        #expect(StackStoryTests.told(stories[1]) == ["#4 taken synReceived", "#5 sent synReceived synInListen"])
        let ways = stories.map { $0.path(of: .server).entries.map(\.state) }
        #expect(ways == [[.listen, .synReceived, .listen], [.listen, .synReceived]])
    }

    @Test("what the witness drops is said to be dropped, whoever sent it")
    func remarks() throws {
        let story = try #require(
            StackStoryTests.stories(
                StackStoryTests.accepted + """
                      +.1 < S 100:100(0) win 60000 <mss 1000>
                       +0 > . 1:1(0) ack 1
                      +.1 < P. 200001:200011(10) ack 1 win 60000
                       +0 > . 1:1(0) ack 1
                    """
            ).first)
        #expect(story.steps[3].remark?.english == "dropped there")
        #expect(story.steps[5].fate == .notTaken)
    }

    @Test("what was had already is said once")
    func remarkOfNeedless() throws {
        let story = try #require(
            StackStoryTests.stories(
                StackStoryTests.accepted + """
                      +.1 < P. 1:11(10) ack 1 win 60000
                       +0 > . 1:1(0) ack 11
                      +.1 < P. 1:11(10) ack 1 win 60000
                       +0 > . 1:1(0) ack 11
                    """
            ).first)
        #expect(story.steps[5].remark?.english.contains("needless") ?? false)
        #expect(!(story.steps[5].remark?.english.contains("had it already") ?? true))
    }

    /// The timers that ran out, each with its rules, and why the last segment was sent.
    private static func timers(dataAt time: String, last: String) throws -> [String] {
        let quick = "setsockopt(3, SOL_TCP, TCP_QUICKACK, [0], 4) = 0\n   +0 bind("
        let story = try #require(
            StackStoryTests.stories(
                StackStoryTests.listening.replacing("bind(", with: quick) + """
                       +0 < S 0:0(0) win 60000 <mss 1000>
                       +0 > S. 0:0(0) ack 1 <...>
                       +0 < . 1:1(0) ack 1 win 60000
                       +0 accept(3, ..., ...) = 4
                       +0 write(4, ..., 10) = 10
                       +0 > P. 1:11(10) ack 1
                       \(time) < P. 1:2(1) ack 1 win 60000
                        * > \(last) ack 2
                    """
            ).first)
        let timers = try #require(story.testimony).moments.compactMap { moment -> String? in
            guard case .timer(let name) = moment.cause else { return nil }
            return (["\(name)"] + moment.reasons.map(\.name)).joined(separator: " ")
        }
        return timers + [story.steps.last?.account?.reason?.name ?? "?"]
    }

    @Test("two timers at once: each has its own rules")
    func twoTimers() throws {
        // The ACK that is due rides on what is sent again, so that its rule stands with its timer.
        #expect(
            try Self.timers(dataAt: "+.160001", last: "P. 1:11(10)") == [
                "delayedAcknowledgment delayedAcknowledgment", "retransmission retransmissionTimeout lossWindow",
                "retransmitAfterTimeout",
            ])
    }

    @Test("a rule that stands with what a timer sends stands there alone")
    func timerAndItsSegment() throws {
        #expect(
            try Self.timers(dataAt: "+.1", last: ". 11:11(0)") == ["delayedAcknowledgment", "delayedAcknowledgment"])
    }
}
