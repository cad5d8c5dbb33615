import Synchronization

/// Several regular files that are read as if they were concatenated. Any number of threads may read; only some of the
/// files are open at a time.
final class FileRow: Sendable {
    /// One of the files, and the range of offsets in the row that its octets have.
    struct Member {
        let path: String
        let range: Range<Int>
    }

    private final class OpenFile: Sendable {
        let member: Int
        let descriptor: Descriptor

        init(_ member: Int, _ descriptor: consuming Descriptor) {
            self.member = member
            self.descriptor = descriptor
        }
    }

    let members: [Member]
    /// The files that are open, the most recently used last.
    private let open = Mutex<[OpenFile]>([])

    /// The most files open at a time: far fewer than a process may open, and more than there are threads reading at
    /// once.
    private static let mostOpen = 32

    /// - Throws: ``CaptureError`` if a file does not exist, may not be read, is a directory, or is no regular file and
    ///   so cannot be joined.
    init(_ paths: [String]) throws(CaptureError) {
        var members: [Member] = []
        var start = 0
        for path in paths {
            let descriptor = try Descriptor.reading(path)
            switch try descriptor.kind(path: path) {
            case .directory: throw .isDirectory(path: path)
            case .other: throw .notJoinable(path: path, why: .isStream)
            case .regular(let size):
                members.append(Member(path: path, range: start..<start + size))
                start += size
            }
        }
        self.members = members
    }

    /// The size of all files together in octets.
    var size: Int { members.last?.range.upperBound ?? 0 }

    /// The index of the file that the octet at `offset` is in; for an offset past the end, that of the last file.
    func member(at offset: Int) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return min(low, members.count - 1)
    }

    /// Reads octets, at most to the end of the file that `offset` is in.
    ///
    /// - Returns: the number of octets; 0 past the end of the last file, and where a file has become shorter.
    func read(into space: UnsafeMutableRawBufferPointer, at offset: Int) throws(CaptureError) -> Int {
        guard !members.isEmpty else { return 0 }
        let number = member(at: offset)
        let member = members[number]
        guard member.range.contains(offset) else { return 0 }
        let part = unsafe UnsafeMutableRawBufferPointer(
            rebasing: space.prefix(member.range.upperBound - offset))
        return try unsafe file(number).descriptor.read(
            into: part, at: offset - member.range.lowerBound, path: member.path)
    }

    private func file(_ number: Int) throws(CaptureError) -> OpenFile {
        let known = open.withLock { files -> OpenFile? in
            guard let place = files.lastIndex(where: { $0.member == number }) else { return nil }
            let file = files.remove(at: place)
            files.append(file)
            return file
        }
        if let known { return known }
        let opened = OpenFile(number, try Descriptor.reading(members[number].path))
        open.withLock { files in
            // A thread that is still reading from the file that is removed keeps it open until it is done.
            if files.count >= Self.mostOpen { files.removeFirst() }
            files.append(opened)
        }
        return opened
    }
}
