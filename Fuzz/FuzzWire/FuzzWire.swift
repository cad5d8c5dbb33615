import FlatMemory
import TCPWire

/// Every link type that is opened, and one that is not.
private let links = LinkType.registry.filter(\.isOpened) + [LinkType(rawValue: 147)]

/// The first octet chooses the link type, the second how much of the frame was not captured; the rest is the frame.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    guard input.count >= 2 else { return 0 }
    let link = links[Int(input[0]) % links.count]
    let octets = Array(input[2...])
    let originalLength = octets.count + Int(input[1]) * 37

    var segment = SegmentHeader()
    let verdict = PacketDecoder.decode(octets.octets, link: link, originalLength: originalLength, into: &segment)
    if verdict == .segment {
        _ = segment.synOptions(in: octets.octets)
        _ = segment.timestamps(in: octets.octets)
        _ = segment.sackBlocks(in: octets.octets)
        _ = TCPChecksum.verify(segment, in: octets.octets)
        precondition(segment.capturedPayloadLength <= segment.payloadLength)
    }
    var error = ICMPError()
    let isQuoted = PacketDecoder.decodeQuoted(
        octets.octets, link: link, originalLength: originalLength, into: &error)
    precondition(isQuoted == (verdict == .quotedSegment))

    readParts(octets, link, originalLength, isSegment: verdict == .segment)

    let report = HeaderReport(octets, link: link, originalLength: originalLength)
    precondition(report.verdict == verdict)
    // The report always walks; what is decoded in a straight line must be the same.
    if let walked = report.segment { precondition("\(walked)" == "\(segment)") }
    for layer in report.layers {
        precondition(layer.range.upperBound <= octets.count)
        for option in layer.options { _ = option.option.description }
    }
    _ = HeaderReport.guessing(octets)

    readFragments(octets[...])

    var cursor = TCPOptionCursor(start: Int(input[0]), end: Int(input[1]))
    while let option = cursor.next(in: octets.octets) {
        precondition(!cursor.lastRange.isEmpty)
        _ = option.description
    }
    if let text = String(validating: octets, as: UTF8.self) {
        _ = HexText.octets(text)
        if let address = IPAddress(text) { precondition(IPAddress(address.description) == address) }
        if let endpoint = Endpoint(text) { precondition(Endpoint(endpoint.description) == endpoint) }
    }
    return 0
}

/// Each of the packets that a frame carries: where one of them is a segment, the frame is.
private func readParts(_ octets: [UInt8], _ link: LinkType, _ originalLength: Int, isSegment: Bool) {
    var (part, count, isFound) = (0, 1, false)
    while part < count {
        var segment = SegmentHeader()
        var finding = PacketDecoder.Finding()
        let verdict = PacketDecoder.decode(
            octets.octets, link: link, originalLength: originalLength, part: part, into: &segment, noting: &finding)
        precondition((1...PacketDecoder.mostParts).contains(finding.partCount))
        precondition(part == 0 || finding.partCount == count)
        count = finding.partCount
        if verdict == .segment {
            isFound = true
            _ = TCPChecksum.verify(segment, in: octets.octets)
            precondition(segment.capturedPayloadLength <= segment.payloadLength)
        }
        part += 1
    }
    precondition(isSegment || !isFound)
}

/// Packets from their IP headers on, each behind an octet that says how long it is and one that says how long after the one before
/// it came: what is found in fragments is bounded by them.
private func readFragments(_ input: ArraySlice<UInt8>) {
    var fragmented = FragmentedSegments()
    var rest = input
    var (time, packets, kept) = (Int64(0), 0, 0)
    while let length = rest.popFirst(), let delay = rest.popFirst() {
        let packet = Array(rest.prefix(Int(length) + 1))
        rest = rest.dropFirst(packet.count)
        time += Int64(delay) * 500_000_000
        packets += 1
        var segment = SegmentHeader()
        var finding = PacketDecoder.Finding()
        let verdict = PacketDecoder.decode(
            packet.octets, link: .raw, originalLength: packet.count, into: &segment, noting: &finding)
        guard let place = finding.fragment else { continue }
        let isDecided = FragmentedSegments.isDecided(verdict, isCutOff: false)
        if !isDecided { kept += 1 }
        fragmented.take(
            packet.octets, at: place, isDecided: isDecided, from: FragmentOrigin(number: packets, time: time))
    }
    fragmented.end()
    let tally = fragmented.takeTally()
    var told = tally.refused + tally.alone + tally.unwanted
    for found in fragmented.takeFound() {
        told += found.origins.count
        precondition(found.octets.count <= found.length && found.length <= 65_575)
        if found.verdict == .segment {
            precondition(Int(found.header.tcpOffset) + 20 <= found.octets.count)
            _ = TCPChecksum.verify(found.header, in: found.octets.octets)
        }
    }
    // Each fragment becomes of one thing; of some nothing, since they came twice.
    precondition(told <= kept)
}
