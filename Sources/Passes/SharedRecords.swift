import Measures
import Tracking

/// The connections of a pass that is over, for whoever shares the work on them.
public struct SharedRecords: Sendable {
    let pass: ParallelPass
    let errors: ErrorAssignment

    /// How many found them.
    public var workers: Int { pass.workers }

    /// A connection by its place, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord { errors.reported(pass.connection(index), index) }

    /// The ICMP errors about it.
    public func errors(about index: Int) -> [ReportedError] { errors[index] }

    /// What was measured of it, where that was asked for.
    public func measures(of index: Int) -> ConnectionMeasures? { pass.measures(of: index) }
}
