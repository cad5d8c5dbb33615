import Foundation
import TCPState
import Testing

/// The diagram of `Docs/states.md` is the table's: drawn from it, edge by edge.
@Suite("the state diagram")
struct TransitionDiagramTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/states.md")

    /// The table as a Mermaid state diagram, an arrow for each edge.
    static var diagram: [String] {
        let names = State.allCases.map { "    state \"\($0.name)\" as \(identifier($0))" }
        let edges = TransitionTable.all.map { edge in
            let answer = edge.response == .nothing ? "" : " / \(words(edge.response))"
            return
                "    \(identifier(edge.from)) --> \(identifier(edge.to)): \(words(edge.event))\(answer) [\(edge.section)]"
        }
        return ["stateDiagram-v2"] + names + ["    [*] --> closed"] + edges
    }

    @Test("what the page draws is what the table says")
    func snapshot() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex(of: "```mermaid"))
        let drawn = lines[(start + 1)...].prefix { $0 != "```" }
        #expect(Array(drawn) == Self.diagram, "Docs/states.md should hold:\n\(Self.diagram.joined(separator: "\n"))")
    }

    private static func identifier(_ state: State) -> String { "\(state)" }

    private static func words(_ event: Event) -> String {
        switch event {
        case .passiveOpen: "passive OPEN"
        case .activeOpen: "active OPEN"
        case .send: "SEND"
        case .close: "CLOSE"
        case .abort: "ABORT"
        case .synArrives: "rcv SYN"
        case .synAckArrives: "rcv SYN,ACK of SYN"
        case .ackOfSynArrives: "rcv ACK of SYN"
        case .finArrives: "rcv FIN"
        case .ackOfFinArrives: "rcv ACK of FIN"
        case .finWithAckOfFinArrives: "rcv FIN,ACK of FIN"
        case .resetArrives: "rcv RST"
        case .timeWaitExpires: "2 MSL over"
        case .timeOut: "time-out"
        }
    }

    private static func words(_ response: Response) -> String {
        switch response {
        case .nothing: ""
        case .syn: "snd SYN"
        case .synAck: "snd SYN,ACK"
        case .ack: "snd ACK"
        case .fin: "snd FIN"
        case .rst: "snd RST"
        }
    }
}
