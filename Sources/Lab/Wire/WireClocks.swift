#if os(Linux)
    import CaptureFile
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// Which timers ran out at the ends of a wire, by what their kernels counted: a kernel that sends by a timer counts that, each
    /// kind of timer by a name of its own, before the segment leaves.
    struct WireClocks {
        private struct End {
            /// Timers that were counted and whose segment has not left yet.
            var counted: [TimerName] = []
            /// When a segment with this number left last.
            var sent: [UInt32: Timestamp] = [:]
            var lastSent: Timestamp?
            var lastArrival: Timestamp?
        }

        /// What is known of a segment that has left.
        struct Told {
            /// What sent it; `nil` where it was no timer.
            var timer: TimerName?
            /// For how long that had run, in nanoseconds.
            var ran: Int64?
            var counts: [Testimony.Count]
        }

        private var ends: [Party: End] = [:]

        /// The names by which Linux counts what only a timer does (`net/ipv4/proc.c`).
        private static let names: [String: TimerName] = [
            "TCPTimeouts": .retransmission, "TCPLossProbes": .lossProbe, "DelayedACKs": .delayedAcknowledgment,
            "TCPWinProbe": .persist, "TCPKeepAlive": .keepAlive,
        ]

        /// A segment has arrived at an end: what its kernel had counted until then.
        mutating func arrival(_ changes: [KernelCounters.Change], at party: Party, _ time: Timestamp) -> [Testimony
            .Count]
        {
            let counts = take(changes, of: party)
            ends[party, default: End()].lastArrival = time
            return counts
        }

        /// A program has made a call at an end.
        mutating func call(_ changes: [KernelCounters.Change], of party: Party) -> [Testimony.Count] {
            take(changes, of: party)
        }

        /// A segment has left an end.
        mutating func departure(
            _ changes: [KernelCounters.Change], _ header: SegmentHeader, of party: Party, at time: Timestamp
        ) -> Told {
            let counts = take(changes, of: party)
            var end = ends[party] ?? End()
            // A SYN-ACK that is sent again by its timer is counted as sent again; where a SYN asked for it, at that one's arrival.
            if header.flags.isSuperset(of: [.syn, .ack]), counts.contains(where: { $0.name == "TCPSynRetrans" }),
                !end.counted.contains(.retransmission)
            {
                end.counted.append(.retransmission)
            }
            let number = header.sequence
            let isNumbered = header.payloadLength > 0 || !header.flags.isDisjoint(with: [.syn, .fin])
            let place = end.counted.firstIndex { timer in
                switch timer {
                case .retransmission, .lossProbe: isNumbered && end.sent[number] != nil
                case .delayedAcknowledgment: !isNumbered
                default: true
                }
            }
            let timer = place.map { end.counted.remove(at: $0) }
            let since = timer == .delayedAcknowledgment ? end.lastArrival : end.sent[number] ?? end.lastSent
            if isNumbered { end.sent[number] = time }
            end.lastSent = time
            ends[party] = end
            return Told(
                timer: timer, ran: timer == nil ? nil : since.map { time.nanoseconds(since: $0) }, counts: counts)
        }

        private mutating func take(_ changes: [KernelCounters.Change], of party: Party) -> [Testimony.Count] {
            for change in changes where change.by > 0 {
                if let timer = Self.names[change.name] { ends[party, default: End()].counted.append(timer) }
            }
            return changes.map { Testimony.Count(name: $0.name, by: $0.by) }
        }
    }
#endif
