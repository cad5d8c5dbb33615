import Scenes
import TCPWire

/// What stands at an arrow's tail, and how much of it fits.
struct ArrowLabel {
    private let number: String
    private let flags: String
    private let words: [String]
    private let measure: DisplayWidth
    private let digits: Int

    /// - Parameters:
    ///   - digits: those of the scene's largest number, so that the flags of a column stand under each other.
    ///   - absolute: sequence numbers as they stand in the headers, not relative to the ISNs.
    init(_ segment: Scene.Segment, digits: Int, absolute: Bool, measure: DisplayWidth) {
        number = "#\(segment.number)"
        flags = segment.flags.description
        words = segment.numbers(absolute: absolute)
        self.digits = digits
        self.measure = measure
    }

    /// Characters of the label of `segment` with all its words, but for its number.
    static func length(_ segment: Scene.Segment, absolute: Bool) -> Int {
        let words = segment.numbers(absolute: absolute).reduce(0) { $0 + 1 + $1.utf8.count }
        return max(7, segment.flags.description.utf8.count) + 1 + words
    }

    /// The most of the label that fits into `room` cells, words dropped from the end; and the words dropped. `aligned`: words
    /// of successive rows stand under each other (labels that begin at the left). `gap` stands between flags and words.
    func fitting(_ room: Int, aligned: Bool, gap: String = "  ") -> (text: String, dropped: [String]) {
        for count in stride(from: words.count, through: 1, by: -1) {
            let tail = words[..<count].joined(separator: " ")
            let text = head(aligned: aligned, filled: true) + gap + tail
            if measure(text) <= room { return (text, Array(words[count...])) }
        }
        for text in [head(aligned: aligned, filled: false), "\(number) \(flags)"] where measure(text) <= room {
            return (text, words)
        }
        // Half a number would be another one's.
        return (measure.truncate(flags, to: room), [number] + words)
    }

    private func head(aligned: Bool, filled: Bool) -> String {
        guard aligned else { return "\(number) \(flags)" }
        let head = measure.pad(number, to: max(digits + 1, measure(number))) + " "
        return head + (filled ? measure.pad(flags, to: max(7, measure(flags))) : flags)
    }
}
