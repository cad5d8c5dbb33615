import Testing

@testable import TCPStack

@Suite("CUBIC's curve (RFC 9438 4)")
struct CubicCurveTests {
    @Test(
        "where Reno is faster the window grows by 9/17 of a segment a round, from the window before the last loss on by one (4.3)"
    )
    func friendly() {
        var curve = CubicCurve()
        let now = Instant(nanoseconds: 1_000_000_000)
        // 100 segments, then a loss at 80: fast convergence (4.7) has W_max at 68, cwnd_prior is 80.
        _ = curve.reduced(100_000, segmentSize: 1000)
        var window = curve.reduced(80_000, segmentSize: 1000)
        #expect(window == 56_000)
        /// By how much a round grows it, at the very moment of the loss, when the cubic curve is still far below.
        func round() -> UInt32 {
            let before = window
            window = curve.grown(window, acknowledged: window, segmentSize: 1000, now: now, roundTrip: .zero)
            return window - before
        }
        while window < 79_000 {
            let step = round()
            #expect((500...560).contains(step), "\(step) at \(window)")
        }
        while window < 81_000 { _ = round() }
        #expect((980...1020).contains(round()))
    }
}
