#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keeps a copy of what is read from a stream in an unlinked temporary file, so that it can be read once more. If the
/// stream is longer than a limit, none of it is kept. May be used by only one thread at a time (`@unchecked Sendable`).
public final class Spool: @unchecked Sendable {
    /// The limit unless another one is given: a gigabyte.
    public static let usualLimit = 1 << 30

    private let limit: Int
    private var file: Descriptor?
    private var size = 0

    /// - Parameter limit: the most octets that are kept.
    public init(limit: Int = usualLimit) {
        self.limit = limit
        file = try? Descriptor.unnamed()
    }

    /// Whether everything that was read has been kept.
    public var isComplete: Bool { file != nil }

    func keep(_ octets: UnsafeRawBufferPointer) {
        guard file != nil, unsafe !octets.isEmpty else { return }
        size += octets.count
        do throws(CaptureError) {
            guard size <= limit else { throw .noSpace(path: "") }
            try unsafe file?.write(RawSpan(_unsafeBytes: octets), path: "")
        } catch {
            file = nil
        }
    }

    /// A source of the octets that were kept, from the first; `nil` where they were not all kept.
    func source(path: String) throws(CaptureError) -> ByteSource? {
        switch file {
        case .some(let kept): return ByteSource(file: try kept.duplicate(path: path), path: path)
        case .none: return nil
        }
    }
}
