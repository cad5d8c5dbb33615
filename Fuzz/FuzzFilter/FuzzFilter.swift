import CaptureFile
import FlatMemory
import Passes
import Queries
import TCPWire

/// Whatever the text: it is read or refused with a place that lies in it, and what was read can be asked.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    do {
        let filter = try ConnectionFilter(text)
        for subject in Sample.subjects {
            let passes = filter.matches(subject)
            precondition(passes == filter.matches(subject))
            guard text.utf8.count < 4000, let negation = try? ConnectionFilter("!(" + text + ")") else { continue }
            precondition(negation.matches(subject) != passes)
        }
    } catch {
        precondition(error.range.lowerBound >= 0 && error.range.upperBound <= text.count + 1)
    }
    return 0
}

/// A connection opened, used and reset, with everything that is measured of it.
private enum Sample {
    static let subjects: [FilterSubject] = {
        let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
        let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 443)
        let (up, down) = (SegmentBuilder(from: client, to: server), SegmentBuilder(from: server, to: client))
        let segments = [
            up.syn(sequence: 100), down.synAck(sequence: 300, acknowledgment: 101),
            up.ack(sequence: 101, acknowledgment: 301),
            up.data([1, 2, 3], sequence: 101, acknowledgment: 301),
            up.data([1, 2, 3], sequence: 101, acknowledgment: 301), down.rstAck(sequence: 301, acknowledgment: 104),
        ]
        var analysis = CaptureAnalysis(measuring: true)
        for (index, segment) in segments.enumerated() {
            let frame = segment.ipPacket()
            analysis.take(
                frame.octets, number: index + 1, at: Timestamp(nanoseconds: Int64(index) * 1_000_000), link: .raw)
        }
        return zip(analysis.connections, analysis.measures).enumerated().flatMap { index, pair in
            [
                FilterSubject(number: index + 1, record: pair.0, measures: pair.1),
                FilterSubject(number: index + 1, record: pair.0),
            ]
        }
    }()
}
