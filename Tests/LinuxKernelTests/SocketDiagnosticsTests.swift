import LinuxKernel
import TCPState
import TCPWire
import Testing

/// The parser of sock_diag's answers, on bytes written here.
@Suite struct SocketDiagnosticsTests {
    /// The body of a message: an IPv4 socket 127.0.0.1:8080 to 127.0.0.1:40000.
    private func body(family: UInt8 = 2, state: UInt8 = 1, timer: UInt8 = 0, inode: UInt32 = 77) -> [UInt8] {
        var bytes: [UInt8] = [family, state, timer, 3]
        bytes += [0x1f, 0x90, 0x9c, 0x40]
        bytes += [127, 0, 0, 1] + [UInt8](repeating: 0, count: 12)
        bytes += [127, 0, 0, 1] + [UInt8](repeating: 0, count: 12)
        for word: UInt32 in [2, 0x1111_1111, 0x2222_2222, 1500, 10, 20, 1000, inode] { bytes += native(word) }
        return bytes
    }

    private func native<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number) { [UInt8]($0) }
    }

    private func attribute(_ type: UInt16, _ content: [UInt8]) -> [UInt8] {
        let padding = (4 - content.count % 4) % 4
        return native(UInt16(content.count + 4)) + native(type) + content + [UInt8](repeating: 0, count: padding)
    }

    private func message(_ type: UInt16, sequence: UInt32 = 9, _ content: [UInt8]) -> [UInt8] {
        native(UInt32(content.count + 16)) + native(type) + native(UInt16(0)) + native(sequence) + native(UInt32(0))
            + content
    }

    private func parse(_ bytes: [UInt8]) -> SocketEntry? { SocketDiagnostics.entry(bytes.span.bytes) }

    @Test func theFixedPart() throws {
        let entry = try #require(parse(body(timer: 1)))
        #expect(entry.local == Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 8080))
        #expect(entry.remote.port == 40000)
        #expect(entry.state == .established)
        #expect(entry.timer == .retransmission)
        #expect(entry.retransmits == 3)
        #expect(entry.interface == 2)
        #expect(entry.cookie == 0x2222_2222_1111_1111)
        #expect(entry.timerExpiry == 1500)
        #expect(entry.receiveQueue == 10)
        #expect(entry.sendQueue == 20)
        #expect(entry.userID == 1000)
        #expect(entry.inode == 77)
        #expect(entry.info == nil)
    }

    @Test(arguments: [
        (UInt8(3), UInt8(1), false, SocketEntry.Form.request), (3, 1, true, .full), (6, 3, false, .timeWait),
        (5, 3, false, .timeWait), (5, 2, true, .full), (1, 0, false, .full),
    ])
    func theForm(state: UInt8, timer: UInt8, hasShutdown: Bool, form: SocketEntry.Form) {
        let bytes = body(state: state, timer: timer, inode: 0) + (hasShutdown ? attribute(8, [0]) : [])
        #expect(parse(bytes)?.form == form)
    }

    @Test func theAttributes() throws {
        var info = [UInt8](repeating: 0, count: 104)
        info.replaceSubrange(0..<8, with: [1, 0, 2, 0, 1, 7, 0x7a, 0])
        info.replaceSubrange(68..<72, with: native(UInt32(250)))
        info.replaceSubrange(100..<104, with: native(UInt32(4)))
        let bytes = body() + attribute(4, Array("cubic\0".utf8)) + attribute(99, [1, 2, 3]) + attribute(2, info)
        let entry = try #require(parse(bytes))
        #expect(entry.congestionControl == "cubic")
        #expect(entry.info?.roundTripTime == 250)
        #expect(entry.info?.totalRetransmitted == 4)
        #expect(entry.info?.retransmits == 2)
        #expect(entry.info?.options == [.timestamps, .selectiveAcknowledgment, .windowScale])
        // A shorter structure than today's: what is not there is 0.
        #expect(entry.info?.bytesAcknowledged == 0)
        #if _endian(little)
            #expect(entry.info?.sendWindowScale == 10)
            #expect(entry.info?.receiveWindowScale == 7)
        #endif
    }

    @Test func whatItDoesNotKnow() {
        #expect(parse(body(family: 1)) == nil)
        #expect(parse(body(state: 0)) == nil)
        #expect(parse(body(state: 200)) == nil)
        #expect(parse(body(timer: 9))?.timer == .other(9))
        #expect(parse([]) == nil)
        #expect(parse(body() + attribute(4, [0x1b, 0x5b, 0x41]))?.congestionControl == nil)
    }

    @Test func everyTruncationIsReadWithoutHarm() {
        let whole = body() + attribute(2, [UInt8](repeating: 255, count: 232)) + attribute(4, Array("bbr\0".utf8))
        for length in 0...whole.count {
            #expect((parse(Array(whole.prefix(length))) != nil) == (length >= 72))
        }
    }

    @Test func attributesThatLieAboutTheirLengthEndTheList() {
        for length: UInt16 in [0, 1, 3, 9, 65535] {
            let bytes = body() + native(length) + native(UInt16(4)) + Array("abcd".utf8)
            #expect(parse(bytes)?.congestionControl == nil)
        }
    }

    @Test func messagesFollowOneAnother() throws {
        let bytes = message(20, body()) + message(20, body(state: 10)) + message(3, native(Int32(0)))
        var offset = 0
        var types: [UInt16] = []
        while let found = NetlinkMessage.next(in: bytes.span.bytes, at: &offset) {
            #expect(found.sequence == 9)
            types.append(found.type)
        }
        #expect(types == [20, 20, NetlinkMessage.done])
        #expect(offset == bytes.count)
    }

    @Test func anErrorCarriesItsErrno() throws {
        let bytes = message(NetlinkMessage.error, native(Int32(-2)))
        var offset = 0
        let found = try #require(NetlinkMessage.next(in: bytes.span.bytes, at: &offset))
        #expect(found.code(in: bytes.span.bytes) == 2)
    }

    @Test func messagesThatLieAboutTheirLengthEndTheDatagram() {
        for length: UInt32 in [0, 15, 200, .max] {
            let bytes = native(length) + [UInt8](repeating: 0, count: 60)
            var offset = 0
            #expect(NetlinkMessage.next(in: bytes.span.bytes, at: &offset) == nil)
            #expect(offset == 0)
        }
    }
}
