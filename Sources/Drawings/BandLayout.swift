import Scenes

/// Where everything stands across a drawing: the same for all rows of one band of lanes.
///
///     |  time|names|links|band|timer|lifeline ... lifeline|timer|band|links|names|
struct BandLayout {
    /// Each lane's lifeline.
    private(set) var lanes: [Double]
    private(set) var width: Double
    /// The right end of times; `nil` where they stand among the names.
    private(set) var time: Double?
    /// Where names at the left end, and where those at the right begin.
    private(set) var names: (left: Double, right: Double)
    /// How wide names may be.
    private(set) var nameWidth: (left: Double, right: Double)

    static let bandWidth = 14.0
    static let timerWidth = 6.0
    /// The height of a line beside the bands.
    static let nameLine = 13.0
    private static let link = 16.0
    private static let longestState = 12.0
    /// The least room between two of many lanes.
    private static let leastPitch = 190.0

    /// - Parameters:
    ///   - times: the width of the longest time.
    ///   - names: the width of the longest text beside the first and the last lane.
    init(lanes count: Int, times: Double, names: (left: Double, right: Double), options: LadderDrawing.Options) {
        let count = max(1, count)
        let wanted = max(options.width, LadderDrawing.narrowest)
        let isNarrow = wanted < LadderDrawing.narrow
        let states = Self.longestState * TextMeasure.small * 0.61
        // Calls may stand on two lines; states and numbers stay whole.
        let most = isNarrow ? states : wanted * 0.16
        var left = min(max(names.left, states), max(most, states))
        let right = count > 1 ? min(max(names.right, states), max(most, states)) : 0
        var start = 6.0
        if isNarrow {
            left = max(left, times)
        } else {
            start += times
            time = start
            start += 10
        }
        let side = Self.link + Self.bandWidth + Self.timerWidth
        nameWidth = (left, right)
        let first = start + left + side
        let rest = wanted - first - (count > 1 ? right + side + 6 : 6)
        let pitch = count > 1 ? max(rest / Double(count - 1), count > 2 ? Self.leastPitch : 120) : 0
        self.lanes = (0..<count).map { first + Double($0) * pitch }
        let last = self.lanes[count - 1]
        self.names = (start + left, last + side)
        width = count > 1 ? last + side + right + 6 : wanted
    }

    var isNarrow: Bool { time == nil }

    /// The left edge of a lane's band: outside of the first and the last, upon the others.
    func band(_ lane: Int) -> Double {
        if lane == 0 { return lanes[0] - Self.timerWidth - Self.bandWidth }
        return lane == lanes.count - 1 ? lanes[lane] + Self.timerWidth : lanes[lane] - Self.bandWidth / 2
    }

    /// Where arrows to or from the side of another lane touch a lane.
    func edge(_ lane: Int, towards other: Int) -> Double {
        guard lane > 0, lane < lanes.count - 1 else { return lanes[lane] }
        return lanes[lane] + (other < lane ? -Self.bandWidth / 2 : Self.bandWidth / 2)
    }

    /// Whether what belongs to a lane stands at the left of all.
    func isLeft(_ lane: Int) -> Bool { lane == 0 && lanes.count > 1 }
}
