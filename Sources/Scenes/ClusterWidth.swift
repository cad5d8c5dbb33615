/// The cells of a grapheme cluster, code point by code point. One that Unicode calls a single character may hold any number of
/// letters; only what a picture is put together of stands in the picture's two cells.
struct ClusterWidth {
    /// No picture is made of more.
    private static let mostPictures = 4

    private let measure: DisplayWidth
    private(set) var cells = 0
    private var previous: Unicode.Scalar?
    private var pictures = 1

    init(_ measure: DisplayWidth = DisplayWidth()) { self.measure = measure }

    mutating func add(_ scalar: Unicode.Scalar) {
        defer { previous = scalar }
        guard let previous else {
            cells = measure.cellsOf(scalar)
            return
        }
        switch scalar.value {
        case 0xFE0F:
            // Asks for the emoji's picture, which is two cells wide.
            if cells == 1, previous.properties.isEmoji { cells = 2 }
        case 0x1F3FB...0x1F3FF where previous.properties.isEmojiModifierBase: break
        case 0x1F1E6...0x1F1FF where (0x1F1E6...0x1F1FF).contains(previous.value): cells = 2
        case _ where previous.value == 0x200D && scalar.properties.isEmoji && pictures < Self.mostPictures:
            pictures += 1
        default: cells += measure.cellsOf(scalar)
        }
    }
}
