import FlatMemory
import Foundation
import TCPWire
import Testing

/// A capture that is written over between its first reading and the fetching of a connection's packets.
///
/// Between the two the command waits for nobody, so its reading is what is interrupted: by a signal that stops it once the
/// connection's packets, which are the capture's first, have been read, and much behind them has not.
@Suite("a file that changes while it is read")
struct ChangedFileTests {
    /// Octets of which the command has read the first window, and the whole of them takes it a while.
    private static let size = 64 << 20

    /// The tutorial's exchange, and behind it datagrams, of which nothing is kept.
    private func capture(in folder: ScratchFolder) throws -> String {
        func record(_ frame: [UInt8], _ time: UInt32) -> [UInt8] {
            var record: [UInt8] = []
            for word in [1_700_000_000, time, UInt32(frame.count), UInt32(frame.count)] {
                record.append(native: word.littleEndian)
            }
            return record + frame
        }
        var octets: [UInt8] = []
        for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1] as [UInt32] { octets.append(native: word.littleEndian) }
        for (place, frame) in Exchange().frames.enumerated() { octets += record(frame.bytes, UInt32(place)) }
        // Ethernet, IPv4 with protocol 17, UDP from port 9 to port 9.
        let datagram: [UInt8] =
            [UInt8](repeating: 2, count: 12) + [
                8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
            ]
            + [0, 9, 0, 9, 0, 8, 0, 0]
        let block = [[UInt8]](repeating: record(datagram, 100), count: 1 << 14).flatMap { $0 }
        let path = try folder.write(octets, to: "changing.pcap")
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        for _ in 0..<Self.size / block.count { try file.write(contentsOf: Data(block)) }
        try file.close()
        return path
    }

    #if os(Linux)
        @Test(
            "flow tells of it, draws nothing, and ends with 4", arguments: ["", "--hosts"], ["en", "zh"])
        func flow(hosts: String, language: String) async throws {
            let folder = try ScratchFolder()
            let path = try capture(in: folder)
            // proc_pid_io(5): the first line counts what read(2) and its like have given.
            let run = try await Run(
                shell: """
                    "$TCPLENS" flow "$FILE" $HOSTS --lang $LANGUAGE & pid=$!
                    count() { read -r name octets < /proc/$pid/io; }
                    until count && [ "$octets" -gt 4000000 ]; do :; done
                    kill -STOP $pid
                    count
                    [ "$octets" -lt $SIZE ] || { kill -KILL $pid; echo 'it was too fast to be stopped' >&2; exit 99; }
                    dd if=/dev/zero of="$FILE" bs=24 seek=1 count=40 conv=notrunc 2> "$FILE.dd"
                    kill -CONT $pid
                    wait $pid
                    """,
                environment: [
                    "FILE": path, "HOSTS": hosts, "LANGUAGE": language, "SIZE": "\(Self.size)", "LANG": "C.UTF-8",
                ])
            #expect(run.status == 4, "\(run.err)")
            #expect(run.out == "")
            #expect(
                run.err.contains(
                    language == "en"
                        ? "changed while it was read; its packets are not where they were"
                        : "读取期间文件被改动，报文已不在原来的位置"))
            #expect(run.err.contains(language == "en" ? "try again once nothing writes it" : "等文件不再写入后重试"))
        }
    #endif
}
