import Scenes

/// Where everything stands on a ladder's row: the same for all rows of one band of lanes.
///
///     |   time|  |rail|left variables|     lane      |right variables| |rail|remark|
struct LadderLayout {
    /// The first cell of each lane's rail.
    var rails: [Int]
    var railWidth: Int
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
    /// Above this width there is room for deltas.
    static let widthForDelta = 100
    static let widthForVariables = 110

    init(canvas: Canvas, census: SceneCensus, lanes: Int) {
        railWidth = Rail.width(census)
        timeEnd = max(Self.narrowestTime, census.clock.width)
        var left = timeEnd + 2
        if canvas.width >= Self.widthForDelta {
            let end = timeEnd * 2 + 2
            deltaEnd = end
            left = end + 2
        }
        var variables = 0
        if lanes == 2, canvas.width >= Self.widthForVariables, census.variableDigits > 0 {
            variableWidth = max(7, census.variableDigits) + 1
            leftVariables = 2
            rightVariables = 1
            variables = variableWidth * 3
        }
        let gaps = max(1, lanes - 1)
        let rest = max(0, canvas.width - left - railWidth - variables)
        // A third between two lanes, less between many, is for the remarks.
        var share = lanes <= 2 ? rest - (max(0, rest - railWidth) + 1) / 3 : rest * 3 / 4
        if lanes == 2 {
            if census.hasNotes { share = min(share, max(Self.easyLane, rest - Self.usualSource)) }
            // Whole labels (real sequence numbers are long) are worth more than room for long remarks.
            let wanted = railWidth + census.labelWidth + 1 + LadderPen.shortestArrow + 1
            share = max(share, min(wanted, rest - Self.usualRemark))
        }
        let widest = Self.widestLane * gaps
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
        return max(2, (canvas.width - left - Rail.width(census) - remarks) / narrowestLane + 1)
    }

    /// The cells free for an arrow between two lanes.
    func region(_ one: Int, _ other: Int) -> Range<Int> {
        let start = rails[min(one, other)] + railWidth + leftVariables * variableWidth
        let end = rails[max(one, other)] - 1 - rightVariables * variableWidth
        return start..<max(start, end)
    }
}
