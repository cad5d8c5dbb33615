/// Finds the word of a list that a user probably meant.
package enum Nearest {
    /// The closest of `words` to `typed`, regardless of case; `nil` if more than a third of it would be wrong, or in a
    /// short word more than one letter: `foo` is not taken for `flow`.
    package static func word(to typed: String, in words: [String]) -> String? {
        let letters = Array(typed.lowercased())
        let ranked = words.map { (word: $0, distance: distance(letters, Array($0.lowercased()))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, max(typed.count, best.word.count) / 3) ? best.word : nil
    }

    /// The number of insertions, deletions, replacements and swaps of adjacent letters that turn one word into the
    /// other.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard left.count < 64, right.count < 64 else { return .max / 4 }
        var rows = [Array(0...right.count)]
        for i in 1..<(left.count + 1) {
            var row = [i]
            for j in 1..<(right.count + 1) {
                var cost = min(
                    rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1))
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    cost = min(cost, rows[i - 2][j - 2] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
