import TCPState
import Testing

extension TransitionTable {
    /// The edge that leaves `state` on `event`; `nil` where the event changes nothing there.
    static func transition(from state: State, on event: Event) -> Transition? {
        all.first { $0.from == state && $0.event == event }
    }
}

@Suite("RFC 9293's transition table")
struct TransitionTableTests {
    /// Walks the table from CLOSED and gives the states passed through.
    func walk(_ events: [Event]) -> [State] {
        var state = State.closed
        return events.map { event in
            state = TransitionTable.transition(from: state, on: event)?.to ?? state
            return state
        }
    }

    @Test("the ways through Figure 5 that have names")
    func namedWays() {
        // Who connects, sends, and closes first.
        #expect(
            walk([.activeOpen, .synAckArrives, .close, .ackOfFinArrives, .finArrives, .timeWaitExpires])
                == [.synSent, .established, .finWait1, .finWait2, .timeWait, .closed])
        // Who listens and is closed upon.
        #expect(
            walk([.passiveOpen, .synArrives, .ackOfSynArrives, .finArrives, .close, .ackOfFinArrives])
                == [.listen, .synReceived, .established, .closeWait, .lastAck, .closed])
        // Simultaneous open.
        #expect(walk([.activeOpen, .synArrives, .synAckArrives]) == [.synSent, .synReceived, .established])
        // Simultaneous close.
        #expect(
            walk([.activeOpen, .synAckArrives, .close, .finArrives, .ackOfFinArrives])
                == [.synSent, .established, .finWait1, .closing, .timeWait])
        // Close in three segments.
        #expect(
            walk([.activeOpen, .synAckArrives, .close, .finWithAckOfFinArrives])
                == [.synSent, .established, .finWait1, .timeWait])
        // Refused.
        #expect(walk([.activeOpen, .resetArrives]) == [.synSent, .closed])
    }

    @Test("no state has two edges for one event, and no edge leads nowhere")
    func deterministic() {
        var seen = Set<[UInt8]>()
        for edge in TransitionTable.all {
            #expect(seen.insert([edge.from.rawValue, edge.event.rawValue]).inserted, "\(edge)")
            #expect(edge.from != edge.to)
            #expect(edge.section.hasPrefix("3."))
        }
    }

    @Test("every state can be reached from CLOSED, and CLOSED from every state", arguments: State.allCases)
    func connected(state: State) {
        func reachable(from start: State) -> Set<State> {
            var found: Set<State> = [start]
            var open = [start]
            while let next = open.popLast() {
                for edge in TransitionTable.all where edge.from == next && found.insert(edge.to).inserted {
                    open.append(edge.to)
                }
            }
            return found
        }
        #expect(reachable(from: .closed).contains(state))
        #expect(reachable(from: state).contains(.closed))
    }

    @Test("an abort or an RST ends every connection that both ends know of")
    func reset() {
        for state in State.allCases where state.isSynchronized {
            #expect(TransitionTable.transition(from: state, on: .resetArrives)?.to == .closed)
            #expect(TransitionTable.transition(from: state, on: .abort)?.to == .closed)
        }
    }

    @Test("the matrix executes the table, and stays where the table has no edge")
    func matrix() {
        let matrix = TransitionMatrix()
        for state in State.allCases {
            for event in Event.allCases {
                let expected = TransitionTable.transition(from: state, on: event)?.to ?? state
                #expect(matrix.next(state, event) == expected)
            }
        }
    }

    @Test("letters tell the states apart without colour")
    func letters() {
        #expect(Set(State.allCases.map(\.letter)).count == State.allCases.count)
        #expect(Set(State.allCases.map(\.name)).count == 11)
    }
}
