#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file of the operating system; closed in `deinit` if it was opened here.
struct Descriptor: ~Copyable {
    let number: CInt
    private let isOwned: Bool
    /// Whether opening it has created the file.
    let isNew: Bool

    private init(number: CInt, isOwned: Bool, isNew: Bool = false) {
        self.number = number
        self.isOwned = isOwned
        self.isNew = isNew
    }

    deinit {
        if isOwned { _ = Self.close(number) }
    }

    /// Opens the file at `path` for reading, or returns standard input for `-`.
    static func reading(_ path: String) throws(CaptureError) -> Descriptor {
        if path == "-" { return Descriptor(number: STDIN_FILENO, isOwned: false) }
        return try opening(path, flags: O_RDONLY)
    }

    /// Whether `path`, or standard input for `-`, is neither a regular file nor a directory, so that it can only be
    /// read as it arrives.
    static func isStream(_ path: String) -> Bool {
        var status = stat()
        let result = path == "-" ? unsafe fstat(STDIN_FILENO, &status) : unsafe stat(path, &status)
        return result == 0 && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
    }

    /// Whether `input`, or standard input for `-`, is the same regular file as `output`, or standard output for `-`.
    static func isSameFile(_ input: String, _ output: String) -> Bool {
        var (read, written) = (stat(), stat())
        let first = input == "-" ? unsafe fstat(STDIN_FILENO, &read) : unsafe stat(input, &read)
        let second = output == "-" ? unsafe fstat(STDOUT_FILENO, &written) : unsafe stat(output, &written)
        return first == 0 && second == 0 && read.st_mode & S_IFMT == S_IFREG && read.st_dev == written.st_dev
            && read.st_ino == written.st_ino
    }

    /// Creates or truncates the file at `path`, or returns standard output for `-`.
    static func writing(_ path: String) throws(CaptureError) -> Descriptor {
        if path == "-" { return Descriptor(number: STDOUT_FILENO, isOwned: false) }
        do throws(CaptureError) {
            return try opening(path, flags: O_WRONLY | O_CREAT | O_EXCL)
        } catch {
            guard case .system(_, _, EEXIST) = error else { throw error }
            return try opening(path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        }
    }

    /// A new file without a name, for writing and reading; it disappears when its last descriptor is closed.
    static func unnamed() throws(CaptureError) -> Descriptor {
        // In the folder that the user has set for temporary files (POSIX, TMPDIR). `mkstemp` chooses the letters and
        // lets no other user open the file (0600); the name is removed before anything is written.
        let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var name = Array("\(folder)/tcplens-XXXXXX".utf8CString)
        let number = unsafe name.withUnsafeMutableBufferPointer { buffer -> CInt in
            guard let first = buffer.baseAddress else { return -1 }
            let number = unsafe mkstemp(first)
            if number >= 0 { _ = unsafe unlink(first) }
            return number
        }
        guard number >= 0 else { throw CaptureError(errno, during: .open, path: folder) }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return Descriptor(number: number, isOwned: true)
    }

    /// Removes a file's name.
    static func remove(_ path: String) { _ = unsafe unlink(path) }

    private static func opening(_ path: String, flags: CInt) throws(CaptureError) -> Descriptor {
        while true {
            // The umask decides who may read the new file, as with tcpdump.
            let number = unsafe open(path, flags | O_CLOEXEC, 0o666)
            if number >= 0 { return Descriptor(number: number, isOwned: true, isNew: flags & O_EXCL != 0) }
            if errno != EINTR { throw CaptureError(errno, during: .open, path: path) }
        }
    }

    enum Kind { case regular(size: Int), directory, other }

    func kind(path: String) throws(CaptureError) -> Kind {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw CaptureError(errno, during: .open, path: path) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: return .regular(size: Int(status.st_size))
        default: return .other
        }
    }

    /// Whether nothing has been read from it yet; false for files without a position, such as pipes.
    var isAtStart: Bool { lseek(number, 0, SEEK_CUR) == 0 }

    /// Reads as much as is available, and waits for at least one octet.
    ///
    /// - Returns: how many octets were read; 0 at the end.
    func read(into space: UnsafeMutableRawBufferPointer, path: String) throws(CaptureError) -> Int {
        while true {
            let got = unsafe Self.read(number, space)
            if got >= 0 { return got }
            if errno != EINTR { throw CaptureError(errno, during: .read, path: path) }
        }
    }

    /// Reads a regular file from `offset` on.
    ///
    /// - Returns: how many octets were read; 0 at the end.
    func read(into space: UnsafeMutableRawBufferPointer, at offset: Int, path: String) throws(CaptureError) -> Int {
        while true {
            let got = unsafe pread(number, space.baseAddress, space.count, off_t(offset))
            if got >= 0 { return got }
            if errno != EINTR { throw CaptureError(errno, during: .read, path: path) }
        }
    }

    /// A second descriptor of the same open file.
    func duplicate(path: String) throws(CaptureError) -> Descriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw CaptureError(errno, during: .open, path: path) }
        return Descriptor(number: copy, isOwned: true)
    }

    /// Writes all of `bytes`.
    func write(_ bytes: RawSpan, path: String) throws(CaptureError) {
        var done = 0
        while done < bytes.byteCount {
            let wrote = unsafe bytes.extracting(done...).withUnsafeBytes { unsafe Self.write(number, $0) }
            if wrote >= 0 {
                done += wrote
            } else if errno != EINTR {
                throw CaptureError(errno, during: .write, path: path)
            }
        }
    }

    /// Closes the file and reports an error in doing so, which on some file systems is the only sign of a failed write.
    consuming func close(path: String) throws(CaptureError) {
        let (number, isOwned) = (number, isOwned)
        discard self
        guard isOwned else { return }
        // On Linux the descriptor is closed even if the call was interrupted.
        if Self.close(number) != 0, errno != EINTR { throw CaptureError(errno, during: .close, path: path) }
    }
}

// The C functions, whose names the methods above hide.
extension Descriptor {
    private static func read(_ number: CInt, _ space: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.read(number, space.baseAddress, space.count)
        #else
            unsafe Darwin.read(number, space.baseAddress, space.count)
        #endif
    }

    private static func write(_ number: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
        #else
            unsafe Darwin.write(number, bytes.baseAddress, bytes.count)
        #endif
    }

    private static func close(_ number: CInt) -> CInt {
        #if canImport(Glibc)
            Glibc.close(number)
        #else
            Darwin.close(number)
        #endif
    }
}

extension CaptureError {
    init(_ code: CInt, during operation: FileOperation, path: String) {
        self =
            switch code {
            case ENOENT, ENOTDIR: .notFound(path: path)
            case EACCES, EPERM: .notPermitted(path: path)
            case EISDIR: .isDirectory(path: path)
            case ENOSPC, EDQUOT: .noSpace(path: path)
            case EPIPE: .brokenPipe(path: path)
            default: .system(path: path, operation: operation, code: code)
            }
    }
}
