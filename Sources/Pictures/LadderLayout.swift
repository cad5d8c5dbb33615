import Scenes

/// Where everything stands on a ladder's row: the same for all rows of one band of lanes.
///
///     |   time|  |rail|left variables|     lane      |right variables| |rail|remark|
struct LadderLayout {
    /// The first cell of each lane's rail.
    var rails: [Int]
    var railWidth: Int
    /// Whether the rails show the states' names; letters where there is less room.
    var spellsStates = false
    /// Exclusive end of the time column, which is flush right.
    var timeEnd: Int
    /// Exclusive end of the column of deltas; `nil` where there is none.
    var deltaEnd: Int?
    /// The first cell of the last column, and how many it has.
    var remark: Int
    var remarkWidth: Int
    /// Cells of one variable's column, and how many columns stand left and right of the lane (two lanes only).
    var variableWidth = 0
    var leftVariables = 0
    var rightVariables = 0

    /// Cells of the column of times, so that short scenes stand one below the other.
    static let narrowestTime = 8
    /// Cells between two lanes' rails below which no arrow can be read; with its rail.
    static let narrowestLane = 18
    /// Cells of the places that notes come from: `RFC 9293 3.10.7.4 seventh`.
    static let usualSource = 26
    /// Cells between two lanes' rails that notes need to be read with ease.
    static let easyLane = 40
    /// Cells of the remarks that most ladders have: `handshake complete`.
    static let usualRemark = 18
    /// More cells than this between two rails only stretch the arrows.
    static let widestLane = 66
    /// Below this width there are no deltas.
    static let widthForDelta = 100
    /// Below this width states are letters, and there are no variables.
    static let widthForNames = 110

    init(canvas: Canvas, census: SceneCensus, lanes: Int) {
        railWidth = Rail.width(census, spelled: false)
        timeEnd = max(Self.narrowestTime, census.clock.width)
        var left = timeEnd + 2
        var variables = 0
        let isPair = lanes == 2
        // Between two lanes, whole labels and remarks of the usual length. What stands beside them may take the rest of the row.
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
        // A third between two lanes, less between many, is for the remarks.
        var share = lanes <= 2 ? rest - (max(0, rest - railWidth) + 1) / 3 : rest * 3 / 4
        if isPair {
            if census.hasNotes { share = min(share, max(Self.easyLane, rest - Self.usualSource)) }
            let beside = railWidth + LadderPen.shortestArrow + 2
            // Whole labels (real sequence numbers are long) are worth more than room for long remarks, and those words for which a
            // row is there more than any remark, which may stand below it. A cell is for the sign of what was not taken.
            share = max(share, min(beside + census.labelWidth, rest - Self.usualRemark))
            share = max(share, min(beside + census.neededWidth + 1, rest))
        }
        // A whole label is no stretched arrow.
        let widest =
            max(Self.widestLane, isPair ? railWidth + LadderPen.shortestArrow + 2 + census.labelWidth : 0) * gaps
        let span = min(max(share, Self.narrowestLane * gaps), widest, max(gaps, rest))
        rails = (0..<max(1, lanes)).map { left + $0 * (span / gaps) + ($0 > 0 ? variables : 0) }
        // A single lane's events stand where between two lanes the arrows would.
        remark = lanes <= 1 ? left + span + railWidth : (rails.last ?? left) + railWidth
        remarkWidth = max(0, canvas.width - remark)
    }

    /// How many lanes fit side by side at `width`, remarks of a useful length beside them; at least two.
    static func capacity(canvas: Canvas, census: SceneCensus) -> Int {
        let time = max(narrowestTime, census.clock.width)
        // As `init` places the first rail.
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
