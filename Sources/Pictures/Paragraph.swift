import Scenes

/// Prose set into lines: English breaks at spaces, Chinese between any two characters, but no line begins with a
/// closing mark (`,。)`) or ends with an opening one (`《(`).
public struct Paragraph: Sendable {
    private let canvas: Canvas

    /// Creates a formatter for lines as wide as `canvas`.
    public init(canvas: Canvas) {
        self.canvas = canvas
    }

    /// `text` in lines of at most the canvas's width: the first after `first`, the rest after as many spaces as
    /// `hanging` says (or as `first` is wide). Line feeds in `text` are kept as breaks.
    public func lines(_ text: String, first: String = "", hanging: Int? = nil) -> [String] {
        let lead = canvas.measure.truncate(first, to: canvas.width / 2)
        let indent = min(hanging ?? canvas.measure(lead), canvas.width / 2)
        var result: [String] = []
        for hard in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isFirst = result.isEmpty
            let start = isFirst ? lead : String(repeating: " ", count: indent)
            let wrapped = LineBreaking(measure: canvas.measure).wrap(
                String(hard), firstWidth: canvas.width - canvas.measure(start), width: canvas.width - indent)
            for (number, line) in wrapped.enumerated() {
                let margin = number == 0 ? start : String(repeating: " ", count: indent)
                result.append((margin + line).withoutTrailingSpaces)
            }
        }
        return result
    }

    /// The lines of a text of the form `word: text`. If the word is short, the further lines are indented to where the
    /// text after it begins.
    public func labelled(_ text: String) -> [String] {
        let printable = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        for separator in [": ", "\u{FF1A}"] {
            guard let range = printable.firstRange(of: separator) else { continue }
            let indent = canvas.measure(String(printable[..<range.upperBound]))
            if indent <= 12 { return lines(text, hanging: indent) }
        }
        return lines(text)
    }
}
