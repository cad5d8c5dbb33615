#if os(Linux)
    import CaptureFile
    import LinuxKernel
    import Narration
    import Scenes
    import Stories
    import TCPState
    import TCPWire
    import Testing
    import Tracking

    @testable import Lab

    /// What two kernels do about a segment that is lost, and how it is told: by order, flags, states and counters, never by
    /// milliseconds.
    @Suite("repairs between two kernels", .serialized, .timeLimit(.minutes(3)))
    struct WireRepairTests {
        private static let reason: Comment = "needs network namespaces and /dev/net/tun"

        /// One fault, what was lost by it, how it was made good, the segments' flags that did, and counters that tell of it.
        struct Case: Sendable, CustomTestStringConvertible {
            let words: [String]
            let loss: Repair.Loss
            let cures: Set<Repair.Cure>
            /// `S SYN,ACK` for each segment of the repair.
            let segments: [String]
            /// Of either end, at any event of the repair.
            let counters: Set<String>
            /// What is said, in either language.
            let english: String
            let chinese: String

            var testDescription: String { words.joined(separator: ", ") }
        }

        static let cases = [
            Case(
                words: ["drop C:ACK#1"], loss: .handshakeAck, cures: [.text], segments: ["C PSH,ACK"],
                counters: ["PassiveOpens"], english: "none was sent", chinese: "这里就没有 RST"),
            Case(
                words: ["drop C:ACK#1", "wait C 2s"], loss: .handshakeAck, cures: [.answeredAgain],
                segments: ["S SYN,ACK", "C ACK"], counters: ["TCPSYNChallenge", "TCPSynRetrans", "PassiveOpens"],
                english: "challenge ACK [RFC 5961 4.2]", chinese: "挑战 ACK[RFC 5961 4.2]"),
            Case(
                words: ["drop S:SYN,ACK#1"], loss: .synAck, cures: [.again, .askedFor], segments: ["S SYN,ACK"],
                counters: ["TCPSynRetrans"], english: "SYN-SENT becomes ESTABLISHED", chinese: "SYN-SENT 变为 ESTABLISHED"
            ),
            Case(
                words: ["drop C:SYN#1"], loss: .syn, cures: [.again], segments: ["C SYN"],
                counters: ["TCPSynRetrans", "TCPTimeouts"], english: "LISTEN becomes SYN-RECEIVED",
                chinese: "LISTEN 变为 SYN-RECEIVED"),
            Case(
                words: ["drop C:PSH,ACK#1"], loss: .data, cures: [.again], segments: ["C PSH,ACK"],
                counters: ["TCPLossProbes", "RetransSegs"], english: "makes good the loss of", chinese: "补上了丢失的"),
            Case(
                words: ["drop C:FIN,ACK#1"], loss: .fin, cures: [.again], segments: ["C FIN,ACK"],
                counters: ["TCPLossProbes", "RetransSegs"], english: "FIN-WAIT-2 becomes TIME-WAIT",
                chinese: "FIN-WAIT-2 变为 TIME-WAIT"),
            Case(
                words: ["drop S:ACK#2"], loss: .finAck, cures: [.answeredAgain], segments: ["C FIN,ACK", "S ACK"],
                counters: ["RetransSegs"], english: "what TIME-WAIT is for", chinese: "TIME-WAIT 就是为此而设"),
        ]

        @Test(.enabled(if: WireExperimentTests.isPossible, reason), arguments: cases)
        func aLossIsMadeGood(_ one: Case) throws {
            var options = WireExperiment.Options()
            for word in one.words { _ = options.plan.add(word) }
            let story = try #require(try WireExperiment(options).run().story)
            let repair = try #require(story.repairs.first)
            #expect(story.repairs.count == 1)
            #expect(repair.loss == one.loss)
            #expect(one.cures.contains(try #require(repair.cure)))
            let flags = repair.segments.compactMap { number in
                story.steps.first { $0.segment.number == number }.map {
                    "\($0.sender == .client ? "C" : "S") \($0.segment.header.flags)"
                }
            }
            #expect(flags == one.segments)
            #expect(!story.steps.contains { $0.segment.header.flags.contains(.rst) })
            let counted = Set(
                (story.testimony?.moments ?? []).flatMap(\.counts).map(\.name)
                    + story.steps.flatMap { $0.account?.counts ?? [] }.map(\.name))
            #expect(counted.isSuperset(of: one.counters), "\(counted)")
            let told = Explanation.steps(of: story)
            #expect(told.contains { $0.english.contains(one.english) })
            #expect(told.contains { $0.chinese.contains(one.chinese) })
        }

        @Test("nothing lost, nothing to make good", .enabled(if: WireExperimentTests.isPossible, reason))
        func nothingLost() throws {
            let story = try #require(try WireExperiment().run().story)
            #expect(story.repairs.isEmpty)
            #expect(!Explanation.steps(of: story).contains { $0.english.contains("makes good") })
        }

        @Test(
            "a timer that runs out is an event before what it sends",
            .enabled(if: WireExperimentTests.isPossible, reason))
        func timers() throws {
            var options = WireExperiment.Options()
            for word in ["drop C:ACK#1", "wait C 2s"] { _ = options.plan.add(word) }
            let record = try WireExperiment(options).run()
            let story = try #require(record.story)
            let moments = try #require(story.testimony?.moments)
            let timer = try #require(moments.first { $0.cause == .timer(.retransmission) })
            #expect(timer.party == .server && timer.state == .synReceived && timer.segmentsBefore == 3)
            #expect(timer.counts.contains { $0.name == "TCPSynRetrans" && $0.by == 1 })
            // It had run since what it sends again had left.
            #expect(timer.ran == story.steps[3].segment.time.nanoseconds(since: story.steps[1].segment.time))
            #expect(story.steps[3].cause == .timer(.retransmission))
            // The kernels' sockets after each of these, and what they measure.
            let sockets = try #require(record.sockets)
            let besides = moments.filter { if case .segment = $0.cause { false } else { true } }
            #expect(sockets.moments.count == besides.count)
            let place = try #require(besides.firstIndex { $0.cause == .timer(.retransmission) })
            let after = try #require(sockets.moments[place][.server])
            #expect(after.form == .request && after.timer == .retransmission)
            #expect(try #require(sockets.moments[place][.client]?.info).congestionWindow > 0)
            // A ladder has a row for it, before the segment's.
            let scene = Scene(story: story, title: Text(verbatim: ""))
            let rows = scene.rowNames
            let own = try #require(
                scene.rows.firstIndex {
                    if case .moment(let moment) = $0 { moment.cause == .timer(.retransmission) } else { false }
                })
            #expect(rows[own + 1] == "seg-4")
        }

        @Test("a delayed ACK is sent by a timer of its own", .enabled(if: WireExperimentTests.isPossible, reason))
        func delayedACK() throws {
            let story = try #require(try WireExperiment().run().story)
            let moments = story.testimony?.moments ?? []
            let timers = moments.filter { if case .timer = $0.cause { true } else { false } }
            #expect(!timers.isEmpty)
            #expect(timers.allSatisfy { $0.cause == .timer(.delayedAcknowledgment) })
            for timer in timers {
                let sent = story.steps[timer.segmentsBefore]
                #expect(sent.sender == timer.party && sent.kind == .acknowledgment)
                #expect(timer.counts.contains { $0.name == "DelayedACKs" })
            }
        }
    }
#endif
