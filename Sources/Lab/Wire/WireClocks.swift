#if os(Linux)
    import CaptureFile
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// Finds out which timers expired at the ends of a wire, by their kernels' counters. A kernel that sends a segment
    /// because of a timer increments a counter before the segment leaves, a different one for each kind of timer.
    struct WireClocks {
        private struct End {
            /// Timers that were counted, but whose segment has not left yet.
            var counted: [TimerName] = []
            /// When a segment with this sequence number last left.
            var sent: [UInt32: Timestamp] = [:]
            var lastSent: Timestamp?
            var lastArrival: Timestamp?
        }

        /// What is known of a segment that has left.
        struct Told {
            /// The timer that sent it; `nil` if none did.
            var timer: TimerName?
            /// For how many nanoseconds that timer had run.
            var ran: Int64?
            var counts: [Testimony.Count]
        }

        private var ends: [Party: End] = [:]

        /// Linux's names of the counters that only timers increment (`net/ipv4/proc.c`).
        private static let names: [String: TimerName] = [
            "TCPTimeouts": .retransmission, "TCPLossProbes": .lossProbe, "DelayedACKs": .delayedAcknowledgment,
            "TCPWinProbe": .persist, "TCPKeepAlive": .keepAlive,
        ]

        /// Notes that a segment has arrived at an end, and returns what its kernel counted until then.
        mutating func arrival(_ changes: [KernelCounters.Change], at party: Party, _ time: Timestamp) -> [Testimony
            .Count]
        {
            let counts = take(changes, of: party)
            ends[party, default: End()].lastArrival = time
            return counts
        }

        /// Notes that a program has made a call at an end, and returns what its kernel counted until then.
        mutating func call(_ changes: [KernelCounters.Change], of party: Party) -> [Testimony.Count] {
            take(changes, of: party)
        }

        /// Notes that a segment has left an end, and finds out whether a timer sent it.
        mutating func departure(
            _ changes: [KernelCounters.Change], _ header: SegmentHeader, of party: Party, at time: Timestamp
        ) -> Told {
            let counts = take(changes, of: party)
            var end = ends[party] ?? End()
            // The kernel counts a SYN-ACK that its timer sends again when it is sent. If it was sent again because a
            // SYN came again, it is counted when that SYN arrives.
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
