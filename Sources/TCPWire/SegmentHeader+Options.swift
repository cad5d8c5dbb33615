import FlatMemory

/// The options that matter in a SYN or SYN-ACK.
@frozen public struct SYNOptions: Hashable, Sendable {
    /// The MSS option; `nil` where it was not sent, which means 536 over IPv4 and 1220 over IPv6 (RFC 9293 3.7.1).
    public var maximumSegmentSize: UInt16?
    /// The window scale option's shift count; `nil` where it was not sent, so that neither side scales.
    public var windowScale: UInt8?
    /// Whether the sender accepts SACK options.
    public var sackPermitted = false
    /// Whether the sender offers timestamps.
    public var hasTimestamps = false
    /// Whether the captured octets end before the options do, so that options that are missing here may still have been
    /// sent.
    public var isCutOff = false

    /// The options of a SYN that has none.
    @inlinable public init() {}

    /// Whether the shift of the sender's windows is known; so it is, too, if the sender is known to have sent no window
    /// scale option.
    public var isWindowScaleKnown: Bool { windowScale != nil || !isCutOff }

    /// Reads them out of a TCP header. Where an option was sent twice, the last one counts.
    ///
    /// - Parameters:
    ///   - start: where the header starts in the frame.
    ///   - length: the header's length in octets.
    public init(in frame: RawSpan, at start: Int, length: Int) {
        isCutOff = start &+ length > frame.byteCount
        // The same steps as in ``TCPOptionCursor``, but only the options above are read: this runs for every SYN of a
        // capture.
        var place = max(0, start &+ 20)
        let end = min(start &+ length, frame.byteCount)
        while place < end {
            let kind = frame.octet(at: place)
            if kind == 1 {
                place &+= 1
                continue
            }
            guard kind != 0, end &- place >= 2 else { return }
            let size = Int(frame.octet(at: place &+ 1))
            guard size >= 2, size <= end &- place else { return }
            if kind == 2, size == 4 { maximumSegmentSize = frame.bigEndian16(at: place &+ 2) }
            if kind == 3, size == 3 { windowScale = frame.octet(at: place &+ 2) }
            if kind == 4, size == 2 { sackPermitted = true }
            if kind == 8, size == 10 { hasTimestamps = true }
            place &+= size
        }
    }
}

extension SegmentHeader {
    /// The timestamps option; `nil` where there is none. It is read directly in the layout of nearly all segments (NOP,
    /// NOP, timestamps; RFC 7323 appendix A), and otherwise by going through the options.
    @inlinable
    public func timestamps(in frame: RawSpan) -> TCPTimestamps? {
        guard headerLength > 20 else { return nil }
        let start = Int(tcpOffset) &+ 20
        if headerLength >= 32, frame.byteCount &- start >= 12, frame.bigEndian32(at: start) == 0x0101_080a {
            return TCPTimestamps(
                value: frame.bigEndian32(at: start &+ 4), echoReply: frame.bigEndian32(at: start &+ 8))
        }
        return searchedTimestamps(in: frame)
    }

    @usableFromInline
    func searchedTimestamps(in frame: RawSpan) -> TCPTimestamps? {
        var cursor = TCPOptionCursor(self)
        while let option = cursor.next(in: frame) {
            if case .timestamps(let stamps) = option { return stamps }
        }
        return nil
    }

    /// The first SACK option's blocks; empty where there is none.
    public func sackBlocks(in frame: RawSpan) -> SACKBlocks {
        var cursor = TCPOptionCursor(self)
        while let option = cursor.next(in: frame) {
            if case .sack(let blocks) = option { return blocks }
        }
        return []
    }

    /// The options that matter in a SYN. Where an option was sent twice, the last one counts.
    public func synOptions(in frame: RawSpan) -> SYNOptions {
        SYNOptions(in: frame, at: Int(tcpOffset), length: Int(headerLength))
    }
}
