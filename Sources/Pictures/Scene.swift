import Narration
import Stories
import TCPState
import Tracking

/// What a ladder shows, apart from how: lanes, and what happened between them, in order. Every renderer draws from it,
/// and it knows nothing of where the connection came from.
public struct Scene: Sendable {
    /// One endpoint's vertical line.
    public struct Lane: Sendable, Equatable {
        public enum Role: Sendable, Equatable { case client, server, host }
        public var role: Role
        /// `127.0.0.1:8080`, `[::1]:8080`, or a host's address.
        public var name: String
        public init(role: Role, name: String) {
            self.role = role
            self.name = name
        }
    }

    /// A state as the rail shows it.
    public struct Mark: Sendable, Equatable {
        public enum Form: Sendable, Equatable {
            case full
            /// Linux's request socket or timewait socket: drawn in lower case (`r`, `t`).
            case mini
        }
        /// `nil`: cannot be known from here (`?`).
        public var state: State?
        public var form: Form
        public var provenance: Provenance
        /// Whether it changed on this row (`*`).
        public var changed: Bool
        public init(state: State?, form: Form = .full, provenance: Provenance, changed: Bool = false) {
            self.state = state
            self.form = form
            self.provenance = provenance
            self.changed = changed
        }
    }

    public enum Fate: Sendable, Equatable {
        case arrived
        /// Lost between the ends: `×` in mid-lane.
        case lost
        /// Reached the host and was refused there: `⊗` at the lifeline.
        case refused
        /// Arrived and brought nothing new: `○`.
        case useless
    }

    /// What one end says of a row: why it sent the segment, what its arrival did. Below the row, at that end's lane.
    public struct Note: Sendable {
        public var lane: Int
        public var text: Text
        /// The document that says so.
        public var source: Text
        /// Whether it is shown however long it is, its line feeds as new lines.
        public var isWhole = false
        public init(lane: Int, text: Text, source: Text) {
            self.lane = lane
            self.text = text
            self.source = source
        }
    }

    /// One segment, one row.
    public struct Segment: Sendable {
        public var number: Int
        /// Nanoseconds since the scene's start.
        public var time: Int64
        /// Nanoseconds since the row before; `nil` on the first.
        public var delta: Int64?
        public var from: Int
        public var to: Int
        /// `SYN,ACK`, `PSH,ACK`.
        public var flags: String
        /// What follows the flags, most needed first: `seq=1`, `len=16`, `ack=17`. Dropped from the end where the lane is narrow.
        public var words: [String]
        public var fate: Fate
        /// One for each lane, as after this row; `nil` where the lane has no part in it.
        public var marks: [Mark?]
        /// The last column: what this segment is, or what it carries.
        public var remark: Text?
        /// Per lane: the send sequence variables' last values for the wide form (`snd.una`, `snd.nxt`, `rcv.nxt`), relative.
        public var variables: [Variables?]
        public var notes: [Note] = []
        public init(
            number: Int, time: Int64, delta: Int64? = nil, from: Int, to: Int, flags: String, words: [String],
            fate: Fate = .arrived, marks: [Mark?], remark: Text? = nil, variables: [Variables?] = []
        ) {
            self.number = number
            self.time = time
            self.delta = delta
            self.from = from
            self.to = to
            self.flags = flags
            self.words = words
            self.fate = fate
            self.marks = marks
            self.remark = remark
            self.variables = variables
        }
    }

    /// One end's sequence variables (RFC 9293 3.3.1), as numbers ready to print.
    public struct Variables: Sendable, Equatable {
        public var sendUnacknowledged: UInt32
        public var sendNext: UInt32
        public var receiveNext: UInt32
        public init(sendUnacknowledged: UInt32, sendNext: UInt32, receiveNext: UInt32) {
            self.sendUnacknowledged = sendUnacknowledged
            self.sendNext = sendNext
            self.receiveNext = receiveNext
        }
    }

    /// Something an application or the kernel did at one end, with no segment: a call, a timer, a state the kernel showed.
    public struct Moment: Sendable {
        public var time: Int64?
        public var lane: Int
        /// `connect()`, `connect() = OK`, `ss: SYN-RECV`.
        public var what: Text
        public var marks: [Mark?]
        public var remark: Text?
        public var notes: [Note] = []
        public init(time: Int64?, lane: Int, what: Text, marks: [Mark?], remark: Text? = nil) {
            self.time = time
            self.lane = lane
            self.what = what
            self.marks = marks
            self.remark = remark
        }
    }

    /// A stretch of time in which nothing happened, drawn as a tear.
    public struct Silence: Sendable {
        public var duration: Int64
        public var remark: Text?
        public init(duration: Int64, remark: Text? = nil) {
            self.duration = duration
            self.remark = remark
        }
    }

    public enum Row: Sendable {
        case segment(Segment)
        case moment(Moment)
        case silence(Silence)
    }

    public var title: Text
    /// Shown in brackets at the title's right: `K+W`, `W+I`.
    public var provenance: [Provenance]
    public var lanes: [Lane]
    public var rows: [Row]
    /// Lines below the ladder.
    public var footer: [Text]

    public init(title: Text, provenance: [Provenance], lanes: [Lane], rows: [Row], footer: [Text] = []) {
        self.title = title
        self.provenance = provenance
        self.lanes = lanes
        self.rows = rows
        self.footer = footer
    }
}
