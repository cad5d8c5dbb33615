import Passes
import Queries

extension ConnectionFilter {
    /// The connections of `order` that pass the filter, in the same order.
    func passing(_ order: RowOrder, of analysis: borrowing CaptureAnalysis) -> RowOrder {
        var passing: [UInt32] = []
        for index in order {
            let subject = FilterSubject(
                number: index + 1, record: analysis[index], measures: analysis.measures(of: index))
            if matches(subject) { passing.append(UInt32(truncatingIfNeeded: index)) }
        }
        return RowOrder(passing)
    }
}
