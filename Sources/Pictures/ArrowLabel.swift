/// What stands at an arrow's tail, and how much of it fits.
struct ArrowLabel {
    private let number: String
    private let flags: String
    private let words: [String]
    private let measure: DisplayWidth
    private let digits: Int

    /// `digits`: those of the scene's largest number, so that the flags of a column stand under each other.
    init(_ segment: Scene.Segment, digits: Int, measure: DisplayWidth) {
        number = "#\(segment.number)"
        flags = Printable.text(segment.flags)
        words = segment.words.map { Printable.text($0) }
        self.digits = digits
        self.measure = measure
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
