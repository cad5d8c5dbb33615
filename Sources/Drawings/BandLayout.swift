import Scenes

/// The horizontal positions in a drawing, which are the same for all rows of one band of lanes.
///
///     |  time|names|links|band|timer|lifeline ... lifeline|timer|band|links|names|
struct BandLayout {
    /// The position of each lane's lifeline.
    private(set) var lanes: [Double]
    private(set) var width: Double
    /// The right edge of the times; `nil` if the times are written with the texts beside the bands.
    private(set) var time: Double?
    /// The right edge of the texts on the left, and the left edge of the texts on the right.
    private(set) var names: (left: Double, right: Double)
    /// The widths that texts on the left and on the right can have.
    private(set) var nameWidth: (left: Double, right: Double)

    static let bandWidth = 14.0
    static let timerWidth = 6.0
    /// The height of a line of text beside the bands.
    static let nameLine = 13.0
    private static let link = 16.0
    private static let longestState = 12.0
    /// The smallest distance between two lanes, if there are more than two.
    private static let leastPitch = 190.0

    /// - Parameters:
    ///   - times: the width of the longest time.
    ///   - names: the widths of the longest texts beside the first and the last lane.
    init(lanes count: Int, times: Double, names: (left: Double, right: Double), options: LadderDrawing.Options) {
        let count = max(1, count)
        let wanted = max(options.width, LadderDrawing.narrowest)
        let isNarrow = wanted < LadderDrawing.narrow
        let states = Self.longestState * TextMeasure.small * 0.61
        // The names of calls may be broken into two lines; states and numbers may not.
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

    /// The left edge of a lane's band. The bands of the first and the last lane are outside of their lifelines, all
    /// others on theirs.
    func band(_ lane: Int) -> Double {
        if lane == 0 { return lanes[0] - Self.timerWidth - Self.bandWidth }
        return lane == lanes.count - 1 ? lanes[lane] + Self.timerWidth : lanes[lane] - Self.bandWidth / 2
    }

    /// The position at which arrows between two lanes touch the first of these.
    func edge(_ lane: Int, towards other: Int) -> Double {
        guard lane > 0, lane < lanes.count - 1 else { return lanes[lane] }
        return lanes[lane] + (other < lane ? -Self.bandWidth / 2 : Self.bandWidth / 2)
    }

    /// Whether the texts of a lane are at the left of the drawing.
    func isLeft(_ lane: Int) -> Bool { lane == 0 && lanes.count > 1 }
}
