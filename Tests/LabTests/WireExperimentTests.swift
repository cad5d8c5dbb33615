#if os(Linux)
    import FoundationEssentials
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Testing
    import Tracking

    @testable import Lab

    /// The experiment between two kernels on a wire: order, flags and states, never milliseconds.
    @Suite("a wire between two kernels", .serialized, .timeLimit(.minutes(3)))
    struct WireExperimentTests {
        /// Whether namespaces and TUN devices can be had; where not, the tests are skipped, unless all are required.
        static let isPossible: Bool = {
            if Requirements.requiresAll { return true }
            return (try? KernelWire.best(of: [.tunPair], tunPath: "/dev/net/tun")) != nil
        }()

        private static let reason: Comment = "needs network namespaces and /dev/net/tun"

        private func run(
            _ words: String..., on kind: WireKind = .tunPair
        ) throws -> (record: Experiment.Record, story: ConnectionStory) {
            var options = WireExperiment.Options()
            options.kinds = [kind]
            for word in words {
                let isTaken = options.plan.add(word)
                #expect(isTaken, "\(word)")
            }
            // A mirror is made in the namespace that it is asked for in.
            let record = try NetworkNamespace().run { try WireExperiment(options).run() }
            return (record, try #require(record.story))
        }

        /// `C #1 SYN > SYN-SENT SYN-RECEIVED`: who sent what, and both ends afterwards; `x` for what did not arrive.
        private func transcript(_ story: ConnectionStory) -> [String] {
            story.steps.map { step in
                let header = step.segment.header
                let length = header.payloadLength > 0 ? " \(header.payloadLength)" : ""
                let mark = step.account?.fate.arrival == nil ? " x" : ""
                func state(_ end: ConnectionStory.EndState) -> String {
                    (end.state?.name ?? "?") + (end.isMini ? "*" : "")
                }
                return
                    "\(step.sender == .client ? "C" : "S") \(header.flags)\(length)\(mark): \(state(step.client)) \(state(step.server))"
            }
        }

        private func path(_ party: Party, _ story: ConnectionStory) -> [String] {
            story.path(of: party).entries.map { $0.state.name + ($0.isMini ? "*" : "") }
        }

        @Test(.enabled(if: isPossible, reason), arguments: WireKind.allCases, 1...5)
        func everyStateIsTheKernelsOwnWord(_ kind: WireKind, _ round: Int) throws {
            let (record, story) = try run(on: kind)
            #expect(record.place == .wire(kind) && record.refusals.isEmpty && record.takenPort == nil)
            #expect(
                path(.client, story) == ["CLOSED", "SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"])
            #expect(
                path(.server, story) == [
                    "LISTEN", "SYN-RECEIVED*", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT*",
                ])
            for party in Party.allCases {
                #expect(story.path(of: party).entries.allSatisfy { $0.provenance == .kernel })
                #expect(story.before(party).provenance == .kernel)
            }
            #expect(story.steps.allSatisfy { $0.client.provenance == .kernel && $0.server.provenance == .kernel })
            #expect(
                transcript(story).prefix(4) == [
                    "C SYN: SYN-SENT SYN-RECEIVED*", "S SYN,ACK: ESTABLISHED SYN-RECEIVED*",
                    "C ACK: ESTABLISHED ESTABLISHED", "C PSH,ACK 16: ESTABLISHED ESTABLISHED",
                ])
            #expect(record.tables.map(\.moment) == [.listening, .established, .closed])
            #expect(
                record.tables.map { $0.sockets.map(\.state.name).sorted() } == [
                    ["LISTEN"], ["ESTABLISHED", "ESTABLISHED", "LISTEN"], ["LISTEN", "TIME-WAIT"],
                ])
            // The answer has arrived before the server closes, as on our own TCP.
            #expect(
                story.steps.map { "\($0.sender == .client ? "C" : "S") \($0.segment.header.flags)" } == [
                    "C SYN", "S SYN,ACK", "C ACK", "C PSH,ACK", "S ACK", "S PSH,ACK", "C ACK", "S FIN,ACK", "C ACK",
                    "C FIN,ACK", "S ACK",
                ])
            #expect(record.dial.answer == GreetingServer.greeting)
            // Each arrives after it has left, and nothing overtakes.
            for step in story.steps {
                let arrival = try #require(step.account?.fate.arrival)
                #expect(arrival > step.segment.time)
            }
        }

        @Test(.enabled(if: isPossible, reason), arguments: WireKind.allCases)
        func dataSavesAHandshakeWhoseThirdSegmentWasLost(_ kind: WireKind) throws {
            let (_, story) = try run("drop C:ACK#1", on: kind)
            #expect(
                transcript(story).prefix(5) == [
                    "C SYN: SYN-SENT SYN-RECEIVED*", "S SYN,ACK: ESTABLISHED SYN-RECEIVED*",
                    "C ACK x: ESTABLISHED SYN-RECEIVED*", "C PSH,ACK 16: ESTABLISHED ESTABLISHED",
                    "S ACK: ESTABLISHED ESTABLISHED",
                ])
            #expect(!story.steps.contains { $0.segment.header.flags.contains(.rst) || $0.isRepetition })
        }

        @Test(.enabled(if: isPossible, reason), arguments: WireKind.allCases)
        func aChallengeACKCompletesAHandshakeWhoseThirdSegmentWasLost(_ kind: WireKind) throws {
            let (_, story) = try run("drop C:ACK#1", "wait C 2s", on: kind)
            #expect(
                transcript(story).prefix(6) == [
                    "C SYN: SYN-SENT SYN-RECEIVED*", "S SYN,ACK: ESTABLISHED SYN-RECEIVED*",
                    "C ACK x: ESTABLISHED SYN-RECEIVED*", "S SYN,ACK: ESTABLISHED SYN-RECEIVED*",
                    "C ACK: ESTABLISHED ESTABLISHED", "C PSH,ACK 16: ESTABLISHED ESTABLISHED",
                ])
            #expect(story.steps[3].original == 2)
            #expect(story.steps[4].has(.challengeACK))
            #expect(story.steps[2].fate == .lost && !story.steps[2].has(.notTaken))
        }

        @Test(.enabled(if: isPossible, reason))
        func aSYNThatWasLostIsSentAgain() throws {
            let (_, story) = try run("drop C:SYN#1")
            #expect(
                transcript(story).prefix(3) == [
                    "C SYN x: SYN-SENT LISTEN", "C SYN: SYN-SENT SYN-RECEIVED*", "S SYN,ACK: ESTABLISHED SYN-RECEIVED*",
                ])
            #expect(story.steps[1].original == 1)
        }

        @Test(.enabled(if: isPossible, reason))
        func aSYNACKThatWasLostIsRepairedFromBothSides() throws {
            let (_, story) = try run("drop S:SYN,ACK#1")
            let told = transcript(story)
            #expect(told[0] == "C SYN: SYN-SENT SYN-RECEIVED*" && told[1] == "S SYN,ACK x: SYN-SENT SYN-RECEIVED*")
            // Whose timer runs out first is the kernels' affair; both have theirs.
            let repeated = story.steps.dropFirst(2).prefix { $0.segment.header.flags.contains(.syn) }
            #expect(repeated.contains { $0.sender == .server })
            #expect(path(.server, story).starts(with: ["LISTEN", "SYN-RECEIVED*", "ESTABLISHED"]))
        }

        @Test(.enabled(if: isPossible, reason))
        func whatArrivesTwiceIsUselessTheSecondTime() throws {
            let (_, story) = try run("duplicate C:PSH,ACK#1")
            let data = story.steps.filter { $0.segment.header.payloadLength == 16 }
            #expect(data.map(\.fate) == [.arrived, .useless])
            #expect(data.first?.segment.header.sequence == data.last?.segment.header.sequence)
        }

        @Test(.enabled(if: isPossible, reason))
        func whatIsHeldIsOvertaken() throws {
            let (_, story) = try run("hold C:ACK#1 100ms")
            let (held, data) = (story.steps[2], story.steps[3])
            #expect(try #require(held.account?.fate.arrival) > #require(data.account?.fate.arrival))
            #expect(data.server.state == .established)
        }

        @Test("directly behind the next from its end", .enabled(if: isPossible, reason))
        func whatIsHeldBehindTheNextIsOvertakenByOne() throws {
            let (record, story) = try run("hold C:ACK#1 behind next")
            #expect(record.overdue.isEmpty && record.unmatched.isEmpty)
            let order = (story.testimony?.moments ?? []).compactMap { moment -> Int? in
                if case .segment(let number) = moment.cause, moment.party == .server { number } else { nil }
            }
            #expect(order.prefix(3) == [1, 4, 3])
            #expect(story.steps[3].server.state == .established)
        }

        @Test("where no next one comes, it arrives alone", .enabled(if: isPossible, reason))
        func whatIsHeldBehindNothingArrivesAlone() throws {
            // The client's last segment but for its FIN's repetitions: those are the next.
            let (record, story) = try run(
                "hold S:ACK#2 behind next", "drop C:FIN,ACK#2", "drop C:FIN,ACK#3", "drop C:FIN,ACK#4",
                "drop C:FIN,ACK#5")
            #expect(record.overdue.map(\.segment) == ["S:ACK#2"])
            #expect(try #require(story.path(of: .client).entries.last).state == .closed)
        }

        @Test(.enabled(if: isPossible, reason))
        func whatHasNotArrivedWhereItEndsIsNotTakenForArrived() throws {
            // The first two segments of a run, the second of which is still on its way.
            var record = WireRecord([.client: .init(state: .closed), .server: .init(state: .listen)])
            let (_, story) = try run()
            for step in story.steps.prefix(2) {
                let number = record.depart(
                    step.segment.frame, from: step.sender, at: step.segment.time,
                    [.client: .init(state: .synSent), .server: .init(state: .listen)])
                if number == 1 {
                    record.arrive(
                        number, at: step.segment.time,
                        [.client: .init(state: .synSent), .server: .init(state: .synReceived)])
                }
            }
            #expect(try #require(record.story).steps.map(\.fate) == [.arrived, .underWay])
        }

        @Test(.enabled(if: isPossible, reason))
        func whatIsAskedOfASegmentThatNeverWasIsTold() throws {
            let (record, _) = try run("drop #99", "drop S:RST#1", "duplicate #4")
            #expect(record.unmatched.map(\.segment) == ["#99", "S:RST#1"])
        }

        @Test(.enabled(if: isPossible, reason))
        func furtherConnectionsShowOtherNumbers() throws {
            var options = WireExperiment.Options()
            options.furtherConnections = 2
            let record = try WireExperiment(options).run()
            let first = try #require(record.story).record.client.initialSequence.rawValue
            #expect(Set(record.furtherInitialNumbers + [first]).count == 3)
        }

        @Test(.enabled(if: isPossible, reason))
        func withoutATUNDeviceItIsVethAndSaysWhy() throws {
            var options = WireExperiment.Options()
            options.tunPath = "/dev/no-such-node"
            let record = try NetworkNamespace().run { try WireExperiment(options).run() }
            #expect(record.place == .wire(.vethPair))
            #expect(record.refusals.map(\.kind) == [.tunPair, .mirror])
            #expect(record.refusals.allSatisfy { $0.error == SystemError(call: "open", code: 2) })
            options.kinds = [.tunPair, .mirror]
            let none = #expect(throws: NoWire.self) { try WireExperiment(options).run() }
            #expect(none?.refusals.map(\.kind) == [.tunPair, .mirror])
        }

        @Test(.enabled(if: isPossible, reason))
        func aMirrorTakesTheNextPortAndLeavesNothing() throws {
            var options = WireExperiment.Options()
            options.kinds = [.mirror]
            try NetworkNamespace().run {
                let name = SocketName(Endpoint(address: IPAddress(ipv4: 0), port: 8080))
                let holder = try StreamSocket.make(family: name.family)
                try holder.bind(to: name)
                try holder.listen(backlog: 1)
                let record = try WireExperiment(options).run()
                #expect(record.takenPort == 8080 && record.server.port == 8081)
                #expect(record.server.address.description.hasPrefix("192.0.2."))
                let left = try SocketTable().sockets()
                #expect(left.map(\.local.port) == [8080], "\(left)")
                let interfaces = try String(contentsOfFile: "/proc/thread-self/net/dev", encoding: .utf8)
                #expect(!interfaces.contains("tcplens"))
                holder.close()
            }
        }

        @Test(arguments: [
            ("drop #4", Intervention(.drop, .number(4))),
            ("drop S:SYN,ACK#1", Intervention(.drop, .flags(.server, [.syn, .ack], count: 1))),
            ("drop C:ACK", Intervention(.drop, .flags(.client, .ack, count: 1))),
            ("duplicate C:PSH,ACK#2", Intervention(.duplicate, .flags(.client, [.psh, .ack], count: 2))),
            ("hold C:ACK#1 3s", Intervention(.hold(3_000_000_000), .flags(.client, .ack, count: 1))),
            ("hold #7 250ms", Intervention(.hold(250_000_000), .number(7))),
            ("hold #7 0.5s", Intervention(.hold(500_000_000), .number(7))),
            ("hold #7 1.5004s", Intervention(.hold(1_500_400_000), .number(7))),
            ("hold C:ACK#1 behind next", Intervention(.holdBehindNext, .flags(.client, .ack, count: 1))),
        ])
        func wordsAreUnderstood(_ words: String, _ meant: Intervention) {
            #expect(Intervention(words) == meant)
            // As a screen lists it, it can be typed again.
            #expect(Intervention(meant.words) == meant)
        }

        @Test func whatCameLastIsTakenBackFirst() {
            var plan = WirePlan()
            for word in ["drop #3", "wait C 2s", "hold #4 behind next"] { _ = plan.add(word) }
            #expect(plan.words == ["wait C 2s", "drop #3", "hold #4 behind next"])
            #expect((0..<4).map { _ in plan.takeBack() } == ["hold #4 behind next", "drop #3", "wait C 2s", nil])
            #expect(plan.isEmpty)
        }

        @Test(arguments: [
            "", "drop", "drop 4", "drop #0", "drop #-1", "drop X:ACK#1", "drop C:FOO#1", "drop C:#1", "drop C:ACK#",
            "drop C:ACK#1 3s", "hold C:ACK#1", "hold C:ACK#1 3", "hold C:ACK#1 -3s", "hold C:ACK#1 61s",
            "hold #1 nans", "hold #1 infs", "hold #1 1e400s", "hold #1 0s", "drop #99999999999999999999",
            "drop C:ACK#1#2",
            "lose #4", "drop  ", "drop #+4", "drop C:ACK,ACK#1", "hold #4 0x1p-1s", "hold #4 +1s", "hold #4 1e-12s",
            "hold #4 0.1ms",
            "wait C", "wait S 2s", "wait C 2",
            "hold #4 behind", "hold #4 behind #5", "hold #4 behind next 3s", "hold #4 next", "drop #4 behind next",
            "hold #4 before next", "hold #4 behind next next", "hold behind next", "hold #4 \u{0}3s", "hold #4 3S",
            "drop S:SYN,,ACK", "drop \u{ff23}:ACK#1", "drop C:ACK#１", String(repeating: "drop #4 ", count: 400),
            "drop C:" + String(repeating: "ACK,", count: 100), "hold #4 \(String(repeating: "9", count: 300))s",
        ])
        func nonsenseIsRefused(_ words: String) {
            var plan = WirePlan()
            let isTaken = plan.add(words)
            #expect(!isTaken && plan.isEmpty)
        }
    }
#endif
