/// Nanoseconds as seconds with four places: `0.1004`.
package enum ScriptTimeText {
    package static func seconds(_ nanoseconds: Int64) -> String {
        let ticks = (nanoseconds &+ 50_000) / 100_000
        let places = String(abs(ticks % 10_000))
        return (ticks < 0 ? "-" : "") + "\(abs(ticks / 10_000))."
            + String(repeating: "0", count: 4 - places.count) + places
    }
}
