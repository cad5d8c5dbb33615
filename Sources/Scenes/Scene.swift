import Narration
import Stories
import TCPState
import TCPWire
import Tracking

/// The contents of a ladder, independent of how it is drawn: lanes, and what happened between them, in order. All
/// renderers draw from a scene; a scene knows nothing of where the connections came from.
///
/// A scene holds values: flags, numbers, times, what became of each segment, which timer fired. The renderer decides
/// which of them are written, in which form, and what is drawn between them (a tear in a long silence, for example).
/// Each row names only the one or two ends that it touches, so a scene of many lanes takes no more memory for each row
/// than one of two.
public struct Scene: Sendable {
    /// The line above the ladder.
    public var title: Text
    /// The sources from which the states are known, shown in brackets to the right of the title: `K+W`, `W+I`.
    public var provenance: [Provenance]
    /// The lanes, from left to right.
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
        /// The role that an endpoint has in the scene.
        public enum Role: Sendable, Equatable {
            /// An end of the scene's only connection: the one that opened it, or the one that was asked.
            case client, server
            /// An endpoint of one connection or more, in a scene of several connections.
            case host
        }
        /// The endpoint's role in the scene.
        public var role: Role
        /// The endpoint's name: `127.0.0.1:8080`, `[::1]:8080`, or a host's address.
        public var name: String
        /// The endpoint's state above the first row that touches it; `nil` where nothing is shown there.
        public var before: Mark?
        /// The sequence number in the headers from which this endpoint's relative numbers are counted; `nil` where the
        /// packets do not show it.
        public var zero: UInt32?
        /// Whether the endpoint belongs to several connections. It has a state in each of them, so a mark holds for its
        /// own row only.
        public var isShared = false
        /// A lane of one connection.
        public init(role: Role, name: String, before: Mark? = nil, zero: UInt32? = nil) {
            self.role = role
            self.name = name
            self.before = before
            self.zero = zero
        }
    }

    /// A state as a lane's rail shows it.
    public struct Mark: Sendable, Equatable {
        /// The kind of structure in which Linux keeps the connection.
        public enum Form: Sendable, Equatable {
            /// A full socket.
            case full
            /// A request socket or timewait socket: drawn in lower case (`r`, `t`).
            case mini
        }
        /// The state; `nil` where it cannot be known from this capture (drawn as `?`).
        public var state: State?
        /// The kind of structure in which Linux keeps the connection.
        public var form: Form
        /// The source from which the state is known.
        public var provenance: Provenance
        /// Whether the state changed on this row (drawn as `*`).
        public var changed: Bool
        /// A mark of this state, which counts as unchanged by default.
        public init(state: State?, form: Form = .full, provenance: Provenance, changed: Bool = false) {
            self.state = state
            self.form = form
            self.provenance = provenance
            self.changed = changed
        }
    }

    /// The effect of one row on one lane.
    public struct End: Sendable, Equatable {
        /// The lane's index among the scene's.
        public var lane: Int
        /// The lane's state after this row; `nil`: the row does not change it.
        public var mark: Mark?
        /// The end's sequence variables after this row (RFC 9293 3.3.1); `nil` where they are not known.
        public var variables: ConnectionStory.Variables?
        /// Creates the effect of a row on lane `lane`.
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
        /// Nothing contradicts that the receiver got and processed the segment.
        case arrived
        /// The segment has neither arrived nor been lost when the scene ends.
        case underWay
        /// The segment was lost between the ends; the value says where, if an end tells.
        case lost(Testimony.Loss?)
        /// The segment reached the host, which dropped it and says so.
        case refused
        /// The segment reached the other end, which dropped it or did nothing visible with it.
        case notTaken
        /// The segment arrived and brought nothing new.
        case useless
    }

    /// A remark of one end about a row: why it sent the segment, or what the segment's arrival did there. Notes are
    /// drawn below the row, at that end's lane.
    public struct Note: Sendable {
        /// The lane of the end.
        public var lane: Int
        /// The remark itself.
        public var text: Text
        /// The document that the remark rests on.
        public var source: Text
        /// Whether the note is always shown in full, with its line feeds as line breaks.
        public var isWhole = false
        /// A note at lane `lane`, with the document that it rests on.
        public init(lane: Int, text: Text, source: Text) {
            self.lane = lane
            self.text = text
            self.source = source
        }
    }

    /// One segment.
    public struct Segment: Sendable {
        /// The number of the segment's packet; segments that share a frame share the number, and differ in ``part``.
        public var number: Int
        /// When the segment was sent, in nanoseconds since the scene's start. Where only the time of capture is known,
        /// that time.
        public var departure: Int64
        /// When the segment reached the other end, in nanoseconds since the scene's start: equal to ``departure`` where
        /// only one time is known; `nil` if it did not arrive.
        public var arrival: Int64?
        /// The end that sent the segment, in the state after sending.
        public var sender: End
        /// The other end, in the state after the segment's arrival. If the arrival has a row of its own, or the segment
        /// did not arrive, the state is that at departure.
        public var receiver: End
        /// The control bits.
        public var flags: TCPFlags
        /// The sequence number, relative to the ISN where that is known.
        public var sequence: RelativeNumber
        /// The acknowledgment number; `nil` without the ACK bit.
        public var acknowledgment: RelativeNumber?
        /// Octets of payload.
        public var length: UInt32
        /// The segment's role in the connection.
        public var kind: ConnectionStory.Kind
        /// What became of the segment.
        public var fate = Fate.arrived
        /// The number of the earlier segment that this one retransmits or is a copy of; `nil` where there is none, or
        /// where it is not known.
        public var original: Int?
        /// Whether the sender retransmitted earlier octets with this segment; `false` for a copy that the network made.
        public var isRepetition = false
        /// The event that made the sender send the segment, a timer for example; `nil` where that is not known.
        public var cause: Testimony.Moment.Cause?
        /// Whether the segment is a keep-alive or a window probe, which asks for an answer by its sequence number.
        public var isProbe = false
        /// Whether the remark only repeats what the numbers say.
        public var isRoutine = false
        /// Whether the remark only says why the segment waited a moment, as TCP intends: as a delayed ACK, or by
        /// Nagle's algorithm.
        public var isHeldBack = false
        /// The window that the segment announces, in octets, where it matters: when it is zero, or announces room
        /// again; else `nil`.
        public var window: UInt64?
        /// Whether the segment shows that something went wrong: a loss, a refusal, a reset, a retransmission.
        public var isTrouble = false
        /// What the segment is, in words.
        public var remark: Text?
        /// The segment's payload; empty where the scene may not show it.
        public var payload: ArraySlice<UInt8> = []
        /// The remarks of both ends about this segment.
        public var notes: [Note] = []
        /// How many segments precede this one in its frame, which may carry several with the same ``number``.
        public var part = 0
        /// A segment that arrived; the properties that are no parameters here are set afterwards.
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

    /// An event at one end that is no departure of a segment: a call, a timer, or the arrival of a segment where that
    /// has a row of its own.
    public struct Moment: Sendable {
        /// When it happened, in nanoseconds since the scene's start; `nil` where that is not known.
        public var time: Int64?
        /// If the moment stands for a stretch of time, when that ends, in nanoseconds since the scene's start; it
        /// begins at ``time``.
        public var until: Int64?
        /// The end at which it happened, in the state afterwards.
        public var end: End
        /// The lane of the connection's other end.
        public var peer: Int
        /// The event in a form that code can use, where there is one; for an arrival, the segment's number.
        public var cause: Testimony.Moment.Cause?
        /// The event in words: `connect()`, `connect() = OK`, `ss: SYN-RECV`.
        public var what: Text
        /// The text after ``what``.
        public var remark: Text?
        /// Whether the event shows that something went wrong.
        public var isTrouble = false
        /// The remarks of its end.
        public var notes: [Note] = []
        /// An event at `end`.
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
    /// The name of the segment's row (``Scene/rowNames``).
    var name: String { Self.name(number, part) }

    fileprivate static func name(_ number: Int, _ part: Int) -> String {
        part == 0 ? "seg-\(number)" : "seg-\(number)-\(part)"
    }
}

extension StoredSegment {
    /// The name of this segment's row (``Scene/rowNames``).
    public var rowName: String { Scene.Segment.name(number, part) }
}

extension Scene.Row {
    /// When the row happened, in nanoseconds since the scene's start; for a segment, its departure.
    public var time: Int64? {
        switch self {
        case .segment(let segment): segment.departure
        case .moment(let moment): moment.time
        }
    }

    /// When the row ended: its ``time``, unless it stands for a stretch of time.
    package var endTime: Int64? {
        if case .moment(let moment) = self, let until = moment.until { until } else { time }
    }

    /// The notes that are drawn below the row.
    public var notes: [Scene.Note] {
        switch self {
        case .segment(let segment): segment.notes
        case .moment(let moment): moment.notes
        }
    }

    /// The ends that the row touches: a segment's sender and receiver, or the one end of a moment.
    package var ends: (Scene.End, Scene.End?) {
        switch self {
        case .segment(let segment): (segment.sender, segment.receiver)
        case .moment(let moment): (moment.end, nil)
        }
    }
}

extension Scene {
    /// The name of each row, the same in every rendering, in the rows' order: `seg-4` for packet 4 (`seg-4-1` where one
    /// segment precedes this one in its frame), `arr-4` for its arrival where that has a row of its own, `mom-2` for
    /// the second of all other moments. The same capture gives the same names.
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
