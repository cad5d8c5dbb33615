import CaptureFile
import FlatMemory
import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPWire

/// Captures the packets of an interface, and draws one connection after the other.
struct LiveFlow {
    private let command: FlowCommand
    private let canvas: Canvas
    private let options: CaptureOptions
    private var picker = NextConnection()
    private var current: LivePicture?
    /// The number of connections begun so far.
    private var drawn = 0
    private var packets = 0
    private var isOver = false
    private var isInterrupted = false
    private var hasToldOfOlder = false

    /// Milliseconds to wait for a packet: while no connection is being drawn, and while one is. After each wait without
    /// a packet, the output is checked for a reader, and the kernel is asked for the states of its sockets.
    private static let pauses: (waiting: Int32, drawing: Int32) = (500, 50)
    /// The largest number of rows that are held back while packets arrive without a pause.
    private static let mostWaiting = 64

    init(_ command: FlowCommand, _ canvas: Canvas, _ options: CaptureOptions) {
        self.command = command
        self.canvas = canvas
        self.options = options
    }

    /// Runs until Ctrl-C, until the end of the first connection with `--once`, or for the number of packets given with
    /// `-c`.
    mutating func run() throws {
        var capture: LiveCapture
        do throws(LiveCaptureError) { capture = try LiveCapture(options) } catch { throw Failure(error) }
        let interrupter = capture.interrupter
        let interrupts = Interrupts { interrupter.interrupt() }
        defer { withExtendedLifetime(interrupts) {} }
        complain(LiveWords.waiting(on: options.interface, filter: options.filter.map { Printable.text($0) }))
        var failure: LiveCaptureError?
        while !isOver {
            let event: LiveCapture.Event
            do throws(LiveCaptureError) { event = try capture.next(timeout: waitingTime) } catch {
                failure = error
                break
            }
            switch event {
            case .packet(let packet): try take(packet, capture.bytes, capture.linkType)
            case .timeout: try pause()
            case .interrupted:
                isInterrupted = true
                while !isOver, let packet = try? capture.drain() {
                    try take(packet, capture.bytes, capture.linkType)
                }
                isOver = true
            }
        }
        try finish()
        tell(capture.statistics())
        if let failure { throw Failure(failure) }
        guard drawn == 0 else { return }
        if isInterrupted { throw ExitStatus.interrupted }
        throw Failure(
            .nothingMatched,
            Text(
                en: "no connection began within \(counted(packets, "packet"))", zh: "\(packets) 个报文之内没有新连接开始"))
    }

    private var waitingTime: Int32 {
        guard let current else { return Self.pauses.waiting }
        // Waiting rows are drawn as soon as no further packet is pending.
        return current.waitingRows > 0 ? 0 : Self.pauses.drawing
    }

    // MARK: Packets

    private mutating func take(_ packet: LiveCapture.Packet, _ bytes: RawSpan, _ link: LinkType) throws {
        packets += 1
        if let count = command.live.count, packets >= count { isOver = true }
        switch picker.take(bytes, at: packet.time, link: link, originalLength: packet.originalLength) {
        case .other: break
        case .error(let error): current?.take(error)
        case .segment(let segment):
            let picture = current ?? begin()
            if !picture.take(segment) {
                // The segment begins another connection between the same endpoints.
                try finish()
                guard !isOver else { return }
                _ = begin().take(picker.restart(with: segment))
            }
        }
        if let current, current.waitingRows >= Self.mostWaiting { current.show() }
        if let current, current.isFull { try finish() }
    }

    /// Handles a wait in which no packet arrived: draws waiting rows, and finishes a connection that is over.
    private mutating func pause() throws {
        if !Screen.hasReader { Screen.endUnread() }
        guard let current else {
            if picker.olderSegments > 0, drawn == 0, !hasToldOfOlder {
                hasToldOfOlder = true
                complain(LiveWords.older(picker.olderSegments))
            }
            return
        }
        current.show()
        if current.isOver { try finish() }
    }

    // MARK: Connections

    private mutating func begin() -> LivePicture {
        if drawn > 0, command.drawsAsItComes { Screen.write("") }
        drawn += 1
        let picture = LivePicture(
            canvas, number: drawn, on: options.interface, title: command.title, absolute: command.absolute,
            payload: command.payload, isDrawn: command.drawsAsItComes, limit: command.pictureLimit)
        current = picture
        return picture
    }

    /// Finishes the current connection. Called when it has ended, and when the capture ends.
    private mutating func finish() throws {
        guard let picture = current else { return }
        current = nil
        picker.release()
        if command.once { isOver = true }
        guard let story = picture.end() else { return }
        try command.finish(story, errors: picture.errors, on: options.interface, canvas)
        Screen.flush()
        if picture.isFull { complain(LiveWords.limit(story.steps.count)) }
    }

    // MARK: Messages

    private func tell(_ statistics: CaptureStatistics) {
        if let dropped = LiveWords.dropped(statistics) { complain(dropped) }
        guard picker.missed > 0 else { return }
        complain(LiveWords.missed(picker.missed))
        // A command to be copied.
        let filter = options.filter.map { " " + CommandLineWords.quoted($0) } ?? ""
        Screen.complain(["  tcplens connections -i \(options.interface)\(filter)"])
    }

    private func complain(_ text: Text) { Screen.complain([canvas.language.speaker + text(canvas.language)]) }
}
