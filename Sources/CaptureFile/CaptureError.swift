/// Why a capture could not be opened, read or written. It holds data and no sentences: those are made where the
/// language is known.
public enum CaptureError: Error, Sendable, Equatable {
    case notFound(path: String)
    case notPermitted(path: String)
    case isDirectory(path: String)
    /// The file has no octets at all.
    case empty(path: String)
    case notCapture(path: String, kind: FileKind)
    /// The file cannot be read as one of several that are one capture.
    case notJoinable(path: String, why: JoiningFault)
    /// The disk, or the user's quota, is full.
    case noSpace(path: String)
    /// Nobody reads the other end of the pipe any more.
    case brokenPipe(path: String)
    /// More connections, or segments of connections, than can be numbered.
    case tooLarge(path: String)
    /// Any other refusal of the operating system, with its `errno`.
    case system(path: String, operation: FileOperation, code: Int32)
}

/// Why a file cannot be read as a part of several.
public enum JoiningFault: Sendable, Hashable {
    /// A pipe or terminal.
    case isStream
    /// It is packed with gzip and the first is not, or the other way round.
    case isPackedOtherwise(isPacked: Bool)
    /// It begins before the other one ends.
    case overlaps(path: String)
}

/// What was being done when the operating system refused.
public enum FileOperation: String, Sendable {
    case open, read, write, close
}
