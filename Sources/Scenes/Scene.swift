import Narration
import Stories
import TCPState
import TCPWire
import Tracking

/// What a ladder shows, apart from how: lanes, and what happened between them, in order. Every renderer draws from it, and it
/// knows nothing of where the connections came from.
///
/// It holds values: flags, numbers and times as they are, what became of a segment, what a timer did. Which of them are
/// written, in which form and with what between them (a tear in a long silence, say) is the renderer's business. A row tells
/// of the one or two ends that it touches: a scene of many lanes takes no more memory for each row than one of two.
public struct Scene: Sendable {
    /// What is written above it.
    public var title: Text
    /// Shown in brackets at the title's right: `K+W`, `W+I`.
    public var provenance: [Provenance]
    /// From left to right.
    public var lanes: [Lane]
    /// What happened, in order.
    public var rows: [Row]
    /// Lines below the ladder.
    public var footer: [Text]

    /// A scene of these lanes and rows.
    public init(title: Text, provenance: [Provenance], lanes: [Lane], rows: [Row], footer: [Text] = []) {
        self.title = title
        self.provenance = provenance
        self.lanes = lanes
        self.rows = rows
        self.footer = footer
    }

    /// One endpoint's vertical line.
    public struct Lane: Sendable, Equatable {
        /// What an endpoint is in the scene.
        public enum Role: Sendable, Equatable {
            /// The ends of one connection: who opened it, and who was asked.
            case client, server
            /// An endpoint of one connection or of several, where many are drawn.
            case host
        }
        /// What it is in the scene.
        public var role: Role
        /// `127.0.0.1:8080`, `[::1]:8080`, or a host's address.
        public var name: String
        /// Its state above the first row that touches it; `nil` where nothing is shown there.
        public var before: Mark?
        /// The number in the headers from which its own sequence numbers are counted, where the packets show one.
        public var zero: UInt32?
        /// Whether it is an end of several connections: it has a state in each of them, so that one holds for its own row only.
        public var isShared = false
        /// A lane of one connection.
        public init(role: Role, name: String, before: Mark? = nil, zero: UInt32? = nil) {
            self.role = role
            self.name = name
            self.before = before
            self.zero = zero
        }
    }

    /// A state as the rail shows it.
    public struct Mark: Sendable, Equatable {
        /// Whether Linux keeps the whole socket.
        public enum Form: Sendable, Equatable {
            /// A whole one.
            case full
            /// Linux's request socket or timewait socket: drawn in lower case (`r`, `t`).
            case mini
        }
        /// `nil`: cannot be known from here (`?`).
        public var state: State?
        /// Whether Linux keeps the whole socket.
        public var form: Form
        /// How the state is known.
        public var provenance: Provenance
        /// Whether it changed on this row (`*`).
        public var changed: Bool
        /// A state, unchanged unless it is said.
        public init(state: State?, form: Form = .full, provenance: Provenance, changed: Bool = false) {
            self.state = state
            self.form = form
            self.provenance = provenance
            self.changed = changed
        }
    }

    /// What one row does to one lane.
    public struct End: Sendable, Equatable {
        /// The lane's index among the scene's.
        public var lane: Int
        /// Its state as after this row; `nil`: what it was before, if that is known.
        public var mark: Mark?
        /// Its sequence variables as after this row (RFC 9293 3.3.1), where they are known.
        public var variables: ConnectionStory.Variables?
        /// What a row does to lane `lane`.
        public init(lane: Int, mark: Mark? = nil, variables: ConnectionStory.Variables? = nil) {
            self.lane = lane
            self.mark = mark
            self.variables = variables
        }
    }

    /// Something that happened.
    public enum Row: Sendable {
        /// A segment was sent.
        case segment(Segment)
        /// Something happened at one end.
        case moment(Moment)
    }
}

extension Scene {
    /// What became of a segment.
    public enum Fate: Sendable, Equatable {
        /// Nothing speaks against its having been taken.
        case arrived
        /// Neither arrived nor lost where the scene ends.
        case underWay
        /// Lost between the ends; where, if that is told.
        case lost(Testimony.Loss?)
        /// It reached the host, which dropped it and says so.
        case refused
        /// It reached the other end, which dropped it or did nothing with it that shows.
        case notTaken
        /// It arrived and brought nothing new.
        case useless
    }

    /// What one end says of a row: why it sent the segment, what its arrival did. Below the row, at that end's lane.
    public struct Note: Sendable {
        /// Whose it is.
        public var lane: Int
        /// What it says.
        public var text: Text
        /// The document that says so.
        public var source: Text
        /// Whether it is shown however long it is, its line feeds as new lines.
        public var isWhole = false
        /// What an end says, with its source.
        public init(lane: Int, text: Text, source: Text) {
            self.lane = lane
            self.text = text
            self.source = source
        }
    }

    /// One segment.
    public struct Segment: Sendable {
        /// Its packet's number; no other segment of the scene has it.
        public var number: Int
        /// Nanoseconds since the scene's start at which it was sent, or where only one of the two is known, captured.
        public var departure: Int64
        /// When it reached the other end: equal to ``departure`` where only one of the two is known; `nil` if it did not.
        public var arrival: Int64?
        /// The end that sent it, as after that.
        public var sender: End
        /// As the segment's arrival left it; where the arrival is a row of its own, or there was none, as it was at departure.
        public var receiver: End
        /// The control bits.
        public var flags: TCPFlags
        /// The sequence number, from the ISN where that is known.
        public var sequence: RelativeNumber
        /// `nil` without the ACK bit.
        public var acknowledgment: RelativeNumber?
        /// Octets of payload.
        public var length: UInt32
        /// What it is for.
        public var kind: ConnectionStory.Kind
        /// What became of it.
        public var fate = Fate.arrived
        /// The number of the segment whose sequence numbers it sends again, or of which it is a copy, where that is known.
        public var original: Int?
        /// Whether it sends again what was sent before; a copy that the network made does not.
        public var isRepetition = false
        /// What made its sender send it, where that is known: a timer, for example.
        public var cause: Testimony.Moment.Cause?
        /// Whether its sequence number is what it asks by: a keep-alive or a window probe.
        public var isProbe = false
        /// Whether the remark says only what the numbers say already.
        public var isRoutine = false
        /// Whether its remark says only why it waited a moment, which TCP means it to: a delayed ACK, Nagle.
        public var isHeldBack = false
        /// The window that it offers, in octets, where that matters: it is zero, or tells that there is room again.
        public var window: UInt64?
        /// Whether it shows that something went wrong: a loss, a refusal, a reset, a retransmission.
        public var isTrouble = false
        /// What this segment is.
        public var remark: Text?
        /// What it carries, where the scene may show that.
        public var payload: ArraySlice<UInt8> = []
        /// What its ends say of it.
        public var notes: [Note] = []
        /// How many stand before it in its frame, which may carry several: all of them have one number.
        public var part = 0
        /// A segment that arrived; the rest is put in afterwards.
        public init(
            number: Int, departure: Int64, arrival: Int64?, sender: End, receiver: End, flags: TCPFlags,
            sequence: RelativeNumber, acknowledgment: RelativeNumber?, length: UInt32 = 0,
            kind: ConnectionStory.Kind
        ) {
            self.number = number
            self.departure = departure
            self.arrival = arrival
            self.sender = sender
            self.receiver = receiver
            self.flags = flags
            self.sequence = sequence
            self.acknowledgment = acknowledgment
            self.length = length
            self.kind = kind
        }
    }

    /// Something an application or the kernel did at one end, or what happened to it, with no departure: a call, a timer, a
    /// segment's arrival that is apart from its departure.
    public struct Moment: Sendable {
        /// Nanoseconds since the scene's start, where that is known.
        public var time: Int64?
        /// Where it stands for a stretch of time that begins at ``time``: its end.
        public var until: Int64?
        /// Where it happened, as after it.
        public var end: End
        /// The lane of the connection's other end.
        public var peer: Int
        /// What it was, where more is known than words. Of an arrival, the segment's number.
        public var cause: Testimony.Moment.Cause?
        /// `connect()`, `connect() = OK`, `ss: SYN-RECV`.
        public var what: Text
        /// What is said behind it.
        public var remark: Text?
        /// Whether it tells that something went wrong.
        public var isTrouble = false
        /// What its end says of it.
        public var notes: [Note] = []
        /// Something that happened at `end`.
        public init(
            time: Int64?, end: End, peer: Int, what: Text, cause: Testimony.Moment.Cause? = nil, remark: Text? = nil
        ) {
            self.time = time
            self.end = end
            self.peer = peer
            self.what = what
            self.cause = cause
            self.remark = remark
        }
    }
}

extension Scene.Segment {
    /// ``Scene/rowNames``.
    var name: String { Self.name(number, part) }

    fileprivate static func name(_ number: Int, _ part: Int) -> String {
        part == 0 ? "seg-\(number)" : "seg-\(number)-\(part)"
    }
}

extension StoredSegment {
    /// What its row is called (``Scene/rowNames``).
    public var rowName: String { Scene.Segment.name(number, part) }
}

extension Scene.Row {
    /// When it happened, in nanoseconds since the scene's start: a segment's departure.
    public var time: Int64? {
        switch self {
        case .segment(let segment): segment.departure
        case .moment(let moment): moment.time
        }
    }

    /// When all of it was over: its ``time``, unless it stands for a stretch of time.
    package var endTime: Int64? {
        if case .moment(let moment) = self, let until = moment.until { until } else { time }
    }

    /// What is said below it.
    public var notes: [Scene.Note] {
        switch self {
        case .segment(let segment): segment.notes
        case .moment(let moment): moment.notes
        }
    }

    /// The ends that it touches: a segment's sender and receiver, a moment's one.
    package var ends: (Scene.End, Scene.End?) {
        switch self {
        case .segment(let segment): (segment.sender, segment.receiver)
        case .moment(let moment): (moment.end, nil)
        }
    }
}

extension Scene {
    /// What each row is called wherever it is drawn, in the rows' order: `seg-4` for packet 4 (`seg-4-1` where one stands before it in
    /// its frame), `arr-4` for its arrival where
    /// that is a row of its own, `mom-2` for the second of all other moments. The same capture gives the same names.
    public var rowNames: [String] {
        var moments = 0
        return rows.map { row in
            switch row {
            case .segment(let segment): return segment.name
            case .moment(let moment):
                if case .segment(let number) = moment.cause { return "arr-\(number)" }
                moments += 1
                return "mom-\(moments)"
            }
        }
    }

    /// The times of the rows that have one, in the rows' order.
    package var times: [Int64] {
        var times: [Int64] = []
        times.reserveCapacity(rows.count)
        for index in rows.indices {
            if let time = rows[index].time { times.append(time) }
        }
        return times
    }

    /// Whether the lanes are the two ends of one connection, and not hosts that may have several.
    package var isOneConnection: Bool { lanes.count == 2 && !lanes.contains { $0.role == .host } }
}
