#if os(Linux)
    import Lab
    import LinuxKernel
    import PacketScript
    import Synchronization

    /// An exchange with the kernel and the same with our own TCP.
    package struct ExchangePair: Sendable {
        package let seed: UInt64
        package let kernel: ExchangeTrace
        package let stack: ExchangeTrace

        /// Carries both out.
        ///
        /// The kernel's side again, twice at most, where they differ: it runs in the machine's own time, and what is close together
        /// there comes now in this order and now in that. Kept is the run that differs least.
        package init(seed: UInt64) throws {
            let plan = ExchangePlan(seed: seed)
            self.seed = seed
            let stack = try Self.own(plan)
            var best: (kernel: ExchangeTrace, differences: [Difference])?
            for _ in 0..<3 where best?.differences.isEmpty != true {
                var real = try ExchangeRun(plan, on: Self.prepared(KernelScriptHost(.ipv4)), patience: Self.ofTheClock)
                let kernel = try real.run()
                let differences = TraceComparison(kernel: kernel, own: stack).differences
                if differences.count < best?.differences.count ?? .max { best = (kernel, differences) }
            }
            self.stack = stack
            kernel = best?.kernel ?? ExchangeTrace()
            differences = best?.differences ?? []
        }

        package let differences: [Difference]

        /// In virtual time waiting costs nothing: longer than the longest time-out, whatever the acknowledgments that were lost have
        /// made of it.
        private static let virtual = ExchangeRun.Patience(limit: 900_000_000_000, silence: 130_000_000_000)
        private static let ofTheClock = ExchangeRun.Patience(limit: 40_000_000_000, silence: 13_000_000_000)

        /// The exchange with our own TCP, in virtual time.
        static func own(_ plan: ExchangePlan) throws -> ExchangeTrace {
            var run = try ExchangeRun(plan, on: prepared(StackScriptHost(.ipv4)), patience: virtual)
            return try run.run()
        }

        /// The same buffers on both sides, larger than anything that is written; nothing of Linux that depends on what happened
        /// before or on the interface's own queue.
        private static func prepared<Host: ScriptHost>(_ host: Host) throws -> Host {
            try host.set("net.ipv4.tcp_rmem", to: "4096 131072 6291456")
            try host.set("net.ipv4.tcp_wmem", to: "4096 262144 4194304")
            try host.set("net.ipv4.tcp_ecn", to: "2")
            if host is KernelScriptHost {
                try host.set("net.ipv4.tcp_no_metrics_save", to: "1")
                try host.set("net.ipv4.tcp_autocorking", to: "0")
                try host.set("net.ipv4.tcp_comp_sack_nr", to: "0")
            }
            return host
        }
    }

    /// Many exchanges, and how the two sides differ.
    package struct Differential: Sendable {
        package private(set) var exchanges = 0
        private var found: [(seed: UInt64, difference: Difference)] = []
        private var failures: [(seed: UInt64, error: String)] = []
        /// Exchanges without any difference.
        package private(set) var alike = 0
        /// Segments that went out again, and of these needlessly: the kernel's and ours.
        private(set) var repetitions = (kernel: 0, own: 0)
        private var needless = (kernel: 0, own: 0)

        /// What has no explanation.
        package var unexplained: [String] {
            failures.map { "seed \($0.seed): \($0.error)" }
                + found.filter { $0.difference.kind == nil }.map { "seed \($0.seed): \($0.difference.text)" }
                + (needless.own <= needless.kernel * 3 / 2 + 10 ? [] : ["\(needless.own) needless repetitions of ours"])
        }

        /// Every difference in a line, by seed.
        package var list: String {
            found.sorted { $0.seed < $1.seed }.map { "seed \($0.seed): \($0.difference.text)" }.joined(separator: "\n")
        }

        package var text: String {
            var lines = ["\(exchanges) exchanges, \(alike) without a difference"]
            lines.append("sent again: kernel \(repetitions.kernel), own \(repetitions.own)")
            lines.append("of these needlessly: kernel \(needless.kernel), own \(needless.own)")
            for kind in DifferenceKind.allCases {
                let seeds = Set(found.filter { $0.difference.kind == kind }.map(\.seed)).sorted()
                if !seeds.isEmpty {
                    lines.append("\(kind): \(seeds.count) (\(seeds.prefix(5).map { "\($0)" }.joined(separator: " ")))")
                }
            }
            lines.append("unexplained: \(unexplained.count)")
            return (lines + unexplained).joined(separator: "\n")
        }

        private mutating func add(_ pair: ExchangePair) {
            exchanges += 1
            if pair.differences.isEmpty { alike += 1 }
            found += pair.differences.map { (pair.seed, $0) }
            repetitions.kernel += pair.kernel.repetitions.count
            repetitions.own += pair.stack.repetitions.count
            needless.kernel += pair.kernel.needlessRepetitions
            needless.own += pair.stack.needlessRepetitions
        }

        /// - Parameter concurrently: how many at a time; a kernel's side takes its time by waiting.
        package static func run(seeds: Range<UInt64>, concurrently: Int = 48) throws -> Differential {
            let state = Mutex((next: seeds.lowerBound, running: concurrently, result: Differential()))
            let finished = try Doorbell()
            for _ in 0..<concurrently {
                try WorkerThread.start {
                    ThreadPriority.raise()
                    while true {
                        let seed = state.withLock { state -> UInt64? in
                            guard state.next < seeds.upperBound else { return nil }
                            defer { state.next += 1 }
                            return state.next
                        }
                        guard let seed else { break }
                        let result = Result { try ExchangePair(seed: seed) }
                        state.withLock { state in
                            switch result {
                            case .success(let pair): state.result.add(pair)
                            case .failure(let error): state.result.failures.append((seed, "\(error)"))
                            }
                        }
                    }
                    if state.withLock({ state -> Bool in
                        state.running -= 1
                        return state.running == 0
                    }) {
                        finished.ring()
                    }
                }
            }
            finished.answer()
            return state.withLock { $0.result }
        }
    }
#endif
