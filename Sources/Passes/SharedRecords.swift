import Measures
import Tracking

/// The connections of a pass that is over, for whoever shares the work on them.
public struct SharedRecords: Sendable {
    let pass: ParallelPass
    let settlement: Settlement?
    let errors: ErrorAssignment

    /// How many found them.
    public var workers: Int { pass.workers }

    /// A connection by its place, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord { errors.reported(settled(index), index) }

    private func settled(_ index: Int) -> ConnectionRecord {
        guard let settlement else { return pass.connection(index) }
        switch settlement.source(of: index) {
        case .judged(let judged): return settlement.connections[judged].record
        case .pass(let own): return pass.connection(own)
        }
    }

    /// The ICMP errors about it.
    public func errors(about index: Int) -> [ReportedError] { errors[index] }

    /// What was measured of it, where that was asked for.
    public func measures(of index: Int) -> ConnectionMeasures? {
        guard let settlement else { return pass.measures(of: index) }
        switch settlement.source(of: index) {
        case .judged(let judged): return settlement.measures[judged]
        case .pass(let own): return pass.measures(of: own)
        }
    }
}
