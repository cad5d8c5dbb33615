import CaptureFile
import Foundation
import Testing

@Suite struct OpeningTests {
    @Test func aFileIsSeekableAndTheSame() throws {
        try withDirectory { directory in
            for (name, file) in [("a.pcap", plain), ("b.pcapng", motley)] {
                let path = directory + "/" + name
                try Data(file).write(to: URL(fileURLWithPath: path))
                let isSeekable = try CaptureReader(path: path).isSeekable
                #expect(isSeekable)
                #expect(try ReadCapture(path: path) == ReadCapture(file))
                let packed = path + ".gz"
                try Data(gzip(file)).write(to: URL(fileURLWithPath: packed))
                #expect(try ReadCapture(path: packed) == ReadCapture(file))
            }
        }
    }

    @Test func whatIsNotThereOrNoFile() throws {
        try withDirectory { directory in
            let missing = directory + "/missing"
            #expect(throws: CaptureError.notFound(path: missing)) { _ = try CaptureReader(path: missing) }
            #expect(throws: CaptureError.isDirectory(path: directory)) { _ = try CaptureReader(path: directory) }
            #expect(throws: CaptureError.empty(path: "/dev/null")) { _ = try CaptureReader(path: "/dev/null") }
            let empty = directory + "/empty"
            try Data().write(to: URL(fileURLWithPath: empty))
            #expect(throws: CaptureError.empty(path: empty)) { _ = try CaptureReader(path: empty) }
        }
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0], .png),
            (Array("hello, xiao mei.\n".utf8), .text),
            (Array("你好,小美\n".utf8), .text),
            ([0x28, 0xb5, 0x2f, 0xfd, 4], .zstandard),
            ([1, 2, 3], .unknown),
            ([0, 0, 0, 0, 0], .unknown),
        ] as [([UInt8], FileKind)])
    func whatIsNoCapture(bytes: [UInt8], kind: FileKind) throws {
        #expect(throws: CaptureError.notCapture(path: "", kind: kind)) { try ReadCapture(bytes) }
        #expect(throws: CaptureError.notCapture(path: "", kind: kind)) { try ReadCapture(bytes, inPiecesOf: 1000) }
    }

    @Test func whatMayNotBeRead() throws {
        try withDirectory { directory in
            let path = directory + "/secret.pcap"
            try Data(plain).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
            try withoutPrivilege {
                #expect(throws: CaptureError.notPermitted(path: path)) { _ = try CaptureReader(path: path) }
            }
        }
    }
}
