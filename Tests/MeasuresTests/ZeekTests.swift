import Measures
import Passes
import TCPWire
import Testing
import Transcripts

/// Each of Zeek's states and letters, from a transcript.
@Suite struct ZeekTests {
    struct Case: CustomTestStringConvertible {
        let state: ZeekState
        let history: String
        let write: @Sendable (Transcript) -> Void
        var testDescription: String { "\(state.rawValue) \(history)" }

        init(_ state: ZeekState, _ history: String, _ write: @escaping @Sendable (Transcript) -> Void) {
            self.state = state
            self.history = history
            self.write = write
        }
    }

    private static func opened(_ rest: @escaping @Sendable (Transcript) -> Void) -> @Sendable (Transcript) -> Void {
        return { t in
            t.open()
            rest(t)
        }
    }

    static let states = [
        Case(.attempt, "S") { $0.c.syn(100) },
        Case(.attempt, "S") { t in
            t.c.syn(100)
            t.c.syn(100)
        },
        Case(.rejected, "Sr") { t in
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
        },
        Case(.attemptReset, "SR") { t in
            t.c.syn(100)
            t.c.rst(101)
        },
        Case(.attemptClosed, "SF") { t in
            t.c.syn(100)
            t.c.fin(101, ack: 0)
        },
        Case(.established, "Sh") { t in
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
        },
        Case(.originatorReset, "ShR") { t in
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
            t.c.rst(101)
        },
        Case(.answerReset, "^hr") { t in
            t.s.synAck(300, ack: 101)
            t.s.rst(301)
        },
        Case(.answerClosed, "^hf") { t in
            t.s.synAck(300, ack: 101)
            t.s.fin(301, ack: 101)
        },
        Case(.other, "^h") { $0.s.synAck(300, ack: 101) },
        Case(.other, "Da") { t in
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
        },
        Case(.established, "ShA", opened { _ in }),
        Case(
            .established, "ShADd",
            opened { t in
                t.c.data(101, ack: 301, 10)
                t.s.data(301, ack: 111, 10)
            }),
        Case(
            .originatorClosed, "ShAFa",
            opened { t in
                t.c.fin(101, ack: 301)
                t.s.ack(301, ack: 102)
            }),
        Case(
            .responderClosed, "ShAf",
            opened { t in
                t.s.fin(301, ack: 101)
                t.c.ack(101, ack: 302)
            }),
        Case(
            .finished, "ShAFf",
            opened { t in
                t.c.fin(101, ack: 301)
                t.s.fin(301, ack: 102)
                t.c.ack(102, ack: 302)
            }),
        // An RST behind both FINs only hurries the end.
        Case(
            .finished, "ShAFfR",
            opened { t in
                t.c.fin(101, ack: 301)
                t.s.fin(301, ack: 102)
                t.c.rst(102)
            }),
        Case(.originatorReset, "ShAR", opened { $0.c.rst(101) }),
        Case(.responderReset, "ShAr", opened { $0.s.rst(301) }),
        Case(
            .responderReset, "ShAFr",
            opened { t in
                t.c.fin(101, ack: 301)
                t.s.rst(301)
            }),
        Case(.established, "Ss") { t in
            t.c.syn(100)
            t.s.syn(300)
            t.c.synAck(100, ack: 301)
            t.s.synAck(300, ack: 101)
        },
    ]

    @Test(arguments: states) func state(_ expected: Case) {
        let t = Transcript()
        expected.write(t)
        #expect(t.records[0].zeekState == expected.state)
        #expect(Self.history(t) == expected.history)
    }

    static let letters = [
        Case(
            .established, "ShADT",
            opened { t in
                t.c.data(101, ack: 301, 10)
                t.c.data(101, ack: 301, 10)
            }),
        Case(
            .established, "ShADTT",
            opened { t in
                for _ in 0...10 { t.c.data(101, ack: 301, 10) }
            }),
        Case(
            .established, "ShADaw",
            opened { t in
                t.c.data(101, ack: 301, 10)
                t.s.ack(301, ack: 111)
                t.s.send(.ack, 301, 111, window: 0)
            }),
        Case(
            .established, "ShADaG",
            opened { t in
                t.c.data(111, ack: 301, 10)
                t.s.ack(301, ack: 121)
            }),
        // A hole that is filled before its ACK is none.
        Case(
            .established, "ShADTa",
            opened { t in
                t.c.data(111, ack: 301, 10)
                t.c.data(101, ack: 301, 10)
                t.s.ack(301, ack: 121)
            }),
        Case(.originatorReset, "ShAI", opened { $0.c.send([.fin, .rst], 101, 301) }),
        Case(.other, "^dA") { t in
            t.s.data(301, ack: 101, 10)
            t.c.ack(101, ack: 311)
        },
    ]

    @Test(arguments: letters) func letter(_ expected: Case) {
        let t = Transcript()
        expected.write(t)
        #expect(Self.history(t) == expected.history)
    }

    /// SYN after SYN, each with another number: the string stays short.
    @Test func historyIsBounded() {
        let t = Transcript()
        t.open()
        for number in 0..<2000 { t.c.rst(UInt32(number) &* 7919) }
        #expect(Self.history(t).count <= 260)
    }

    private static func history(_ t: Transcript) -> String {
        let analysis = t.measured
        return analysis.measures[0].zeekHistory(of: analysis.connections[0])
    }
}
