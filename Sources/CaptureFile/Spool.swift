#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keeps what was read of a stream in an unlinked temporary file, so that it can be read once more: up to a limit, beyond which
/// nothing of it is kept. Used by one thread at a time (`@unchecked Sendable`).
public final class Spool: @unchecked Sendable {
    /// More is not kept, unless another limit is asked for: a gigabyte.
    public static let usualLimit = 1 << 30

    private let limit: Int
    private var file: Descriptor?
    private var size = 0

    /// - Parameter limit: octets that are kept at most.
    public init(limit: Int = usualLimit) {
        self.limit = limit
        file = try? Descriptor.unnamed()
    }

    /// Whether all that was read is there.
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

    /// What was kept, from its start.
    func source(path: String) throws(CaptureError) -> ByteSource? {
        switch file {
        case .some(let kept): return ByteSource(file: try kept.duplicate(path: path), path: path)
        case .none: return nil
        }
    }
}
