import Tracking

#if canImport(Glibc)
    import CaptureFile
    import Foundation
    import Glibc
    import Testing

    @testable import Passes

    /// A disk that fails in the middle of a file: reading by parts ends with the error, having found what stands before it,
    /// and goes on from there once the disk has recovered.
    ///
    /// The disk is this process's own memory, `/proc/self/mem`, put under the reader's descriptor when the file is open:
    /// what stands at an offset of the file is mapped at that address, and where nothing is mapped the kernel answers EIO.
    @Suite(.serialized) struct ReadErrorTests {
        private final class FailingDisk {
            /// No lower address may be mapped. So much of the file has been read when it is open.
            private static let lowest = 1 << 16

            private let base: UnsafeMutableRawPointer
            private let length: Int

            /// - Parameter gap: the octets that cannot be read, whole pages.
            init(_ content: [UInt8], gap: Range<Int>) throws {
                base = try #require(UnsafeMutableRawPointer(bitPattern: Self.lowest))
                length = content.count - Self.lowest
                // With MAP_FIXED_NOREPLACE, which Swift's Glibc module leaves out.
                let mapped = mmap(
                    base, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | 0x10_0000, -1, 0)
                try #require(mapped == base, "errno \(errno)")
                UnsafeMutableRawBufferPointer(start: base, count: length).copyBytes(from: content[Self.lowest...])
                try #require(munmap(base + (gap.lowerBound - Self.lowest), gap.count) == 0)
            }

            deinit { munmap(base, length) }
        }

        /// The numbers that this process has opened `path` under.
        private func descriptors(of path: String) throws -> [CInt] {
            let files = FileManager.default
            let names = try files.contentsOfDirectory(atPath: "/proc/self/fd").filter {
                (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            }
            return names.compactMap { CInt($0) }
        }

        /// Puts what `path` names under open descriptors.
        private func put(_ path: String, _ flags: CInt = O_RDONLY, under descriptors: [CInt]) throws {
            let file = open(path, flags | O_CLOEXEC)
            try #require(file >= 0)
            defer { close(file) }
            for descriptor in descriptors { try #require(dup2(file, descriptor) == descriptor) }
        }

        @Test("an error in one part", arguments: 1...4)
        func errorInOnePart(workers: Int) throws {
            for capture in [LongCapture.pcap, LongCapture.pcapng] {
                let whole = try capture.result(first: capture.bytes.count)
                for gap in [320 << 10, 3 << 20] {
                    let known = try capture.result(first: gap)
                    for partSize in [9_001, 300_000, 10_000_000] {
                        try withFile(capture.bytes) { path in
                            var reader = try CaptureReader(path: path)
                            let own = try descriptors(of: path)
                            let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
                            let disk = try FailingDisk(capture.bytes, gap: gap..<gap + Int(getpagesize()))
                            try put("/proc/self/mem", under: own)
                            // Tried again, it fails again, and nothing is counted twice.
                            for _ in 0..<2 {
                                #expect(throws: CaptureError.system(path: path, operation: .read, code: EIO)) {
                                    try pass.read(&reader)
                                }
                                #expect(PassResult(pass, known.ending) == known)
                            }
                            try put(path, under: own)
                            withExtendedLifetime(disk) {}
                            try pass.read(&reader)
                            #expect(PassResult(pass, reader.ending) == whole)
                        }
                    }
                }
            }
        }

        @Test("from some moment on nothing can be read, whoever reads whatever part", arguments: 1...4)
        func errorsEverywhere(workers: Int) throws {
            let capture = LongCapture.pcapng
            let whole = try capture.result(first: capture.bytes.count)
            for (partSize, moment) in [(9_001, 0), (9_001, 3), (9_001, 200), (65_536, 0), (65_536, 20)] {
                try withFile(capture.bytes) { path in
                    var reader = try CaptureReader(path: path)
                    let own = try descriptors(of: path)
                    let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
                    var reports = 0
                    #expect(throws: CaptureError.system(path: path, operation: .read, code: EBADF)) {
                        try pass.read(&reader) { _, _ in
                            // What is open for writing only cannot be read.
                            if reports == moment {
                                #expect(throws: Never.self) {
                                    try put("/dev/null", O_WRONLY, under: descriptors(of: path))
                                }
                            }
                            reports += 1
                        }
                    }
                    let known = try capture.result(first: capture.ends[pass.counts.packets])
                    #expect(PassResult(pass, known.ending) == known)
                    try put(path, under: own)
                    try pass.read(&reader)
                    #expect(PassResult(pass, reader.ending) == whole)
                }
            }
        }

        /// In a process of its own, since others open files meanwhile.
        @Test("where no more files may be open, fewer read, or only who has it open")
        func noMoreDescriptors() async {
            await #expect(processExitsWith: .success) {
                let capture = LongCapture.pcap
                let whole = try capture.result(first: capture.bytes.count)
                for more in [1, 0] as [rlim_t] {
                    try withFile(capture.bytes) { path in
                        var reader = try CaptureReader(path: path)
                        // The lowest number that is free.
                        let free = dup(STDIN_FILENO)
                        close(free)
                        var usual = rlimit()
                        try #require(getrlimit(.init(RLIMIT_NOFILE.rawValue), &usual) == 0)
                        var limit = rlimit(rlim_cur: rlim_t(free) + more, rlim_max: usual.rlim_max)
                        try #require(setrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0)
                        defer { setrlimit(.init(RLIMIT_NOFILE.rawValue), &usual) }
                        #expect(more > 0 || open(path, O_RDONLY) < 0)
                        let pass = ParallelPass(workers: 3, partSize: 65_536, indexing: true)
                        try pass.read(&reader)
                        #expect(PassResult(pass, reader.ending) == whole)
                    }
                }
            }
        }
    }
#endif
