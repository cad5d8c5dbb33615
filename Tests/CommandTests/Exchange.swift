import CaptureFile
import FlatMemory
import TCPWire

/// The tutorial's exchange with fixed numbers and times, written as a capture: the client sends 16 bytes, the server answers
/// with 18, the client closes first.
struct Exchange {
    /// The address both ends have: as on loopback.
    private static let loopback = IPAddress(ipv4: 0x7f00_0001)
    /// 2023-11-14 22:13:20 UTC.
    static let start: Int64 = 1_700_000_000_000_000_000

    var client = Endpoint(address: loopback, port: 43210)
    var server = Endpoint(address: loopback, port: 8080)
    var clientISN: UInt32 = 1_000_000_000
    var serverISN: UInt32 = 3_000_000_000

    static let microsecond: Int64 = 1000

    /// A frame and when it was sent, in nanoseconds after `start`.
    struct Frame {
        var time: Int64
        var bytes: [UInt8]
    }

    var frames: [Frame] {
        let up = SegmentBuilder(from: client, to: server)
        let down = SegmentBuilder(from: server, to: client)
        let (c, s) = (clientISN, serverISN)
        let options: [TCPOption] = [.maximumSegmentSize(65495), .sackPermitted, .noOperation, .windowScale(7)]
        let segments: [(Int64, SegmentBuilder)] = [
            (0, up.syn(sequence: c, options: options)),
            (21, down.synAck(sequence: s, acknowledgment: c &+ 1, options: options)),
            (34, up.ack(sequence: c &+ 1, acknowledgment: s &+ 1)),
            (180, up.data(Array("hello, xiao mei.".utf8), sequence: c &+ 1, acknowledgment: s &+ 1)),
            (192, down.ack(sequence: s &+ 1, acknowledgment: c &+ 17)),
            (310, down.data(Array("hello, xiao ming.\n".utf8), sequence: s &+ 1, acknowledgment: c &+ 17)),
            (320, up.ack(sequence: c &+ 17, acknowledgment: s &+ 19)),
            (402, up.fin(sequence: c &+ 17, acknowledgment: s &+ 19)),
            (478, down.fin(sequence: s &+ 19, acknowledgment: c &+ 18)),
            (489, up.ack(sequence: c &+ 18, acknowledgment: s &+ 20)),
        ]
        return segments.map { Frame(time: $0 * Self.microsecond, bytes: $1.ethernetFrame()) }
    }

    /// A connection attempt to which nobody listens.
    static func refused(port: UInt16, at time: Int64) -> [Frame] {
        let client = Endpoint(address: loopback, port: port)
        let server = Endpoint(address: loopback, port: 81)
        return [
            Frame(time: time, bytes: SegmentBuilder(from: client, to: server).syn(sequence: 7).ethernetFrame()),
            Frame(
                time: time + 9 * microsecond,
                bytes: SegmentBuilder(from: server, to: client).rstAck(sequence: 0, acknowledgment: 8).ethernetFrame()),
        ]
    }

    /// The client's RST is not at the number that the server expects, which goes on holding the connection.
    static var held: [Frame] {
        let whole = Exchange()
        let reset = SegmentBuilder(from: whole.client, to: whole.server).rst(sequence: whole.clientISN &+ 67)
        return whole.frames.prefix(5) + [Frame(time: 300 * microsecond, bytes: reset.ethernetFrame())]
    }

    /// Writes frames as pcapng, the first of them with these comments, and gives the path.
    static func capture(
        _ frames: [Frame], linkType: UInt16 = LinkType.ethernet.rawValue, in folder: ScratchFolder,
        name: String = "capture.pcapng", comments: [[String]] = []
    ) throws -> String {
        let path = folder.path(name)
        var writer = try PcapngWriter(path: path)
        let interface = try writer.addInterface(
            CaptureInterface(name: "lo", linkType: linkType))
        for (place, frame) in frames.sorted(by: { $0.time < $1.time }).enumerated() {
            try writer.write(
                frame.bytes.octets, interface: interface, time: Timestamp(nanoseconds: start + frame.time),
                comments: place < comments.count ? comments[place] : [])
        }
        try writer.finish()
        return path
    }

    /// The tutorial's exchange alone.
    static func tutorial(in folder: ScratchFolder) throws -> String {
        try capture(Exchange().frames, in: folder)
    }

    /// Two exchanges at once and a refused attempt: three connections.
    static func three(in folder: ScratchFolder) throws -> String { try capture(threeFrames, in: folder) }

    /// The three of them, and a fourth connection a minute later.
    static func threeAndALaterOne(in folder: ScratchFolder) throws -> String {
        var fourth = Exchange()
        fourth.client.port = 43220
        return try capture(
            threeFrames + fourth.frames.map { Frame(time: $0.time + 60_000_000 * microsecond, bytes: $0.bytes) },
            in: folder)
    }

    private static var threeFrames: [Frame] {
        var second = Exchange()
        second.client.port = 43212
        second.clientISN = 4_294_967_290
        let later = second.frames.map { Frame(time: $0.time + 100 * microsecond, bytes: $0.bytes) }
        return Exchange().frames + later + refused(port: 43214, at: 700 * microsecond)
    }
}

/// Cells that a line takes on a terminal, by the ranges that matter here: Chinese and fullwidth marks take two.
func cells(_ line: some StringProtocol) -> Int {
    line.unicodeScalars.reduce(0) { sum, scalar in
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xac00...0xd7a3,
            0xf900...0xfaff, 0xfe30...0xfe4f, 0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
            sum + 2
        default: scalar.properties.generalCategory == .nonspacingMark ? sum : sum + 1
        }
    }
}
