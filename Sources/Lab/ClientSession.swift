import CaptureFile
import FlyingSocks
import LinuxKernel
import TCPWire
import Tracking

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Serves one client of a ``GreetingServer``, from accept to close. It holds the octets of at most one read in memory.
struct ClientSession: Sendable {
    let number: Int
    let socket: StreamSocket
    let pool: ReadinessPool
    let options: GreetingServer.Options
    let log: EventLog

    private static let readSize = 16384
    /// How much the client may still send, and for how long, after the server has closed its side.
    private static let lingerOctets = 1 << 20
    private static let lingerTime = Duration.seconds(2)

    private enum Step {
        case received([UInt8])
        case ended(ServerEvent.Ending)
    }

    func run() async {
        let nowhere = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
        log.add(.accepted(client: number, peer: socket.remote ?? nowhere, local: socket.local ?? nowhere))
        let ending =
            switch options.mode {
            case .reply(let words): await greet(words)
            case .echo: await echo()
            }
        await pool.close(socket)
        log.add(.closed(client: number, how: ending))
    }

    private func greet(_ words: [UInt8]) async -> ServerEvent.Ending {
        var isClientDone = false
        switch await receive(within: options.idleLimit) {
        case .received: break
        case .ended(.byClient): isClientDone = true
        case .ended(let ending): return ending
        }
        if let ending = await send(words) { return ending }
        if isClientDone { return .byClient }
        switch options.closing {
        case .clientFirst:
            return await discard(within: options.idleLimit, limit: .max)
        case .serverFirst:
            // Closing a socket with unread octets in its queue sends an RST, which can make the client lose the reply.
            // So the server sends a FIN first, and reads on for a while (RFC 9293 3.6.1).
            log.add(.halfClosed(client: number))
            socket.shutdownSending()
            let ending = await discard(within: Self.lingerTime, limit: Self.lingerOctets)
            return ending == .reset ? .reset : .byServer
        }
    }

    private func echo() async -> ServerEvent.Ending {
        while true {
            switch await receive(within: options.idleLimit) {
            case .received(let bytes):
                if let ending = await send(bytes) { return ending }
            case .ended(let ending):
                return ending
            }
        }
    }

    /// Reads and discards until the client closes.
    private func discard(within time: Duration?, limit: Int) async -> ServerEvent.Ending {
        var left = limit
        while true {
            switch await receive(within: time) {
            case .received(let bytes):
                left -= bytes.count
                if left <= 0 { return .idle }
            case .ended(let ending):
                return ending
            }
        }
    }

    private func receive(within time: Duration?) async -> Step {
        while !Task.isCancelled {
            switch socket.receive(atMost: Self.readSize) {
            case .done(let bytes):
                let first = Array(bytes.prefix(GreetingServer.shownOctets))
                log.add(.received(client: number, octets: bytes.count, first: first))
                return .received(bytes)
            case .end:
                return .ended(.byClient)
            case .notNow:
                switch await pool.wait(for: .read, on: socket, atMost: time) {
                case .ready: continue
                case .late: return .ended(.idle)
                case .cancelled: return .ended(.stopped)
                }
            case .failed(let error):
                return .ended(ending(error))
            }
        }
        return .ended(.stopped)
    }

    /// Sends everything. Returns how the connection ended, or `nil` if it goes on.
    private func send(_ bytes: [UInt8]) async -> ServerEvent.Ending? {
        var rest = bytes[...]
        let start = SystemClock.now()
        while !rest.isEmpty {
            switch socket.send(rest) {
            case .done(let count):
                rest = rest.dropFirst(count)
            case .notNow, .end:
                switch await pool.wait(for: .write, on: socket, atMost: options.idleLimit) {
                case .ready: continue
                case .late: return .idle
                case .cancelled: return .stopped
                }
            case .failed(let error):
                return ending(error)
            }
        }
        log.add(.replied(client: number, octets: bytes.count), at: start)
        return nil
    }

    private func ending(_ error: SystemError) -> ServerEvent.Ending {
        if error.code == ECONNRESET || error.code == EPIPE { return .reset }
        log.add(.failed(client: number, error))
        return .failed
    }
}
