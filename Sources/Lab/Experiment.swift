import CaptureFile
import FlatMemory
import LinuxKernel
import Passes
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// The tutorial's experiment with real sockets: a server, a client, and one connection between them over this machine's
/// loopback device, with its packets, both ends' states, and the socket table at three moments.
public struct Experiment: Sendable {
    /// What the client says: 16 octets.
    public static let clientGreeting = Array("hello, xiao mei.".utf8)

    /// How the experiment is to be done.
    public struct Options: Sendable {
        /// The server's port. If it is taken, the next free one is used.
        public var port: UInt16 = 8080
        /// The interface on which packets are captured. The connection goes over the loopback device in any case.
        public var interface = "lo"
        /// More connections, made afterwards only to see their initial sequence numbers.
        public var furtherConnections = 0
        /// Creates the usual options: one connection to port 8080.
        public init() {}
    }

    /// The entries of the socket table that concern the server and its client, at one moment.
    public struct TableMoment: Sendable {
        /// A moment of the connection.
        public enum Moment: String, Sendable, CaseIterable {
            case listening, established, closed
        }
        /// The moment of the connection at which the table was read.
        public let moment: Moment
        /// The sockets of the server's port: the listener, and both ends of the connection if they exist.
        public let sockets: [SocketEntry]

        /// Without entries that earlier connections to the same port have left.
        fileprivate func limited(to client: Endpoint) -> TableMoment {
            TableMoment(
                moment: moment,
                sockets: sockets.filter { $0.state == .listen || $0.local == client || $0.remote == client })
        }
    }

    /// Why the experiment could not be done.
    public enum Failure: Error, Sendable {
        /// The server could not listen.
        case server(SystemError)
        case socketTable(SocketTableError)
        case dial(DialOutcome)
    }

    /// The results.
    public struct Record: Sendable {
        /// Where it took place.
        public let place: Place
        /// The places that would have been better, and why they were not available.
        public var refusals: [WireRefusal] = []
        /// Where the server listened.
        public let server: Endpoint
        /// The port that was asked for, if it was taken already; else `nil`.
        public let takenPort: UInt16?
        /// The client's end of the connection.
        public let client: Endpoint
        /// What the client's program did, step by step.
        public let dial: DialStory
        /// What happened at the server's program, in order.
        public let serverEvents: [ServerEvent]
        /// The states that the kernel showed when it was asked at intervals. Empty if it was asked after each event,
        /// because the states are in the story then.
        public let observations: [StateObservation]
        /// The socket table at each moment at which it was read; empty where there was none to read.
        public let tables: [TableMoment]
        /// The story of the experiment's connection; `nil` if there are no packets.
        public let story: ConnectionStory?
        /// How many packets the kernel dropped before they could be captured; `nil` if none could be captured.
        public let droppedByKernel: Int?
        /// The ISNs of the connections that were made afterwards.
        public let furtherInitialNumbers: [UInt32]
        /// Interventions for segments that were never sent.
        public var unmatched: [Intervention] = []
        /// Interventions that held a segment until the next one from its end; as none came, it arrived alone.
        public var overdue: [Intervention] = []
        /// Both ends' sockets after each event; `nil` if the kernels were not asked that often.
        public var sockets: Sockets?
        /// Whether it was ended because its time was up.
        public var isCutOff = false
    }

    /// Both ends' sockets as the kernels listed them. An end without a socket is missing.
    public struct Sockets: Sendable {
        /// The sockets after each segment was sent, in the order of the segments' numbers.
        public let departures: [[Party: SocketEntry]]
        /// The sockets after each segment arrived, in the same order; empty for a segment that did not arrive.
        public let arrivals: [[Party: SocketEntry]]
        /// The sockets after each call, and each timer, that is in the story.
        public let moments: [[Party: SocketEntry]]
    }

    /// Where the experiment took place.
    public enum Place: Hashable, Sendable {
        /// On this machine's loopback device, or on that of a network namespace.
        case loopback
        /// Between two ends of the kernel on a wire that this process holds.
        case wire(WireKind)
        /// On our own TCP, in virtual time.
        case stack

        /// Whether it took place on a wire.
        public var isWire: Bool { if case .wire = self { true } else { false } }

        /// Its name in documents.
        public var name: String {
            switch self {
            case .loopback: "loopback"
            case .wire(let kind): kind.rawValue
            case .stack: "stack"
            }
        }
    }

    private let options: Options

    /// Creates an experiment. Nothing happens until it is run.
    public init(_ options: Options = Options()) { self.options = options }

    /// Does the experiment, which takes about a tenth of a second.
    public func run() async throws(Failure) -> Record {
        let server = try listen()
        let witness = try ExperimentWitness(server: server.endpoint)
        let recorder = Result<PacketRecorder, LiveCaptureError> { () throws(LiveCaptureError) in
            try PacketRecorder(
                CaptureOptions(
                    interface: options.interface, filter: "tcp port \(server.endpoint.port)",
                    bufferSize: 4 << 20))
        }
        async let events = Self.collect(server.events)
        async let summary = server.run()
        let dial = await dial(server.endpoint, witness)
        if case .established = dial.outcome {
            for _ in 0..<options.furtherConnections { _ = await self.dial(server.endpoint, nil) }
        }
        let observations = witness.finish()
        server.stop()
        _ = await summary
        let recording = await (try? recorder.get())?.stopped(quiet: 30) { packets in
            Self.isComplete(packets, dial, server.endpoint)
        }
        guard case .established = dial.outcome, let client = dial.local else { throw .dial(dial.outcome) }
        let seen = recording.map { Self.seen($0, of: client, server.endpoint, asked: observations) }
        return Record(
            place: .loopback, server: server.endpoint, takenPort: server.takenPort, client: client, dial: dial,
            serverEvents: await events, observations: observations,
            tables: witness.tables.map { $0.limited(to: client) }, story: seen?.story,
            droppedByKernel: recording.map { Int($0.statistics.droppedByKernel) },
            furtherInitialNumbers: seen?.otherNumbers ?? [])
    }

    /// The story of the experiment's connection in a recording, and the ISNs of the other connections.
    private static func seen(
        _ recording: Recording, of client: Endpoint, _ server: Endpoint, asked observations: [StateObservation]
    ) -> (story: ConnectionStory?, otherNumbers: [UInt32]) {
        let analysis = CaptureAnalysis(recording.packets)
        let index = analysis.connections.firstIndex { $0.clientEndpoint == client && $0.serverEndpoint == server }
        let others = analysis.connections.filter { $0.serverEndpoint == server && $0.clientEndpoint != client }
        return (
            index.flatMap { analysis.stored($0 + 1) }.flatMap { ConnectionStory($0, asked: observations) },
            others.map(\.client.initialSequence.rawValue)
        )
    }

    private func listen() throws(Failure) -> GreetingServer {
        do throws(SystemError) {
            return try GreetingServer(
                GreetingServer.Options(
                    address: IPAddress(ipv4: 0x7f00_0001), port: options.port, triesNextPorts: true))
        } catch {
            throw .server(error)
        }
    }

    private func dial(_ server: Endpoint, _ witness: ExperimentWitness?) async -> DialStory {
        let options = DialOptions(
            host: server.address.description, port: server.port, input: .octets(Self.clientGreeting),
            reading: .untilEnd, idleLimit: .seconds(5))
        do throws(SystemError) {
            return try await Dialer(options, onStep: { witness?.look(at: $0) }).dial()
        } catch {
            var story = DialStory()
            story.outcome = .local(.other, error)
            return story
        }
    }

    private static func collect(_ events: AsyncStream<ServerEvent>) async -> [ServerEvent] {
        var all: [ServerEvent] = []
        for await event in events { all.append(event) }
        return all
    }

    /// Whether both FINs of the connection, and the ACK of the last one, have been captured.
    private static func isComplete(_ packets: [RecordedPacket], _ dial: DialStory, _ server: Endpoint) -> Bool {
        let analysis = CaptureAnalysis(packets)
        return analysis.connections.contains {
            $0.clientEndpoint == dial.local && $0.serverEndpoint == server && $0.outcome.ending == .closed
        }
    }
}

/// Looks at both ends at each of the client's steps, on the client's thread, which waits for it. So the kernel is asked
/// in every state in which a program can hold a connection.
private final class ExperimentWitness: Sendable {
    private struct Notes {
        var observer: StateObserver?
        var listening: StateObservation?
        var tables: [Experiment.TableMoment] = []
    }

    private let server: Endpoint
    private let table: SocketTable
    private let notes = Mutex(Notes())

    init(server: Endpoint) throws(Experiment.Failure) {
        self.server = server
        do throws(SocketTableError) {
            table = try SocketTable()
            if try table.listener(on: server) != nil {
                let seen = StateObservation(time: SystemClock.now(), party: .server, state: .listen, isMini: false)
                notes.withLock { $0.listening = seen }
            }
        } catch {
            throw .socketTable(error)
        }
        photograph(.listening)
    }

    var tables: [Experiment.TableMoment] { notes.withLock { $0.tables } }

    func look(at step: DialStep) {
        switch step.kind {
        case .established(let local, let remote):
            guard let observer = try? StateObserver(client: local, server: remote),
                (try? observer.start()) != nil
            else { return }
            notes.withLock { $0.observer = observer }
            observer.wait(client: .established, server: .established)
            waitForAccept()
            photograph(.established)
        case .peerClosed: notes.withLock { $0.observer }?.wait(client: .closeWait, server: .finWait2)
        case .closed:
            notes.withLock { $0.observer }?.wait(client: nil, server: .timeWait)
            photograph(.closed)
        default: break
        }
    }

    func finish() -> [StateObservation] {
        let (observer, listening) = notes.withLock { ($0.observer, $0.listening) }
        return [listening].compactMap { $0 } + (observer?.stop() ?? [])
    }

    /// Waits until the server has taken the connection from its accept queue, for at most a fifth of a second.
    private func waitForAccept() {
        let deadline = SystemClock.ticks() &+ 200_000_000
        while SystemClock.ticks() < deadline, let listener = try? table.listener(on: server), listener.receiveQueue > 0
        {
            SystemClock.sleep(microseconds: 100)
        }
    }

    private func photograph(_ moment: Experiment.TableMoment.Moment) {
        guard let all = try? table.sockets() else { return }
        let ours = all.filter { $0.local.port == server.port || $0.remote.port == server.port }
        notes.withLock { $0.tables.append(Experiment.TableMoment(moment: moment, sockets: ours)) }
    }
}

extension CaptureAnalysis {
    /// Analyzes packets that were captured by this program, and keeps all of them.
    public init(_ packets: [RecordedPacket]) {
        self.init(keeping: .all(limit: packets.count))
        for (index, recorded) in packets.enumerated() {
            take(
                recorded.bytes.octets, number: index + 1, at: recorded.time, link: recorded.linkType,
                originalLength: recorded.originalLength)
        }
        settle()
    }
}
