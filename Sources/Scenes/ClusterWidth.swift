/// Adds up the terminal cells of one grapheme cluster, code point by code point. Unicode lets one cluster hold any
/// number of letters, which all take cells; only the parts of an emoji sequence share the two cells of one picture.
struct ClusterWidth {
    /// No emoji sequence joins more pictures than this; further ones count as characters of their own.
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
            // Variation selector 16 asks for the emoji presentation of the character before it, which is two cells
            // wide.
            if cells == 1, previous.properties.isEmoji { cells = 2 }
        case 0x1F3FB...0x1F3FF where previous.properties.isEmojiModifierBase: break
        case 0x1F1E6...0x1F1FF where (0x1F1E6...0x1F1FF).contains(previous.value): cells = 2
        case _ where previous.value == 0x200D && scalar.properties.isEmoji && pictures < Self.mostPictures:
            pictures += 1
        default: cells += measure.cellsOf(scalar)
        }
    }
}
