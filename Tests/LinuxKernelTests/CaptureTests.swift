import CaptureFile
import Foundation
import LinuxKernel
import TCPWire
import Testing

/// Ports and flags of a TCP segment over IPv4 over Ethernet, as loopback has it.
struct LoopbackSegment: Hashable {
    var source: UInt16
    var destination: UInt16
    var flags: TCPFlags

    init?(_ packet: RecordedPacket) {
        let bytes = packet.bytes
        guard packet.linkType == .ethernet, bytes.count >= 34, bytes[12] == 8, bytes[13] == 0, bytes[23] == 6 else {
            return nil
        }
        let start = 14 + Int(bytes[14] & 15) * 4
        guard bytes.count >= start + 20 else { return nil }
        source = UInt16(bytes[start]) << 8 | UInt16(bytes[start + 1])
        destination = UInt16(bytes[start + 2]) << 8 | UInt16(bytes[start + 3])
        flags = TCPFlags(rawValue: UInt16(bytes[start + 13]))
    }
}

@Suite(.enabled(if: Requirements.canCapture, "needs CAP_NET_RAW"))
struct CaptureTests {
    /// One connection with a word each way, closed by both ends; the ports of client and server.
    private func talk(_ listener: TestSocket) throws -> (client: UInt16, server: UInt16) {
        let client = try TestSocket.connected(to: listener.local)
        let ports = (try client.local.port, try listener.local.port)
        let server = try listener.accept()
        try client.send("hello, xiao mei.")
        server.receive()
        try server.send("hello, xiao ming.\n")
        client.receive()
        client.close()
        server.receive()
        server.close()
        return ports
    }

    @Test(arguments: [CaptureOptions.Delivery.batched(milliseconds: 10), .immediate])
    func everyPacketOfAConnectionOnceTwentyTimes(delivery: CaptureOptions.Delivery) throws {
        let listener = try TestSocket.listener()
        let port = try listener.local.port
        for _ in 0..<20 {
            let recorder = try PacketRecorder(
                CaptureOptions(
                    interface: "lo", filter: "tcp port \(port)", snapLength: delivery == .immediate ? 2048 : 262_144,
                    delivery: delivery))
            let (client, server) = try talk(listener)
            let recording = recorder.stop { packets in
                packets.compactMap(LoopbackSegment.init).filter { $0.flags.contains(.fin) }.count >= 2
            }
            let segments = recording.packets.compactMap(LoopbackSegment.init)
            #expect(segments.count == recording.packets.count)
            #expect(Array(segments.prefix(3)).map(\.flags) == [.syn, [.syn, .ack], .ack])
            #expect(segments.map(\.source).prefix(3) == [client, server, client])
            #expect(segments.filter { $0.flags.contains(.psh) }.map(\.source) == [client, server])
            #expect(segments.filter { $0.flags.contains(.fin) }.map(\.source) == [client, server])
            #expect(segments.last?.flags == .ack)
            #expect(recording.statistics.droppedByKernel == 0)
            #expect(recording.omitted == 0)
            #expect(recording.error == nil)
            #expect(recording.packets.map(\.time).sorted() == recording.packets.map(\.time))
        }
    }

    @Test func theBytesAreWholeAndTheTimesExact() throws {
        let listener = try TestSocket.listener()
        let before = SystemClock.now()
        let recorder = try PacketRecorder(
            CaptureOptions(interface: "lo", filter: "tcp port \(listener.local.port)"))
        _ = try talk(listener)
        let recording = recorder.stop()
        let after = SystemClock.now()
        #expect(recording.hasNanoseconds)
        #expect(recording.packets.allSatisfy { $0.bytes.count == $0.originalLength })
        #expect(recording.packets.allSatisfy { $0.time >= before && $0.time <= after })
        let words = recording.packets.map { String(decoding: $0.bytes.suffix(16), as: UTF8.self) }
        #expect(words.contains("hello, xiao mei."))
    }

    @Test func theSnapLengthCuts() throws {
        let listener = try TestSocket.listener()
        let recorder = try PacketRecorder(
            CaptureOptions(interface: "lo", filter: "tcp port \(listener.local.port)", snapLength: 60))
        _ = try talk(listener)
        let recording = recorder.stop()
        #expect(recording.packets.allSatisfy { $0.bytes.count == 60 && $0.originalLength > 60 })
    }

    @Test func theStoreIsBounded() throws {
        let listener = try TestSocket.listener()
        let recorder = try PacketRecorder(
            CaptureOptions(interface: "lo", filter: "tcp port \(listener.local.port)"),
            limits: PacketRecorder.Limits(packets: 3))
        _ = try talk(listener)
        let recording = recorder.stop()
        #expect(recording.packets.count == 3)
        #expect(recording.omitted > 0)
    }

    @Test func allInterfacesAreCookedAndSeeLoopbackOnce() throws {
        let listener = try TestSocket.listener()
        let recorder = try PacketRecorder(
            CaptureOptions(interface: "any", filter: "tcp port \(listener.local.port) and tcp[tcpflags] & tcp-syn != 0")
        )
        #expect(recorder.linkType == .linuxCooked2)
        _ = try talk(listener)
        #expect(recorder.stop().packets.count == 2)
    }

    @Test func anotherThreadInterrupts() throws {
        var capture = try LiveCapture(CaptureOptions(interface: "lo", filter: "tcp port 1"))
        #expect(try capture.next(timeout: 0) == .timeout)
        #expect(try capture.next(timeout: 20) == .timeout)
        let interrupter = capture.interrupter
        Thread.detachNewThread {
            usleep(20_000)
            interrupter.interrupt()
        }
        #expect(try capture.next(timeout: -1) == .interrupted)
        #expect(try capture.next(timeout: -1) == .interrupted)
        #expect(capture.bytes.byteCount == 0)
        #expect(try capture.drain() == nil)
    }

    @Test func theBytesBelongToTheLastPacket() throws {
        let listener = try TestSocket.listener()
        var capture = try LiveCapture(CaptureOptions(interface: "lo", filter: "tcp port \(listener.local.port)"))
        _ = try talk(listener)
        guard case .packet(let packet) = try capture.next(timeout: 2000) else {
            Issue.record("no packet")
            return
        }
        #expect(capture.bytes.byteCount == packet.originalLength)
        #expect(capture.statistics().received > 0)
    }

    @Test func faultsAreToldApart() {
        #expect(throws: LiveCaptureError.noSuchInterface("nosuch0")) {
            _ = try PacketRecorder(CaptureOptions(interface: "nosuch0"))
        }
        #expect(throws: LiveCaptureError.self) {
            _ = try PacketRecorder(CaptureOptions(interface: "lo", filter: "tcp prot 80"))
        }
        #expect(LiveCapture.check(filter: "tcp port 80") == nil)
        guard case .filterSyntax(let filter, let message) = LiveCapture.check(filter: "tcp prot 80") else {
            Issue.record("the filter parsed")
            return
        }
        #expect(filter == "tcp prot 80")
        #expect(!message.isEmpty)
    }
}
