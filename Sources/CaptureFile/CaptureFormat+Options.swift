import FlatMemory

/// Walks the options of a pcapng block. An option that claims to be longer than the rest of the block ends the walk.
struct BlockOptions {
    private var offset: Int
    private let end: Int
    private let swapped: Bool

    init(from offset: Int, to end: Int, swapped: Bool) {
        self.offset = offset
        self.end = end
        self.swapped = swapped
    }

    /// The next option's code, and the offset and length of its value; `nil` where there is none.
    mutating func next(in bytes: RawSpan) -> (code: UInt16, offset: Int, length: Int)? {
        guard end &- offset >= 4 else { return nil }
        let code = bytes.uint16(at: offset, swapped: swapped)
        let length = Int(bytes.uint16(at: offset &+ 2, swapped: swapped))
        let value = offset &+ 4
        guard code != 0, length <= end &- value else { return nil }
        offset = value &+ ((length &+ 3) & ~3)
        return (code, value, length)
    }
}

extension CaptureFormat {
    /// A packet's direction, from the lowest two bits of the option `epb_flags`.
    func direction(in bytes: RawSpan, options: BlockOptions) -> PacketDirection {
        var options = options
        while let option = options.next(in: bytes) {
            guard option.code == 2, option.length >= 4 else { continue }
            switch bytes.uint32(at: option.offset, swapped: swapped) & 3 {
            case 1: return .inbound
            case 2: return .outbound
            default: return .unknown
            }
        }
        return .unknown
    }

    /// The options of a packet that lies in the window; `nil` where its block has none.
    func options(of packet: CapturedPacket, in bytes: RawSpan) -> BlockOptions? {
        let block = packet.blockOffset &- windowStart
        // A simple packet block, where only 12 octets come before the packet's, has no options.
        guard part(at: packet.blockOffset)?.kind == .pcapng, packet.fileOffset &- packet.blockOffset == 28,
            packet.capturedLength >= 0,
            block >= 0, bytes.byteCount &- block >= 32, let section = sectionIndex(at: packet.blockOffset)
        else { return nil }
        let swapped = sections[section].swapped
        let length = (Int(bytes.uint32(at: block &+ 4, swapped: swapped)) &+ 3) & ~3
        let start = block &+ 28 &+ ((packet.capturedLength &+ 3) & ~3)
        guard packet.capturedLength <= length, length <= bytes.byteCount &- block, start < block &+ length &- 4 else {
            return nil
        }
        return BlockOptions(from: start, to: block &+ length &- 4, swapped: swapped)
    }
}
