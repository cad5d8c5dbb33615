import Stories
import Tracking
import Transcripts

/// What one more segment costs a story that grows, by how long that is; and the same story made all at once. Half of the segments are
/// data, half the ACKs of them; in the second column one data segment of fifty is lost and sent again.
@main
struct StoryBench {
    static func main() {
        print("| segments | one more, us | with losses, us | all at once, us a segment |")
        print("|---:|---:|---:|---:|")
        for count in [100, 1000, 10_000, 100_000] {
            let plain = segments(count, losing: false)
            let lossy = segments(count, losing: true)
            print("| \(count) | \(growing(plain)) | \(growing(lossy)) | \(whole(plain)) |")
        }
    }

    private static func segments(_ count: Int, losing: Bool) -> [StoredSegment] {
        let t = Transcript()
        t.open()
        var next: UInt32 = 101
        while t.segments.count < count {
            t.c.data(next, ack: 301, 100)
            if losing, t.segments.count % 100 < 2 {
                t.c.data(next + 100, ack: 301, 100)
                for _ in 0..<4 { t.s.ack(301, ack: next) }
                t.c.data(next, ack: 301, 100)
                next += 100
            }
            next += 100
            t.s.ack(301, ack: next)
        }
        return t.segments
    }

    /// The median of what each of the last hundred segments took.
    private static func growing(_ segments: [StoredSegment]) -> String {
        let builder = StoryBuilder()
        var times: [Duration] = []
        let clock = ContinuousClock()
        for segment in segments {
            let start = clock.now
            _ = builder.take(.segment(segment))
            times.append(clock.now - start)
        }
        return microseconds(times.suffix(100).sorted()[times.suffix(100).count / 2])
    }

    private static func whole(_ segments: [StoredSegment]) -> String {
        let time = ContinuousClock().measure {
            let builder = StoryBuilder()
            builder.take(all: segments)
            precondition(builder.story?.steps.count == segments.count)
        }
        return microseconds(time / segments.count)
    }

    private static func microseconds(_ time: Duration) -> String {
        let (seconds, attoseconds) = time.components
        let tenths = (Double(seconds) * 1e6 + Double(attoseconds) / 1e12) * 10
        return String(Int(tenths.rounded()) / 10) + "." + String(Int(tenths.rounded()) % 10)
    }
}
