import FlatMemory

/// Wireless LAN frames (IEEE 802.11-2020 9.2, 9.3) and the radio information that drivers put before them. Frame fields are
/// little-endian.
extension HeaderWalk {
    static func radio(
        _ frame: RawSpan, link: LinkDoor, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        switch link {
        case .radiotap: return radiotap(frame, at: offset, in: outer, &segment, &observer)
        case .prism, .avs: return prism(frame, at: offset, in: outer, &segment, &observer)
        default: return wireless(frame, at: offset, in: outer, &segment, &observer)
        }
    }

    /// radiotap (www.radiotap.org): version 0, a length, and words of bits that tell which fields are present, as many
    /// words as fit into that length. Of the fields only the flags matter: one says that the 802.11 header is padded to
    /// a multiple of four octets, another that a frame check sequence ends the frame.
    private static func radiotap(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.radiotap, at: offset)
        let available = outer.captured &- offset
        guard available >= 8 else { return observer.truncated(.radiotap, have: available, need: 8) }
        let version = frame.octet(at: offset)
        guard version == 0 else { return observer.malformed(.radiotap, field: "it_version", value: Int(version)) }
        let length = littleEndian16(frame, at: offset &+ 2)
        guard length >= 8 else { return observer.malformed(.radiotap, field: "it_len", value: length) }
        guard available >= length else { return observer.truncated(.radiotap, have: available, need: length) }
        let present = littleEndian32(frame, at: offset &+ 4)
        var fields = offset &+ 8
        var word = present
        while word & 0x8000_0000 != 0 {
            guard fields &+ 4 <= offset &+ length else {
                return observer.malformed(.radiotap, field: "it_present", value: Int(word))
            }
            word = littleEndian32(frame, at: fields)
            fields &+= 4
        }
        var flags: UInt8 = 0
        if present & 2 != 0 {
            // The timer, if present, comes before the flags: eight octets, aligned to a multiple of eight from the
            // header's start.
            if present & 1 != 0 { fields = offset &+ ((fields &- offset &+ 7) & ~7) &+ 8 }
            if fields < offset &+ length { flags = frame.octet(at: fields) }
        }
        let hasCheckSequence = flags & 0x10 != 0
        let bounds = hasCheckSequence && outer.end &- 4 > offset &+ length ? outer.narrowed(to: outer.end &- 4) : outer
        return wireless(
            frame, at: offset &+ length, isPadded: flags & 0x20 != 0, in: bounds, &segment, &observer)
    }

    /// The header of Prism drivers (in the capturing machine's byte order), or the header with which AbsoluteValue
    /// Systems replaced it (in network byte order); some drivers write the latter under the former's link type.
    private static func prism(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        let magic = available >= 4 ? frame.bigEndian32(at: offset) : 0
        let layer = magic >> 12 == 0x80211 ? HeaderLayer.avs : .prism
        observer.enter(layer, at: offset, as: magic == 0x4100_0000 || magic == 0x4400_0000 ? .littleEndian : .usual)
        guard available >= 8 else { return observer.truncated(layer, have: available, need: 8) }
        let length: Int
        switch magic {
        case 0x8021_1001...0x8021_1fff, 0x0000_0041, 0x0000_0044: length = Int(frame.bigEndian32(at: offset &+ 4))
        case 0x4100_0000, 0x4400_0000: length = Int(littleEndian32(frame, at: offset &+ 4))
        default: return observer.malformed(layer, field: "msgcode", value: Int(magic))
        }
        guard length >= 8, length <= 4096 else { return observer.malformed(layer, field: "msglen", value: length) }
        guard available >= length else { return observer.truncated(layer, have: available, need: length) }
        return wireless(frame, at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// An 802.11 frame; a data frame goes on with LLC. Where the Protected bit is set, what follows the header is
    /// encrypted, whatever it looks like.
    static func wireless(
        _ frame: RawSpan, at offset: Int, isPadded: Bool = false, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.wireless, at: offset)
        let available = bounds.captured &- offset
        guard available >= 2 else { return observer.truncated(.wireless, have: available, need: 2) }
        let control = frame.octet(at: offset)
        let flags = frame.octet(at: offset &+ 1)
        let type = control >> 2 & 3
        let subtype = control >> 4
        guard control & 3 == 0 else {
            return observer.malformed(.wireless, field: "Protocol Version", value: Int(control & 3))
        }
        guard type == 2 else { return observer.ended(.notIP, .noPacket(.wireless, field: "Type", value: Int(type))) }
        guard subtype & 4 == 0 else {
            return observer.ended(.notIP, .noPacket(.wireless, field: "Subtype", value: Int(subtype)))
        }
        guard flags & 0x40 == 0 else { return observer.ended(.concealed, .concealed(.wireless)) }
        let hasQoS = subtype & 8 != 0
        let addresses = flags & 3 == 3 ? 30 : 24
        var length = addresses &+ (hasQoS ? 2 : 0) &+ (hasQoS && flags & 0x80 != 0 ? 4 : 0)
        guard available >= length else { return observer.truncated(.wireless, have: available, need: length) }
        // The lowest four bits of the sequence control are the fragment number.
        guard frame.octet(at: offset &+ 22) & 0x0f == 0 else {
            return observer.ended(.fragment, .laterPart(.wireless))
        }
        let qos = hasQoS ? littleEndian16(frame, at: offset &+ addresses) : 0
        if isPadded { length = (length &+ 3) & ~3 }
        var body = offset &+ length
        // In a mesh, bit 8 says that a mesh control field follows; elsewhere it has other meanings.
        if qos & 0x0100 != 0, let mesh = meshControl(frame, at: body, in: bounds) {
            observer.enter(.meshControl, at: body)
            body &+= mesh
        }
        if qos & 0x80 != 0 { return aggregate(frame, at: body, in: bounds, &segment, &observer) }
        return wirelessBody(frame, at: body, in: bounds, &segment, &observer)
    }

    /// Reads LLC, counted as one more layer.
    private static func wirelessBody(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        return llc(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// The length of the mesh control field (9.2.4.8.3: flags, time to live, sequence number, up to two addresses);
    /// `nil` where LLC begins at `offset` itself, or does not follow after such a field.
    private static func meshControl(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Int? {
        guard bounds.captured &- offset >= 9, !isSNAP(frame, at: offset, in: bounds) else { return nil }
        let mode = Int(frame.octet(at: offset) & 3)
        guard mode < 3 else { return nil }
        let length = 6 &+ mode &* 6
        return isSNAP(frame, at: offset &+ length, in: bounds) ? length : nil
    }

    static func isSNAP(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        bounds.captured &- offset >= 3 && frame.bigEndian16(at: offset) == 0xaaaa
            && frame.octet(at: offset &+ 2) == 0x03
    }

    /// Several MSDUs in one frame (9.3.2.2.2), each with two addresses, a length, and padding to a multiple of four
    /// octets. Only the first ``PacketDecoder/mostParts`` of them are read.
    private static func aggregate(
        _ frame: RawSpan, at start: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        // In an aggregate inside another one, which nobody sends, the first MSDU that carries TCP is chosen.
        bounds.part = nil
        let subframes = subframes(frame, at: start, in: outer)
        observer.meet(parts: subframes.count)
        if let part = outer.part {
            let offset = part < subframes.count ? subframes.starts[part] : start
            return subframe(frame, at: offset, in: bounds, &segment, &observer)
        }
        let mark = observer.mark
        for part in 0..<subframes.count {
            // On a copy: fields that an MSDU without TCP has set must not show in the next one.
            var trial = segment
            if subframe(frame, at: subframes.starts[part], in: bounds, &trial, &observer) == .segment {
                segment = trial
                return .segment
            }
            observer.rewind(to: mark)
        }
        // None carries TCP: then the verdict is that on the first.
        return subframe(frame, at: start, in: bounds, &segment, &observer)
    }

    /// Where the subframes begin whose length can be read.
    private static func subframes(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds
    ) -> (starts: InlineArray<64, Int>, count: Int) {
        var starts = InlineArray<64, Int>(repeating: start)
        var (count, offset) = (0, start)
        while count < PacketDecoder.mostParts, let next = subframeEnd(frame, at: offset, in: bounds) {
            starts[count] = offset
            offset = next
            count &+= 1
        }
        return (starts, count)
    }

    /// Where the next subframe would begin; `nil` where this one's length was not captured, or is 0.
    private static func subframeEnd(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Int? {
        guard bounds.captured &- offset >= 14 else { return nil }
        let length = Int(frame.bigEndian16(at: offset &+ 12))
        return length > 0 ? offset &+ ((14 &+ length &+ 3) & ~3) : nil
    }

    private static func subframe(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.subframe, at: offset)
        let available = outer.captured &- offset
        guard available >= 14 else { return observer.truncated(.subframe, have: available, need: 14) }
        let length = Int(frame.bigEndian16(at: offset &+ 12))
        let bounds = outer.narrowed(to: min(offset &+ 14 &+ length, outer.end))
        var body = offset &+ 14
        // In a mesh, each MSDU has a mesh control field of its own.
        if let mesh = meshControl(frame, at: body, in: bounds) {
            observer.enter(.meshControl, at: body)
            body &+= mesh
        }
        return wirelessBody(frame, at: body, in: bounds, &segment, &observer)
    }

    static func littleEndian16(_ frame: RawSpan, at offset: Int) -> Int {
        Int(frame.bigEndian16(at: offset).byteSwapped)
    }

    static func littleEndian32(_ frame: RawSpan, at offset: Int) -> UInt32 {
        frame.bigEndian32(at: offset).byteSwapped
    }
}
