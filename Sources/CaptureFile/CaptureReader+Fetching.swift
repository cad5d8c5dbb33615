extension CaptureReader {
    /// Fetches the packet at a ``CapturedPacket/blockOffset`` again. In pcapng it must be one that ``next(_:)`` has come to already,
    /// since the interfaces described before it are needed. Does not change where ``next(_:)`` goes on.
    ///
    /// - Parameter packet: receives the packet; its ``CapturedPacket/offset`` is an index into ``fetchedBytes``.
    /// - Returns: false where no packet starts there, or where the capture is not ``isSeekable``.
    public mutating func fetch(at blockOffset: Int, _ packet: inout CapturedPacket) throws(CaptureError) -> Bool {
        guard isSeekable, blockOffset >= 0 else { return false }
        if input.isWhole {
            return walk.fetch(at: blockOffset, in: input.window.bytes, startingAt: 0, packet: &packet) == .packet
        }
        var length = 16
        while try input.fetch(at: blockOffset, atLeast: length) {
            let step = walk.fetch(
                at: blockOffset, in: input.fetched.bytes, startingAt: input.fetchedStart, packet: &packet)
            guard case .needsMore(let more) = step else { return step == .packet }
            length = more
        }
        return false
    }

    /// The octets that the offset of a fetched packet refers to; valid until the next fetch.
    public var fetchedBytes: RawSpan {
        @_lifetime(borrow self)
        get { input.isWhole ? input.window.bytes : input.fetched.bytes }
    }
}

extension CaptureFormat {
    /// Reads the packet whose record or block begins at `fileOffset`; `start` is the file offset of the first octet of
    /// `bytes`.
    func fetch(
        at fileOffset: Int, in bytes: RawSpan, startingAt start: Int, packet: inout CapturedPacket
    ) -> Step {
        var offset = fileOffset &- start
        guard kind != .undetermined, offset >= 0, offset < bytes.byteCount else { return .end }
        var format = self
        format.windowStart = start
        if parts.count > 1, let part = part(at: fileOffset) {
            (format.kind, format.records) = (part.kind, part.records)
        }
        if format.kind == .pcapng {
            guard let section = sectionIndex(at: fileOffset) else { return .end }
            format.swapped = sections[section].swapped
            format.sectionRows = rowRange(ofSection: section)
            format.skipping = 0
        }
        var found = CapturedPacket()
        let step = format.next(in: bytes, at: &offset, packet: &found)
        if step != .packet {
            // If the offset has moved, what begins at `fileOffset` was no packet, and the step is about what comes
            // after it.
            return offset == fileOffset &- start ? step : .end
        }
        guard found.blockOffset == fileOffset else { return .end }
        found.number = 0
        packet = found
        return .packet
    }
}
