import Scenes

/// The columns of a ladder's row, the same for all rows of one band of lanes.
///
///     |   time|  |rail|left variables|     lane      |right variables| |rail|remark|
struct LadderLayout {
    /// The first cell of each lane's rail.
    var rails: [Int]
    var railWidth: Int
    /// Whether the rails show the states' names, or letters because there is little room.
    var spellsStates = false
    /// The column after the last cell of the time, which is right-aligned.
    var timeEnd: Int
    /// The column after the last cell of the time since the previous segment; `nil` if that is not shown.
    var deltaEnd: Int?
    /// The first cell of the remarks' column, and its number of cells.
    var remark: Int
    var remarkWidth: Int
    /// Cells of one variable's column, and how many such columns are to the left and to the right of the space between
    /// the rails (two lanes only).
    var variableWidth = 0
    var leftVariables = 0
    var rightVariables = 0

    /// The least cells of the time column, so that the columns of short scenes are aligned with each other.
    static let narrowestTime = 8
    /// The least cells from one lane's rail to the next, the rail included, at which an arrow can be read.
    static let narrowestLane = 18
    /// Cells of the sources that most notes have: `RFC 9293 3.10.7.4 seventh`.
    static let usualSource = 26
    /// Cells between two lanes' rails at which notes are easy to read.
    static let easyLane = 40
    /// Cells of the remarks that most ladders have: `handshake complete`.
    static let usualRemark = 18
    /// The most cells between two rails; more would only make the arrows longer.
    static let widestLane = 66
    /// Below this width, times since the previous segment are not shown.
    static let widthForDelta = 100
    /// Below this width, states are shown as letters, and variables are not shown.
    static let widthForNames = 110

    init(canvas: Canvas, census: SceneCensus, lanes: Int) {
        railWidth = Rail.width(census, spelled: false)
        timeEnd = max(Self.narrowestTime, census.clock.width)
        var left = timeEnd + 2
        var variables = 0
        let isPair = lanes == 2
        // Two lanes need room for whole labels and remarks of the usual length; only the rest may be used for further
        // columns.
        let label = max(census.labelWidth + LadderPen.shortestArrow + 2, census.hasNotes ? Self.easyLane : 0)
        let remarks = census.hasNotes ? Self.usualSource : Self.usualRemark
        func hasRoom(left: Int, rail: Int, variables: Int) -> Bool {
            !isPair || canvas.width >= left + rail * 2 + label + variables + remarks
        }
        let end = timeEnd * 2 + 2
        if canvas.width >= Self.widthForDelta, hasRoom(left: end + 2, rail: railWidth, variables: 0) {
            deltaEnd = end
            left = end + 2
        }
        if isPair, canvas.width >= Self.widthForNames {
            let names = Rail.width(census, spelled: true)
            if hasRoom(left: left, rail: names, variables: 0) { (spellsStates, railWidth) = (true, names) }
            let column = max(7, census.variableDigits) + 1
            if census.variableDigits > 0, hasRoom(left: left, rail: railWidth, variables: column * 3) {
                (variableWidth, leftVariables, rightVariables) = (column, 2, 1)
                variables = column * 3
            }
        }
        let gaps = max(1, lanes - 1)
        let rest = max(0, canvas.width - left - railWidth - variables)
        // Remarks get a third of the room beside up to two lanes, a quarter beside more.
        var share = lanes <= 2 ? rest - (max(0, rest - railWidth) + 1) / 3 : rest * 3 / 4
        if isPair {
            if census.hasNotes { share = min(share, max(Self.easyLane, rest - Self.usualSource)) }
            let beside = railWidth + LadderPen.shortestArrow + 2
            // Whole labels (real sequence numbers are long) matter more than room for long remarks. The words that a
            // row has to show matter more than any remark, which can be put below the row. One more cell is for the
            // sign of a segment that was not taken.
            share = max(share, min(beside + census.labelWidth, rest - Self.usualRemark))
            share = max(share, min(beside + census.neededWidth + 1, rest))
        }
        // The limit on stretched arrows does not apply to arrows that carry a whole label.
        let widest =
            max(Self.widestLane, isPair ? railWidth + LadderPen.shortestArrow + 2 + census.labelWidth : 0) * gaps
        let span = min(max(share, Self.narrowestLane * gaps), widest, max(gaps, rest))
        rails = (0..<max(1, lanes)).map { left + $0 * (span / gaps) + ($0 > 0 ? variables : 0) }
        // Beside a single lane, events take the cells that the arrows take between two lanes.
        remark = lanes <= 1 ? left + span + railWidth : (rails.last ?? left) + railWidth
        remarkWidth = max(0, canvas.width - remark)
    }

    /// How many lanes fit side by side on `canvas` with remarks of a useful length beside them; at least two.
    static func capacity(canvas: Canvas, census: SceneCensus) -> Int {
        let time = max(narrowestTime, census.clock.width)
        // The first rail's column, computed as in `init`.
        let left = canvas.width >= widthForDelta ? time * 2 + 4 : time + 2
        let remarks = 10
        return max(2, (canvas.width - left - Rail.width(census, spelled: false) - remarks) / narrowestLane + 1)
    }

    /// The cells free for an arrow between two lanes.
    func region(_ one: Int, _ other: Int) -> Range<Int> {
        let start = rails[min(one, other)] + railWidth + leftVariables * variableWidth
        let end = rails[max(one, other)] - 1 - rightVariables * variableWidth
        return start..<max(start, end)
    }
}
