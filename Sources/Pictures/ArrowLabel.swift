import FlatMemory
import Scenes
import TCPWire

/// The label at an arrow's tail, cut to the room there is. One label serves all rows of a picture: it is refilled for
/// each row and reuses its storage.
struct ArrowLabel {
    /// Digits of the scene's largest segment number, which align the flags of all rows in a column.
    private let digits: Int
    /// Whether sequence numbers are those of the headers, not relative to the ISNs.
    private let absolute: Bool
    private let measure: DisplayWidth
    private var flagNames = FlagNames()
    /// The segment's number as written: `#12`.
    private var number = OctetText()
    private var flags: [UInt8] = []
    /// The words after the flags, `seq=1 len=16 ack=1`, and the offset at which each word ends.
    private var words = OctetText()
    private var ends: [Int] = []
    /// How many of the words, from the first, have to be shown even where there is little room.
    private var needed = 0
    /// The part of the label that fits.
    private var fitted = OctetText()
    /// How many of the words ``fitted`` holds, and whether it holds the number.
    private var wordsKept = 0
    private var keepsNumber = true

    init(digits: Int, absolute: Bool, measure: DisplayWidth) {
        self.digits = digits
        self.absolute = absolute
        self.measure = measure
    }

    /// The cells of a segment's label without its number. `whole`: with all words, and the flags padded as in the other
    /// rows; `needed`: with only the words that have to be shown, and without padding.
    static func lengths(_ segment: Scene.Segment, absolute: Bool, flags: Int) -> (whole: Int, needed: Int) {
        let numbers = segment.namedNumbers(absolute: absolute)
        let count = segment.neededNumbers
        var (whole, needed) = (max(narrowestFlags, flags) + 1, flags)
        for index in numbers.indices {
            guard let number = numbers[index] else { break }
            // A space, a name of three letters and an equals sign.
            let word = 5 + decimalDigits(number.value)
            whole += word
            if index < count { needed += word }
        }
        return (whole, needed)
    }

    private static let narrowestFlags = 7

    /// Replaces the label's number, flags and words by those of `segment`.
    mutating func take(_ segment: Scene.Segment) {
        number.clear()
        number.put("#")
        number.put(segment.number)
        flags = flagNames[segment.flags]
        needed = segment.neededNumbers
        words.clear()
        ends.removeAll(keepingCapacity: true)
        let numbers = segment.namedNumbers(absolute: absolute)
        for index in numbers.indices {
            guard let number = numbers[index] else { break }
            if index > 0 { words.put(spaces: 1) }
            words.put(number.name.rawValue)
            words.put("=")
            words.put(number.value)
            ends.append(words.count)
        }
    }

    /// The part of the label that fits, in ASCII, as ``fit(_:aligned:gap:)`` has left it.
    var text: [UInt8] { fitted.octets }

    /// The words that did not fit, preceded by the segment's number if that did not fit either.
    var dropped: [String] {
        var dropped = keepsNumber ? [] : [number.octets[...]]
        for index in wordsKept..<ends.count {
            dropped.append(words.octets[(index == 0 ? 0 : ends[index - 1] + 1)..<ends[index]])
        }
        return dropped.map { String(decoding: $0, as: UTF8.self) }
    }

    /// How many of the ``dropped`` words, from the first, have to be shown elsewhere in the row.
    var neededOfDropped: Int { (keepsNumber ? 0 : 1) + max(0, min(needed, ends.count) - wordsKept) }

    /// Cuts the label to `room` cells by leaving out words from the end.
    ///
    /// - Parameters:
    ///   - aligned: whether words of successive rows are aligned in columns (in labels that begin at the left).
    ///     Alignment is given up where it would cost a word that has to be shown.
    ///   - gap: the cells between flags and words.
    mutating func fit(_ room: Int, aligned: Bool, gap: Int = 2) {
        fitted.clear()
        keepsNumber = true
        let numberWidth = aligned ? max(digits + 1, number.count) : number.count
        let flagsWidth = aligned ? max(Self.narrowestFlags, flags.count) : flags.count
        if fit(room, numberWidth, flagsWidth, gap, atLeast: needed) { return }
        if fit(room, number.count, flags.count, 1, atLeast: max(1, needed)) { return }
        if fit(room, numberWidth, flagsWidth, gap, atLeast: 1) { return }
        if fit(room, number.count, flags.count, 1, atLeast: 1) { return }
        wordsKept = 0
        for width in [numberWidth, number.count] where width + 1 + flags.count <= room { return putHead(width) }
        // A cut number would read as a different number, so it is left out.
        keepsNumber = false
        fitted.put(measure.truncate(String(decoding: flags, as: UTF8.self), to: room))
    }

    /// Writes the number, the flags and as many words as fit into ``fitted``, but only if at least `least` words fit;
    /// returns whether they did.
    private mutating func fit(_ room: Int, _ numberWidth: Int, _ flagsWidth: Int, _ gap: Int, atLeast least: Int)
        -> Bool
    {
        wordsKept = ends.count
        while wordsKept > 0, wordsKept >= least {
            let end = ends[wordsKept - 1]
            if numberWidth + 1 + flagsWidth + gap + end <= room {
                putHead(numberWidth)
                fitted.put(spaces: flagsWidth - flags.count + gap)
                fitted.put(words.octets[..<end])
                return true
            }
            wordsKept -= 1
        }
        return false
    }

    private mutating func putHead(_ width: Int) {
        fitted.put(number.octets)
        fitted.put(spaces: width - number.count + 1)
        fitted.put(flags)
    }

    private static func decimalDigits(_ number: UInt64) -> Int {
        var (rest, digits) = (number, 1)
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }
}

/// The names of sets of flags, each built only once: a connection has a handful of sets, and up to a hundred thousand
/// segments.
struct FlagNames {
    /// The name of each set, by the set's raw value; empty where it has not been asked for.
    private var known: [[UInt8]] = []

    subscript(flags: TCPFlags) -> [UInt8] {
        mutating get {
            let index = Int(flags.rawValue)
            if index >= known.count { known += Array(repeating: [], count: index + 1 - known.count) }
            if known[index].isEmpty { known[index] = Array(flags.description.utf8) }
            return known[index]
        }
    }
}
