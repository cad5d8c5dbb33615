import LinuxKernel
import Narration

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that is written completely or not at all: the text goes to a temporary file in the same directory, which is
/// renamed to `path` once all of it is on the disk.
struct WholeFile {
    let path: String

    func write(_ text: String) throws {
        var status = stat()
        // A pipe or a device is written directly: it must not be replaced by a file.
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure("open") }
            defer { close(descriptor) }
            try send(text, to: descriptor)
            return
        }
        let beside = "\(path).\(getpid()).part"
        let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("open") }
        var isWhole = false
        defer { if !isWhole { unsafe unlink(beside) } }
        do {
            defer { close(descriptor) }
            try send(text, to: descriptor)
            guard fsync(descriptor) == 0 else { throw failure("fsync") }
        }
        guard unsafe rename(beside, path) == 0 else { throw failure("rename") }
        isWhole = true
    }

    private func send(_ text: String, to descriptor: Int32) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { space in
                #if canImport(Glibc)
                    unsafe Glibc.write(descriptor, space.baseAddress, space.count)
                #else
                    Darwin.write(descriptor, space.baseAddress, space.count)
                #endif
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw failure("write")
            }
        }
    }

    private func failure(_ call: String) -> Failure {
        let reason = SystemError(call: call, code: errno)
        return Failure(
            .badInput,
            Text(en: "cannot write \(path): \(reason.message)", zh: "无法写入 \(path)：\(reason.chineseMessage)"),
            next: [Text(en: "nothing was written; try another place:  -o FILE", zh: "没有写入任何内容；可换个位置：  -o 文件")])
    }
}
