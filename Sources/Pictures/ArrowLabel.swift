import FlatMemory
import Scenes
import TCPWire

/// What stands at an arrow's tail, and how much of it fits. One serves all rows of a picture: it is filled anew for each, and keeps
/// the room it took.
struct ArrowLabel {
    /// Digits of the scene's largest number, so that the flags of a column stand under each other.
    private let digits: Int
    /// Whether sequence numbers are as they stand in the headers, not relative to the ISNs.
    private let absolute: Bool
    private let measure: DisplayWidth
    private var flagNames = FlagNames()
    /// `#12`.
    private var number = OctetText()
    private var flags: [UInt8] = []
    /// `seq=1 len=16 ack=1`, and where each word ends.
    private var words = OctetText()
    private var ends: [Int] = []
    /// How many of the words have to be seen whatever the room.
    private var needed = 0
    /// What fits.
    private var fitted = OctetText()
    /// How many of the words are in it, and whether the number is.
    private var wordsKept = 0
    private var keepsNumber = true

    init(digits: Int, absolute: Bool, measure: DisplayWidth) {
        self.digits = digits
        self.absolute = absolute
        self.measure = measure
    }

    /// The cells of the label of `segment`, but for its number: with all its words, its flags under those of other rows, and
    /// with those alone that it has to show, as close as they stand.
    static func lengths(_ segment: Scene.Segment, absolute: Bool, flags: Int) -> (whole: Int, needed: Int) {
        let numbers = segment.namedNumbers(absolute: absolute)
        let count = segment.neededNumbers
        var (whole, needed) = (max(narrowestFlags, flags) + 1, flags)
        for index in numbers.indices {
            guard let number = numbers[index] else { break }
            // A space, the name and its equals sign.
            let word = 5 + decimalDigits(number.value)
            whole += word
            if index < count { needed += word }
        }
        return (whole, needed)
    }

    private static let narrowestFlags = 7

    /// Takes a segment's number, flags and words.
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

    /// What fits, of ASCII, after ``fit(_:aligned:gap:)``.
    var text: [UInt8] { fitted.octets }

    /// The words that did not fit; the number is the first of them where it did not.
    var dropped: [String] {
        var dropped = keepsNumber ? [] : [number.octets[...]]
        for index in wordsKept..<ends.count {
            dropped.append(words.octets[(index == 0 ? 0 : ends[index - 1] + 1)..<ends[index]])
        }
        return dropped.map { String(decoding: $0, as: UTF8.self) }
    }

    /// How many of those, from the first, have to be seen all the same.
    var neededOfDropped: Int { (keepsNumber ? 0 : 1) + max(0, min(needed, ends.count) - wordsKept) }

    /// Finds the most of the label that fits into `room` cells, words dropped from the end. `aligned`: words of successive rows
    /// stand under each other (labels that begin at the left), but where one that has to be seen would be dropped for that. So
    /// many cells as `gap` stand between flags and words.
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
        // Half a number would be another one's.
        keepsNumber = false
        fitted.put(measure.truncate(String(decoding: flags, as: UTF8.self), to: room))
    }

    /// Puts number, flags and as many words as fit, not fewer than `least`; whether there are so many.
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

/// The names of sets of flags, each put together once: a connection has a handful of them, and a hundred thousand segments.
struct FlagNames {
    /// By the set's number; empty where nobody has asked yet.
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
