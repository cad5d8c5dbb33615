import PacketScript
import TCPStack
import TCPState
import TCPWire

/// Socket options, sysctls and `tcp_info`, in Linux's units.
extension StackScriptHost {
    func set(
        _ descriptor: Int32, _ option: SocketOption, _ value: SocketOption.Value
    ) throws(ScriptHostError) -> Attempt {
        if option == .fastOpenKey, case .octets(let octets) = value { return setFastOpenKeys(descriptor, octets) }
        if option == .fastOpenConnect, !host.configuration.fastOpen.isClient {
            return { $0.failure(.operationNotSupported) }
        }
        if option == .inQueue, case .integer(let number) = value {
            if number != 0 { tellsQueue.insert(descriptor) } else { tellsQueue.remove(descriptor) }
            return { $0.success(0) }
        }
        guard let change = try change(option, value) else { return { $0.success(0) } }
        if option == .notSentLowWater, case .integer(let number) = value { lowWaters[descriptor] = Int(number) }
        return { me in
            do throws(SocketError) {
                try me.host.setOptions(Int(descriptor), now: me.clock, change)
                return me.success(0)
            } catch {
                return me.failure(error)
            }
        }
    }

    private func setFastOpenKeys(_ descriptor: Int32, _ octets: [UInt8]) -> Attempt {
        let keys = [octets.prefix(16), octets.dropFirst(16)].compactMap { FastOpenKey($0) }
        guard keys.count * 16 == octets.count, !keys.isEmpty else { return { $0.failure(.invalidArgument) } }
        return { me in
            do throws(SocketError) {
                try me.host.setFastOpenKeys(Int(descriptor), keys)
                return me.success(0)
            } catch {
                return me.failure(error)
            }
        }
    }

    /// How the option changes the connection's options; `nil` for one that has no effect here.
    private func change(
        _ option: SocketOption, _ value: SocketOption.Value
    ) throws(ScriptHostError) -> ((inout ConnectionOptions) -> Void)? {
        switch (option, value) {
        case (.reuseAddress, _), (.reusePort, _), (.outOfBandInline, _), (.receiveLowWater, _): return nil
        case (.linger, .linger(let isOn, let seconds)):
            return { $0.linger = isOn ? .wait(.seconds(Int(seconds))) : .background }
        case (.congestion, .text(let name)):
            guard let control = ConnectionOptions.CongestionControl(rawValue: name) else {
                throw .unsupported("congestion control \(name)")
            }
            return { $0.congestionControl = control }
        case (_, .integer(let number)): return try change(option, Int(number))
        default: throw .unsupported("option \(option.level) \(option.name)")
        }
    }

    private func change(
        _ option: SocketOption, _ number: Int
    ) throws(ScriptHostError) -> ((inout ConnectionOptions) -> Void) {
        switch option {
        case .noDelay: return { $0.nagle = number != 0 ? .off : .whileSmallUnacknowledged }
        case .cork: return { $0.cork = number != 0 }
        case .maximumSegment: return { $0.maximumSegmentSize = UInt16(clamping: number) }
        case .keepAlive: return { $0.keepAlive.isEnabled = number != 0 }
        case .keepIdle: return { $0.keepAlive.idle = .seconds(number) }
        case .keepInterval: return { $0.keepAlive.interval = .seconds(number) }
        case .keepCount: return { $0.keepAlive.limit = number }
        case .synCount: return { $0.synRetransmissionLimit = number }
        case .linger2: return { $0.finWait2Timeout = number < 0 ? .zero : .seconds(number) }
        case .userTimeout: return { $0.userTimeout = number > 0 ? .milliseconds(number) : nil }
        case .sendBuffer: return { $0.sendBuffer = max(number * 2, 4608) }
        case .receiveBuffer: return { $0.receiveBuffer = max(number, 1152) }
        case .windowClamp: return { $0.receiveBuffer = min($0.receiveBuffer, max(number, 1)) }
        case .notSentLowWater:
            let usual = defaults.unsentLowWater
            return { $0.unsentLowWater = number > 0 ? number : number == 0 ? usual : nil }
        case .deferAccept: return { $0.acceptDeferral = number > 0 ? .seconds(number) : nil }
        case .fastOpen: return { $0.fastOpenQueue = max(0, number) }
        case .fastOpenConnect: return { $0.fastOpenOnConnect = number != 0 }
        case .fastOpenNoCookie: return { $0.fastOpenWithoutCookie = number != 0 }
        case .quickAck: return { $0.initialQuickAcknowledgments = number != 0 ? 16 : 0 }
        case SocketOption(level: 0, name: 1), SocketOption(level: 41, name: 67):
            return { $0.trafficClass = UInt8(truncatingIfNeeded: number) }
        case SocketOption(level: 0, name: 2), SocketOption(level: 41, name: 16):
            return { $0.hopLimit = UInt8(clamping: number) }
        default: throw .unsupported("option \(option.level) \(option.name)")
        }
    }

    func get(_ descriptor: Int32, _ option: SocketOption) throws(ScriptHostError) -> Attempt {
        if option == .error {
            return { me in
                var result = me.success(0)
                result.option = .integer(me.host.takeError(Int(descriptor))?.number ?? 0)
                return result
            }
        }
        if option == .congestion {
            return { me in
                guard let options = try? me.host.options(Int(descriptor)) else { return me.failure(.badDescriptor) }
                var result = me.success(0)
                result.option = .text(options.congestionControl.rawValue)
                return result
            }
        }
        guard let options = try? host.options(Int(descriptor)) else { return { $0.failure(.badDescriptor) } }
        let number: Int
        switch option {
        case .noDelay: number = options.nagle == .off ? 1 : 0
        case .cork: number = options.cork ? 1 : 0
        case .notSentLowWater: number = lowWaters[descriptor] ?? 0
        case .deferAccept: number = Int((options.acceptDeferral ?? .zero).microseconds / 1_000_000)
        case .fastOpen: number = options.fastOpenQueue
        case .fastOpenConnect: number = options.fastOpenOnConnect ? 1 : 0
        case .keepAlive: number = options.keepAlive.isEnabled ? 1 : 0
        case .maximumSegment:
            number = Int(host.info(Int(descriptor))?.segmentSize ?? UInt32(options.maximumSegmentSize ?? 536))
        case .sendBuffer: number = options.sendBuffer
        case .receiveBuffer: number = options.receiveBuffer * 2
        case .userTimeout: number = Int((options.userTimeout ?? .zero).microseconds / 1000)
        default: throw .unsupported("option \(option.level) \(option.name)")
        }
        return { me in
            var result = me.success(0)
            result.option = .integer(Int32(clamping: number))
            return result
        }
    }

    public func set(_ name: String, to value: String) throws(ScriptHostError) {
        guard name.hasPrefix("net.ipv4.") else { throw .unknownSetting(name) }
        let short = String(name.dropFirst("net.ipv4.".count))
        if short == "tcp_congestion_control" {
            guard let control = ConnectionOptions.CongestionControl(rawValue: value) else { throw .badSetting(name) }
            defaults.congestionControl = control
            return
        }
        if short == "tcp_fastopen_key" { return try setFastOpenKeys(value, name) }
        let numbers = value.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { word in
            word.hasPrefix("0x") ? Int(word.dropFirst(2), radix: 16) : Int(word)
        }
        guard let number = numbers.first else { throw .badSetting(name) }
        switch short {
        case "tcp_sack": defaults.selectiveAcknowledgment = number != 0
        case "tcp_timestamps": defaults.timestamps = number != 0
        case "tcp_window_scaling": defaults.windowScaling = number != 0
        case "tcp_ecn":
            guard (0...2).contains(number) else { throw .badSetting(name) }
            defaults.explicitCongestionNotification = number == 1
            defaults.acceptsExplicitCongestionNotification = number == 2
        case "tcp_syn_retries": defaults.synRetransmissionLimit = number
        case "tcp_synack_retries": defaults.synRetransmissionLimit = max(defaults.synRetransmissionLimit, number)
        case "tcp_retries2": defaults.retransmissionLimit = number
        case "tcp_fin_timeout": defaults.finWait2Timeout = .seconds(number)
        case "tcp_keepalive_time": defaults.keepAlive.idle = .seconds(number)
        case "tcp_keepalive_intvl": defaults.keepAlive.interval = .seconds(number)
        case "tcp_keepalive_probes": defaults.keepAlive.limit = number
        case "tcp_recovery": defaults.usesRecentAcknowledgment = number != 0
        case "tcp_syncookies":
            host.configuration.cookies = number == 0 ? .never : number == 2 ? .always : .underPressure
        case "tcp_fastopen":
            host.configuration.fastOpen.isClient = number & 1 != 0
            host.configuration.fastOpen.isServer = number & 2 != 0
            host.configuration.fastOpen.sendsWithoutCookie = number & 4 != 0
            host.configuration.fastOpen.takesWithoutCookie = number & 0x200 != 0
            host.configuration.fastOpen.coversEveryListener = number & 0x400 != 0
        // These concern offload and pacing, which this stack does not have. They change how octets are divided, but not
        // which are sent.
        case "tcp_min_tso_segs", "tcp_tso_win_divisor", "tcp_tso_rtt_log", "tcp_pacing_ss_ratio",
            "tcp_pacing_ca_ratio":
            break
        // This stack never disables Fast Open by itself.
        case "tcp_fastopen_blackhole_timeout_sec": guard number == 0 else { throw .badSetting(name) }
        case "tcp_notsent_lowat": defaults.unsentLowWater = number > 0 && number < 0xffff_ffff ? number : nil
        case "tcp_slow_start_after_idle": defaults.restartsAfterIdle = number != 0
        case "tcp_early_retrans": defaults.usesLossProbe = number != 0
        case "tcp_rmem":
            guard numbers.count == 3, numbers[2] > 0 else { throw .badSetting(name) }
            defaults.receiveBuffer = max(numbers[1] / 2, 1152)
            defaults.windowShift = Self.windowShift(largest: numbers[2])
        case "tcp_wmem": if numbers.count == 3 { defaults.sendBuffer = numbers[1] }
        default: throw .unknownSetting(name)
        }
    }

    /// Parses keys such as `a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4`, with a second one after a comma.
    private func setFastOpenKeys(_ value: String, _ name: String) throws(ScriptHostError) {
        var keys: [FastOpenKey] = []
        for text in value.split(separator: ",") {
            let words = text.split(separator: "-").compactMap { UInt32($0, radix: 16) }
            let octets = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
            guard let key = FastOpenKey(octets) else { throw .badSetting(name) }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw .badSetting(name) }
        host.configuration.fastOpen.keys = keys
    }

    /// The window shift, computed as Linux does: from the largest buffer that there may ever be, and not from the
    /// current one.
    static func windowShift(largest: Int) -> UInt8 {
        let digits = Int.bitWidth - 1 - largest.leadingZeroBitCount
        return UInt8(clamping: max(0, min(14, digits - 15)))
    }

    /// A connection's data by the names of `struct tcp_info`: times in microseconds, windows in segments.
    static func fields(_ info: ConnectionInfo, now: Instant) -> [String: Int64] {
        let states: [State: Int64] = [
            .established: 1, .synSent: 2, .synReceived: 3, .finWait1: 4, .finWait2: 5, .timeWait: 6, .closed: 7,
            .closeWait: 8, .lastAck: 9, .listen: 10, .closing: 11,
        ]
        let phases: [RecoveryVariables.Phase: Int64] = [
            .open: info.isReducing ? 2 : info.isDisordered ? 1 : 0, .recovery: 3, .loss: 4,
        ]
        // A segment that counts as lost remains so while it is retransmitted. A probe does not count.
        let lost = Int64(info.octetsLost) + (info.phase == .open ? 0 : Int64(info.octetsRetransmitted))
        let size = Int64(max(info.segmentSize, 1))
        let threshold = info.congestionThreshold == .max ? Int64(Int32.max) : Int64(info.congestionThreshold) / size
        func age(_ then: Instant?) -> Int64 { then.map { (now - $0).microseconds / 1000 } ?? 0 }
        let busy = info.busy.read(now: now)
        var bits: Int64 = 0
        if info.agreed.timestamps { bits |= 1 }
        if info.agreed.selectiveAcknowledgment { bits |= 2 }
        if info.agreed.windowScaling { bits |= 4 }
        if info.agreed.explicitCongestionNotification { bits |= 8 }
        if info.fastOpen.carriedData { bits |= 32 }
        return [
            "tcpi_state": states[info.state] ?? 0, "tcpi_ca_state": phases[info.phase] ?? 0, "tcpi_options": bits,
            "tcpi_snd_wscale": Int64(info.sendScale), "tcpi_rcv_wscale": Int64(info.receiveScale),
            "tcpi_rto": info.retransmissionTimeout.microseconds, "tcpi_backoff": Int64(info.backoff),
            "tcpi_retransmits": Int64(info.backoff), "tcpi_probes": Int64(info.probes), "tcpi_snd_mss": size,
            "tcpi_rcv_mss": Int64(info.receivedSegmentSize), "tcpi_unacked": Int64(info.segmentsInFlight),
            "tcpi_sacked": (Int64(info.octetsSacked) + size - 1) / size,
            "tcpi_lost": (lost + size - 1) / size,
            "tcpi_retrans": (Int64(info.octetsRetransmitted) + size - 1) / size,
            "tcpi_rtt": info.roundTrip?.microseconds ?? 0, "tcpi_rttvar": info.roundTripVariation.microseconds,
            "tcpi_min_rtt": info.minimumRoundTrip?.microseconds ?? 0, "tcpi_snd_ssthresh": threshold,
            "tcpi_snd_cwnd": Int64(info.congestionWindow) / size,
            "tcpi_total_retrans": Int64(info.counters.retransmissions),
            "tcpi_bytes_acked": Int64(info.counters.octetsAcknowledged),
            "tcpi_bytes_received": Int64(info.counters.octetsReceived),
            "tcpi_bytes_sent": Int64(info.counters.octetsSent), "tcpi_segs_out": Int64(info.counters.segmentsSent),
            "tcpi_segs_in": Int64(info.counters.segmentsReceived), "tcpi_notsent_bytes": Int64(info.unsent),
            "tcpi_snd_wnd": Int64(info.sendWindow), "tcpi_rcv_wnd": Int64(info.receiveWindow),
            "tcpi_advmss": Int64(info.announcedSegmentSize), "tcpi_pmtu": Int64(info.pathMTU),
            "tcpi_last_data_sent": age(info.lastDataSent), "tcpi_last_data_recv": age(info.lastDataReceived),
            "tcpi_last_ack_recv": age(info.lastHeard), "tcpi_busy_time": busy.busy.microseconds,
            "tcpi_rwnd_limited": busy.windowLimited.microseconds,
            "tcpi_sndbuf_limited": busy.bufferLimited.microseconds,
            "tcpi_dsack_dups": Int64(info.counters.duplicateReports), "tcpi_reordering": Int64(info.reorderingDegree),
            "tcpi_delivered": Int64(info.counters.delivered), "tcpi_reord_seen": info.reorderingSeen ? 1 : 0,
        ]
    }
}
