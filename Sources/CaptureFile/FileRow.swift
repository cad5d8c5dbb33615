import Synchronization

/// Several regular files that are read as if they lay one behind the other in one, each from its start. Used by any
/// number of threads; not all files are open at once.
final class FileRow: Sendable {
    /// One of the files, and where it lies in the row.
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
    /// The files read last, the latest at the end.
    private let open = Mutex<[OpenFile]>([])

    /// Far fewer than a process may open; more than workers read at once.
    private static let mostOpen = 32

    /// - Throws: ``CaptureError``: a file is not there, not permitted, a directory; or no regular file, and not to be
    ///   joined.
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

    /// Octets in all.
    var size: Int { members.last?.range.upperBound ?? 0 }

    /// Which file an octet lies in; behind the last, the last.
    func member(at offset: Int) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return min(low, members.count - 1)
    }

    /// Reads octets of one file.
    ///
    /// - Returns: how many; 0 behind the last file, and where one has become shorter.
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
            // Whoever still reads one that goes keeps it open so long.
            if files.count >= Self.mostOpen { files.removeFirst() }
            files.append(opened)
        }
        return opened
    }
}
