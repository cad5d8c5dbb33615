import TCPWire

/// The details of a segment that are measured, beyond what the tracker needs; decoded only where connections are
/// measured.
package struct SegmentDetail: BitwiseCopyable, Sendable {
    /// Octets of the IP packet, headers included.
    package let packetOctets: UInt32
    /// Payload octets that the capture does not hold.
    package let cutOff: UInt32
    /// The time to live (hop limit) at the capture point.
    package let hopLimit: UInt8
    /// Whether it has a SACK option with a block.
    package let hasSACK: Bool
    /// Whether the SACK option reports octets that came twice (D-SACK, RFC 2883).
    package let hasDuplicateSACK: Bool
    /// The options of a SYN; empty for other segments.
    package let options: SYNOptions
    /// The timestamps of a SYN; `nil` if it has none, and for other segments.
    package let timestamps: TCPTimestamps?

    /// - Parameter isCutOff: whether the capture kept only the beginning of the frame.
    package init(_ header: SegmentHeader, in frame: RawSpan, isCutOff: Bool) {
        packetOctets =
            (header.tcpOffset &- min(header.tcpOffset, header.ipOffset)) &+ UInt32(header.headerLength)
            &+ header.payloadLength
        // A whole frame with less payload than its IP header says is a first fragment: the rest is in other packets.
        cutOff = isCutOff ? header.payloadLength &- min(header.payloadLength, header.capturedPayloadLength) : 0
        hopLimit = header.hopLimit
        // A header of less than 32 octets has no room for a SACK option with a block.
        let blocks = header.flags.contains(.ack) && header.headerLength >= 32 ? header.sackBlocks(in: frame) : []
        hasSACK = !blocks.isEmpty
        hasDuplicateSACK = blocks.duplicate(below: header.acknowledgment) != nil
        options = header.flags.contains(.syn) ? header.synOptions(in: frame) : SYNOptions()
        timestamps = header.flags.contains(.syn) ? header.timestamps(in: frame) : nil
    }
}

extension SACKBlocks {
    /// The block that reports octets which came twice (D-SACK); `nil` for none. It is the first block, if that lies
    /// below the ACK or within the second block (RFC 2883 4).
    package func duplicate(below acknowledgment: UInt32) -> SACKBlock? {
        guard let first else { return nil }
        if Int32(bitPattern: first.right &- acknowledgment) <= 0 { return first }
        guard count > 1 else { return nil }
        let second = self[1]
        let isInside =
            Int32(bitPattern: first.left &- second.left) >= 0 && Int32(bitPattern: first.right &- second.right) <= 0
        return isInside ? first : nil
    }
}
