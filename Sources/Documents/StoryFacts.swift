import CaptureFile
import Narration
import Stories
import TCPState
import TCPWire
import Tracking

/// The whole story of one connection in JSON.
package struct StoryFacts: Encodable {
    struct Segment: Encodable {
        let number: Int
        let time: String
        let from: String
        let flags: [String]
        let sequence: UInt64
        let sequenceRaw: UInt32
        let sequenceBase: String
        let acknowledgment: UInt64?
        let acknowledgmentRaw: UInt32?
        let length: UInt32
        let window: UInt16
        let kind: String
        /// The classes by which lists and measures count the segment.
        let classes: [String]
        let labels: [Label]
        /// The number of the packet whose numbers are sent again.
        let original: Int?
        let fate: String
        let client: EndState
        let server: EndState
        let comment: [String: String]
        /// What the ends themselves report about it; `nil` if they report nothing.
        let account: Account?
        /// The comments that the capture file has for the packet; `nil` if there are none.
        let packetComments: PacketComment.List?
    }

    struct PacketComment: Encodable {
        struct List: Encodable {
            let comments: [PacketComment]
            /// How many more comments there are.
            let leftOut: Int
        }

        let text: String
        /// How many octets of the comment are left out.
        let octetsLeftOut: Int
    }

    struct Account: Encodable {
        /// Why the segment was sent.
        let reason: RuleFacts?
        let purpose: String?
        let arrival: String?
        let loss: String?
        /// The rules by which its receiver acted.
        let effects: [RuleFacts]
        /// What its sender's kernel counted until it had left.
        let counts: [CountFacts]?

        init(_ account: Testimony.Account) {
            counts = CountFacts.list(account.counts)
            reason = account.reason.map(RuleFacts.init)
            purpose = account.purpose?.rawValue
            arrival = account.fate.arrival?.secondsText
            loss = if case .lost(let loss) = account.fate { loss.rawValue } else { nil }
            effects = account.effects.map(RuleFacts.init)
        }
    }

    struct RuleFacts: Encodable {
        let rule: String
        let document: String
        let section: String
        let text: [String: String]

        init(_ reason: Reason) {
            rule = reason.name
            switch reason {
            case .rule(let rule): (document, section) = (rule.document, rule.section)
            case .kernel: (document, section) = ("kernel", "")
            case .errno: (document, section) = ("errno", "")
            }
            text = ["en": reason.text.english, "zh": reason.text.chinese]
        }
    }

    struct Moment: Encodable {
        let time: String
        let party: String
        /// `segment`, `call`, `returned`, `timer`, `icmp` or `itself`.
        let cause: String
        /// The number of the packet that arrived.
        let number: Int?
        /// The name of the call.
        let call: String?
        let timer: String?
        let state: String
        let rules: [RuleFacts]
        /// For a timer: for how many seconds it had run.
        let ran: Double?
        /// What the end's kernel counted until then.
        let counts: [CountFacts]?

        init(_ moment: Testimony.Moment) {
            ran = moment.ran.map { Double($0) / 1e9 }
            counts = CountFacts.list(moment.counts)
            time = moment.time.secondsText
            party = moment.party.rawValue
            var number: Int?
            var call: String?
            var timer: String?
            switch moment.cause {
            case .segment(let packet): (cause, number) = ("segment", packet)
            case .call(let name): (cause, call) = ("call", name)
            case .returned(let name): (cause, call) = ("returned", name)
            case .timer(let name): (cause, timer) = ("timer", name.rawValue)
            case .icmp: cause = "icmp"
            case .itself: cause = "itself"
            }
            self.number = number
            self.call = call
            self.timer = timer
            state = moment.state.name
            rules = moment.reasons.map(RuleFacts.init)
        }
    }

    struct Label: Encodable {
        let label: String
        let isFault: Bool
        /// The numbers of the packets that prove it together with this one.
        let evidence: [Int]
        let original: Int?
        /// For a timer: how often it had been backed off. For a duplicate ACK: its position in the row.
        let ordinal: Int?
        let source: String

        init(_ proved: ProvedLabel) {
            label = proved.label.rawValue
            isFault = proved.label.entry.isFault
            evidence = proved.evidence
            original = proved.original
            ordinal = proved.ordinal
            source = proved.label.entry.source
        }
    }

    struct EndState: Encodable {
        let state: String?
        let provenance: String

        init(_ state: ConnectionStory.EndState) {
            self.state = state.state?.name
            provenance = state.provenance.id
        }
    }

    struct PathEntry: Encodable {
        let state: String
        let time: String?
        let cause: Int?
        let observed: String?
        let provenance: String
        let rule: RuleFacts?
    }

    /// The ends' final states according to hindsight, if these differ from those in lists.
    struct Hindsight: Encodable {
        let clientState: String?
        let serverState: String?

        init?(_ story: ConnectionStory) {
            guard story.leftOut == 0, let last = story.steps.last else { return nil }
            let (client, server) = (last.client.state, last.server.state)
            guard client != story.record.client.state || server != story.record.server.state else { return nil }
            clientState = client?.name
            serverState = server?.name
        }
    }

    /// The connection's row, as it is in lists.
    let connection: ConnectionFacts
    let hindsight: Hindsight?
    let segments: [Segment]
    /// How many segments at the end of the connection are not included; `nil` if none.
    let leftOut: Int?
    /// The ICMP errors about its segments; `nil` if there are none.
    let icmp: [ReportFacts]?
    /// What else happened at the ends, if they report it.
    let moments: [Moment]?
    /// How the loss of each segment was repaired that was lost according to an end or the network; `nil` if none was
    /// lost.
    let repairs: [RepairFacts]?
    let paths: [String: [PathEntry]]

    /// Creates a story's facts. `number` is the connection's number in its list, from 1.
    package init(_ story: ConnectionStory, number: Int) {
        connection = ConnectionFacts(story.record, number: number, errors: story.reports.map(\.error))
        icmp = story.reports.isEmpty ? nil : story.reports.map(ReportFacts.init)
        hindsight = Hindsight(story)
        segments = story.steps.map(Segment.init)
        leftOut = story.leftOut > 0 ? story.leftOut : nil
        moments = story.testimony?.moments.map(Moment.init)
        let repairs = story.testimony == nil ? [] : story.repairs
        self.repairs = repairs.isEmpty ? nil : repairs.map { RepairFacts($0, in: story) }
        paths = Dictionary(
            uniqueKeysWithValues: Party.allCases.map { party in
                let path = story.path(of: party)
                return (
                    party.rawValue,
                    path.entries.map {
                        PathEntry(
                            state: $0.state.name, time: $0.time?.secondsText, cause: $0.cause,
                            observed: $0.observed?.secondsText, provenance: $0.provenance.id,
                            rule: $0.reason.map(RuleFacts.init))
                    }
                )
            })
    }
}

extension StoryFacts.Segment {
    init(_ step: ConnectionStory.Step) {
        let header = step.segment.header
        number = step.segment.number
        time = step.segment.time.secondsText
        from = step.sender.rawValue
        flags = header.flags.description.split(separator: ",").map(String.init)
        sequence = step.sequence.value
        sequenceRaw = step.sequence.raw
        sequenceBase = step.sequence.base.rawValue
        acknowledgment = step.acknowledgment?.value
        acknowledgmentRaw = step.acknowledgment?.raw
        length = header.payloadLength
        window = header.window
        kind = step.kind.rawValue
        classes = step.classes.names
        labels = step.labels.map(StoryFacts.Label.init)
        original = step.original
        fate = step.fate.rawValue
        client = StoryFacts.EndState(step.client)
        server = StoryFacts.EndState(step.server)
        comment = ["en": step.comment.english, "zh": step.comment.chinese]
        account = step.account.map(StoryFacts.Account.init)
        packetComments = StoryFacts.PacketComment.List(step.segment.comments)
    }
}

extension StoryFacts.PacketComment.List {
    fileprivate init?(_ comments: PacketComments) {
        guard !comments.isEmpty else { return nil }
        self.comments = comments.kept.map {
            StoryFacts.PacketComment(text: $0.text, octetsLeftOut: $0.octetsLeftOut)
        }
        leftOut = comments.leftOut
    }
}

extension Provenance {
    var id: String {
        switch self {
        case .kernel: "kernel"
        case .stack: "stack"
        case .wire: "wire"
        case .inferred: "inferred"
        }
    }
}
