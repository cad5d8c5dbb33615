import FlatMemory
import TCPWire

private let links: [LinkType] = [
    .ethernet, .null, .loop, .ppp, .raw, .rawIPv4, .rawIPv6, .linuxCooked, .linuxCooked2,
]

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

    let report = HeaderReport(octets, link: link, originalLength: originalLength)
    precondition(report.verdict == verdict)
    // The report always walks; what is decoded in a straight line must be the same.
    if let walked = report.segment { precondition("\(walked)" == "\(segment)") }
    for layer in report.layers {
        precondition(layer.range.upperBound <= octets.count)
        for option in layer.options { _ = option.option.description }
    }
    _ = HeaderReport.guessing(octets)

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
