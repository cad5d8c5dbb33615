/// Where a stream's octets come from: what is at hand in memory, then a descriptor.
struct ByteSource: ~Copyable {
    private var memory: ByteWindow
    private var position = 0
    private let descriptor: Descriptor?
    /// No more than this at a time: how streams behave, made so for tests.
    private let pieceSize: Int
    let path: String

    init(
        memory: consuming ByteWindow, then descriptor: consuming Descriptor? = nil, pieceSize: Int = .max, path: String
    ) {
        self.memory = memory
        self.descriptor = descriptor
        self.pieceSize = pieceSize
        self.path = path
    }

    /// Adds octets to `window`.
    ///
    /// - Returns: how many; 0 at the end.
    mutating func read(into window: inout ByteWindow) throws(CaptureError) -> Int {
        let length = min(memory.count - position, pieceSize)
        guard length > 0 else {
            switch descriptor {
            case .some(let open):
                return try unsafe window.append { (space) throws(CaptureError) in
                    try unsafe open.read(into: space, path: path)
                }
            case .none: return 0
            }
        }
        let copied = try window.append(memory, position..<(position + length))
        position += copied
        return copied
    }

    /// Takes back the first octets that were read of it.
    mutating func rewind(_ window: consuming ByteWindow) {
        if memory.count == 0 { memory = window }
        position = 0
    }
}
