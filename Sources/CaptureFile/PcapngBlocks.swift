import FlatMemory

/// Builds pcapng blocks, little-endian.
struct PcapngBlocks {
    private(set) var bytes: [UInt8] = []

    private enum Option {
        static let comment: UInt16 = 1
        static let sectionSystem: UInt16 = 3
        static let sectionApplication: UInt16 = 4
        static let interfaceName: UInt16 = 2
        static let interfaceResolution: UInt16 = 9
        static let packetFlags: UInt16 = 2
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func appendSection(application: String?, system: String?) {
        appendBlock(type: 0x0a0d_0d0a) { blocks in
            blocks.append(0x1a2b_3c4d as UInt32)
            blocks.append(1 as UInt16)
            blocks.append(0 as UInt16)
            // The section's length is not known in advance.
            blocks.append(UInt64.max)
            if let system { blocks.appendOption(Option.sectionSystem, text: system) }
            if let application { blocks.appendOption(Option.sectionApplication, text: application) }
            if application != nil || system != nil { blocks.appendEndOfOptions() }
        }
    }

    mutating func appendInterface(_ interface: CaptureInterface) {
        appendBlock(type: 1) { blocks in
            blocks.append(interface.linkType)
            blocks.append(0 as UInt16)
            blocks.append(interface.snapshotLength)
            if let name = interface.name { blocks.appendOption(Option.interfaceName, text: name) }
            blocks.append(Option.interfaceResolution)
            blocks.append(1 as UInt16)
            blocks.append(contentsOf: [9, 0, 0, 0])
            blocks.appendEndOfOptions()
        }
    }

    mutating func appendPacket(
        _ packet: RawSpan, interface: UInt32, time: Timestamp, originalLength: Int, direction: PacketDirection,
        comments: [String]
    ) {
        // `packet` may not escape into a closure, so the block is begun and ended by two calls.
        let start = beginBlock(type: 6)
        append(interface)
        // The format cannot express times before 1970 at this resolution.
        let ticks = UInt64(max(time.nanoseconds, 0))
        append(UInt32(truncatingIfNeeded: ticks >> 32))
        append(UInt32(truncatingIfNeeded: ticks))
        append(UInt32(clamping: packet.byteCount))
        append(UInt32(clamping: originalLength))
        bytes.append(packet)
        pad()
        for comment in comments { appendOption(Option.comment, text: comment) }
        if direction != .unknown {
            append(Option.packetFlags)
            append(4 as UInt16)
            append(UInt32(direction.rawValue))
        }
        if direction != .unknown || !comments.isEmpty { appendEndOfOptions() }
        endBlock(from: start)
    }
}

extension PcapngBlocks {
    private mutating func appendBlock(type: UInt32, _ body: (inout PcapngBlocks) -> Void) {
        let start = beginBlock(type: type)
        body(&self)
        endBlock(from: start)
    }

    private mutating func beginBlock(type: UInt32) -> Int {
        let start = bytes.count
        append(type)
        append(0 as UInt32)
        return start
    }

    private mutating func endBlock(from start: Int) {
        let length = UInt32(clamping: bytes.count - start + 4)
        append(length)
        for index in 0..<4 { bytes[start + 4 + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private mutating func append(contentsOf octets: [UInt8]) { bytes.append(contentsOf: octets) }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    private mutating func appendEndOfOptions() { append(0 as UInt32) }

    /// Appends a text option. A text that is too long for one is cut, between two characters.
    private mutating func appendOption(_ code: UInt16, text: String) {
        var octets = Array(text.utf8)
        if octets.count > UInt16.max {
            var end = Int(UInt16.max)
            while end > 0, octets[end] & 0xc0 == 0x80 { end -= 1 }
            octets.removeSubrange(end...)
        }
        append(code)
        append(UInt16(octets.count))
        append(contentsOf: octets)
        pad()
    }
}
