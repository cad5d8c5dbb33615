/// A duration for readers, in a suitable unit: `640 us`, `1.5 ms`, `998 ms`, `12.3 s`, `2 min 5 s`, `3 h 7 min`.
package func durationText(_ nanoseconds: Int64) -> String {
    let magnitude = nanoseconds.magnitude
    func rounded(to step: UInt64) -> UInt64 { magnitude / step + (magnitude % step >= step / 2 ? 1 : 0) }
    switch magnitude {
    case ..<999_500: return "\(rounded(to: 1000)) us"
    case ..<9_950_000:
        let tenths = rounded(to: 100_000)
        return "\(tenths / 10).\(tenths % 10) ms"
    case ..<9_999_500_000: return "\(rounded(to: 1_000_000)) ms"
    case ..<119_950_000_000:
        let tenths = rounded(to: 100_000_000)
        return "\(tenths / 10).\(tenths % 10) s"
    default:
        let seconds = rounded(to: 1_000_000_000)
        switch seconds {
        case ..<7200: return "\(seconds / 60) min \(seconds % 60) s"
        case ..<172_800: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: return "\(seconds / 86400) d \(seconds / 3600 % 24) h"
        }
    }
}
