import FlatMemory
import TCPState
import TCPWire

/// Writing a segment as a packet, in one pass, into an array whose storage may be reused from an earlier packet.
extension Segment {
    /// The segment in an IPv4 or IPv6 packet, with correct checksums.
    ///
    /// - Parameter identification: the IPv4 header's identification. A retransmission must have a new one
    ///   (RFC 6864 4.1).
    public func packet(identification: UInt16) -> [UInt8] {
        var octets: [UInt8] = []
        write(into: &octets, identification: identification)
        return octets
    }

    /// Writes the packet that ``packet(identification:)`` returns into `octets`, replacing its contents. Its storage is
    /// reused if it is not shared.
    func write(into octets: inout [UInt8], identification: UInt16) {
        let start = source.address.isIPv4 && destination.address.isIPv4 ? 20 : 40
        let optionLength = options.octets
        let textStart = start + 20 + optionLength
        octets.removeAll(keepingCapacity: true)
        octets.reserveCapacity(textStart + text.count)
        octets.append(contentsOf: repeatElement(0, count: textStart))
        octets.append(contentsOf: text)
        let length = octets.count
        writeHeaders(into: &octets, at: start, optionLength: optionLength)
        if start == 20 {
            writeIPv4Header(into: &octets, length: length, identification: identification)
        } else {
            writeIPv6Header(into: &octets, length: length - 40)
        }
        var sum = TCPChecksum.pseudoHeader(from: source.address, to: destination.address, length: length - start)
        sum.add(octets.octets, from: start, to: length)
        octets.store(sum.checksum, at: start + 16)
    }

    private func writeHeaders(into octets: inout [UInt8], at start: Int, optionLength: Int) {
        octets.store(UInt32(source.port) << 16 | UInt32(destination.port), at: start)
        octets.store(sequence.rawValue, at: start + 4)
        octets.store(acknowledgment.rawValue, at: start + 8)
        let words = UInt16(truncatingIfNeeded: (20 + optionLength) / 4)
        octets.store(words << 12 | flags.rawValue & 0x0fff, at: start + 12)
        octets.store(window, at: start + 14)
        octets.store(urgentPointer, at: start + 18)
        if optionLength > 0 { options.write(into: &octets, at: start + 20) }
    }

    private func writeIPv4Header(into octets: inout [UInt8], length: Int, identification: UInt16) {
        octets.store(0x4500 | UInt16(trafficClass), at: 0)
        // A length that does not fit into the field is written as 0, as segmentation offload does.
        octets.store(UInt16(exactly: length) ?? 0, at: 2)
        octets.store(UInt32(identification) << 16 | 0x4000, at: 4)
        octets.store(UInt16(hopLimit) << 8 | UInt16(InternetPacket.tcp), at: 8)
        octets.store(source.address.ipv4 ?? 0, at: 12)
        octets.store(destination.address.ipv4 ?? 0, at: 16)
        var sum = InternetSum()
        sum.add(octets.octets, from: 0, to: 20)
        octets.store(sum.checksum, at: 10)
    }

    private func writeIPv6Header(into octets: inout [UInt8], length: Int) {
        octets.store(6 << 28 | UInt32(trafficClass) << 20, at: 0)
        octets.store(UInt16(exactly: length) ?? 0, at: 4)
        octets.store(UInt16(InternetPacket.tcp) << 8 | UInt16(hopLimit), at: 6)
        octets.store(source.address.high, at: 8)
        octets.store(source.address.low, at: 16)
        octets.store(destination.address.high, at: 24)
        octets.store(destination.address.low, at: 32)
    }
}

extension SegmentOptions {
    /// How many SACK blocks fit besides the other options into a header's 40 octets.
    private var writtenBlocks: Int { min(sack.count, max(0, (40 - octetsBeforeBlocks - 4) / 8)) }

    private var octetsBeforeBlocks: Int {
        var count = 0
        if maximumSegmentSize != nil { count += 4 }
        if windowScale != nil { count += 4 }
        if timestamps != nil { count += 12 } else if sackPermitted { count += 4 }
        if let fastOpen { count += fastOpen.size }
        return count
    }

    /// How many octets the options take in a header, which is always a multiple of four.
    var octets: Int {
        let blocks = writtenBlocks
        return octetsBeforeBlocks + (blocks == 0 ? 0 : 4 + 8 * blocks)
    }

    /// Writes the options in the order and alignment that most systems use (RFC 7323 appendix A).
    func write(into octets: inout [UInt8], at start: Int) {
        var place = start
        func put(_ word: UInt32) {
            octets.store(word, at: place)
            place += 4
        }
        if let maximumSegmentSize { put(0x0204_0000 | UInt32(maximumSegmentSize)) }
        if let timestamps {
            put(sackPermitted ? 0x0402_080a : 0x0101_080a)
            put(timestamps.value)
            put(timestamps.echoReply)
        } else if sackPermitted {
            put(0x0101_0402)
        }
        if let windowScale { put(0x0103_0300 | UInt32(windowScale)) }
        if let fastOpen { for word in fastOpen.words { put(word) } }
        let blocks = writtenBlocks
        guard blocks > 0 else { return }
        put(0x0101_0500 | UInt32(2 + 8 * blocks))
        for block in sack.prefix(blocks) {
            put(block.left)
            put(block.right)
        }
    }
}

extension [UInt8] {
    /// Writes an integer in network byte order; the bounds are checked. Swift marks `mutableBytes` as unsafe because
    /// elements could have padding without a defined value; octets have none.
    mutating func store<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, at place: Int) {
        var span = mutableSpan
        var bytes = unsafe span.mutableBytes
        bytes.storeBytes(of: word.bigEndian, toByteOffset: place, as: Word.self)
    }
}
