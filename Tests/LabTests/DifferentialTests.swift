#if os(Linux)
    import TCPWire
    import Testing

    @testable import Differential

    /// Our own TCP beside the kernel's, exchange by exchange; `DifferentialRun` does the same for thousands.
    @Suite("The same exchange with both TCPs", .serialized)
    struct DifferentialTests {
        @Test(
            "what they do not do alike has a reason",
            .enabled(if: KernelScriptHostTests.isPossible, "needs namespaces and a TUN device"))
        func few() throws {
            let differential = try Differential.run(seeds: 0..<48, concurrently: 16)
            #expect(differential.unexplained == [])
            #expect(differential.exchanges == 48)
            // What happens in them is worth comparing.
            #expect(differential.alike >= 8)
            #expect(differential.repetitions.kernel > 10)
        }

        @Test("the same seed is the same exchange")
        func repeatable() throws {
            for seed in UInt64(0)..<40 {
                let plan = ExchangePlan(seed: seed)
                let traces = try (0..<2).map { _ in try ExchangePair.own(plan) }
                #expect(traces[0].text == traces[1].text)
            }
        }

        /// An exchange of ours with a loss and an orderly end.
        private static func ordinary() throws -> ExchangeTrace {
            let traces = try (UInt64(0)..<200).lazy.map { try ExchangePair.own(ExchangePlan(seed: $0)) }
            return try #require(
                traces.first { trace in
                    trace.repetitions.count == 1 && !trace.reports.isEmpty && !trace.wasReset && trace.openings == 1
                        && trace.states.count > 3 && !trace.states.contains("CLOSING")
                })
        }

        @Test(
            "another state, number, flag or segment is a difference without a reason",
            arguments: ["state", "acknowledgment", "push", "RST", "text", "report", "option"])
        func doctored(_ part: String) throws {
            let trace = try Self.ordinary()
            #expect(TraceComparison(kernel: trace, own: trace).differences == [])
            var other = ExchangeTrace()
            var isDone = false
            for (milliseconds, moment) in trace.moments {
                var moment: ExchangeTrace.Moment? = moment
                if !isDone { (moment, isDone) = Self.change(moment, part) }
                if let moment { other.note(moment, at: Int64(milliseconds) * 1_000_000) }
            }
            other.peerEnding = trace.peerEnding
            other.driverEnding = trace.driverEnding
            other.peerRead = trace.peerRead
            other.driverRead = trace.driverRead
            other.writeEnds = trace.writeEnds
            #expect(isDone)
            let differences = TraceComparison(kernel: trace, own: other).differences
            #expect(differences.contains { $0.kind == nil }, "\(differences.map(\.text))")
        }

        private static func change(_ moment: ExchangeTrace.Moment?, _ part: String) -> (ExchangeTrace.Moment?, Bool) {
            switch moment {
            case .state where part == "state": return (nil, true)
            case .sent(var sighting, let fate):
                switch part {
                case "acknowledgment" where !sighting.flags.contains(.syn): sighting.acknowledgment += 100_000
                case "push" where sighting.length > 0 && !sighting.flags.contains(.psh): sighting.flags.insert(.psh)
                case "RST" where sighting.length > 0: sighting.flags.insert(.rst)
                case "text" where sighting.length > 1: sighting.length -= 1
                case "report" where !sighting.sack.isEmpty: sighting.sack = []
                case "option" where sighting.flags.contains(.syn): sighting.options = " mss 1"
                default: return (moment, false)
                }
                return (.sent(sighting, fate), true)
            default: return (moment, false)
            }
        }
    }
#endif
