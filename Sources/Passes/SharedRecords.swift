import Measures
import Tracking

/// The connections of a pass that is over, for threads that share the work on them.
public struct SharedRecords: Sendable {
    let pass: ParallelPass
    let errors: ErrorAssignment

    /// How many workers found them.
    public var workers: Int { pass.workers }

    /// A connection by its index, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord { errors.reported(pass.connection(index), index) }

    /// The ICMP errors about a connection, by its index.
    public func errors(about index: Int) -> [ReportedError] { errors[index] }

    /// The measures of a connection, by its index; `nil` if they were not asked for.
    public func measures(of index: Int) -> ConnectionMeasures? { pass.measures(of: index) }
}
