import FlatMemory

/// Nanoseconds as seconds with four places: `0.1004`.
package enum ScriptTimeText {
    package static func seconds(_ nanoseconds: Int64) -> String {
        String(nanoseconds, unit: 1_000_000_000, decimals: 4)
    }
}
