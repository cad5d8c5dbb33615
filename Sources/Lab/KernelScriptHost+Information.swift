#if os(Linux)
    import Glibc
    import LinuxKernel

    /// `struct tcp_info`, by the names of its fields. Its layout is part of the kernel's interface for programs
    /// (`linux/tcp.h`); new kernels only add fields at its end.
    enum KernelTCPInfo {
        /// What the kernel reports about a connection. Fields that this kernel does not have are missing.
        static func read(_ descriptor: Int32) -> [String: Int64] {
            var buffer = [UInt8](repeating: 0, count: 512)
            var length = socklen_t(buffer.count)
            guard unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &buffer, &length) == 0 else { return [:] }
            return fields(Array(buffer.prefix(Int(length))))
        }

        static func fields(_ octets: [UInt8]) -> [String: Int64] {
            var found: [String: Int64] = [:]
            for (name, offset, size) in layout where offset + size <= octets.count {
                var value: UInt64 = 0
                for index in 0..<size {
                    #if _endian(little)
                        value |= UInt64(octets[offset + index]) << (8 * UInt64(index))
                    #else
                        value = value << 8 | UInt64(octets[offset + index])
                    #endif
                }
                found["tcpi_" + name] = Int64(truncatingIfNeeded: value)
            }
            // C compilers allocate bit fields from a byte's low end on a little-endian machine, and from its high end
            // on a big-endian one.
            if octets.count > 7 {
                let (scales, bits) = (octets[6], octets[7])
                #if _endian(little)
                    let parts = (scales & 15, scales >> 4, bits & 1, bits >> 1 & 3)
                #else
                    let parts = (scales >> 4, scales & 15, bits >> 7, bits >> 5 & 3)
                #endif
                found["tcpi_snd_wscale"] = Int64(parts.0)
                found["tcpi_rcv_wscale"] = Int64(parts.1)
                found["tcpi_delivery_rate_app_limited"] = Int64(parts.2)
                found["tcpi_fastopen_client_fail"] = Int64(parts.3)
            }
            return found
        }

        /// Name, offset and size in octets.
        private static let layout: [(String, Int, Int)] = [
            ("state", 0, 1), ("ca_state", 1, 1), ("retransmits", 2, 1), ("probes", 3, 1), ("backoff", 4, 1),
            ("options", 5, 1), ("rto", 8, 4), ("ato", 12, 4), ("snd_mss", 16, 4), ("rcv_mss", 20, 4),
            ("unacked", 24, 4), ("sacked", 28, 4), ("lost", 32, 4), ("retrans", 36, 4), ("fackets", 40, 4),
            ("last_data_sent", 44, 4), ("last_ack_sent", 48, 4), ("last_data_recv", 52, 4), ("last_ack_recv", 56, 4),
            ("pmtu", 60, 4), ("rcv_ssthresh", 64, 4), ("rtt", 68, 4), ("rttvar", 72, 4), ("snd_ssthresh", 76, 4),
            ("snd_cwnd", 80, 4), ("advmss", 84, 4), ("reordering", 88, 4), ("rcv_rtt", 92, 4), ("rcv_space", 96, 4),
            ("total_retrans", 100, 4), ("pacing_rate", 104, 8), ("max_pacing_rate", 112, 8), ("bytes_acked", 120, 8),
            ("bytes_received", 128, 8), ("segs_out", 136, 4), ("segs_in", 140, 4), ("notsent_bytes", 144, 4),
            ("min_rtt", 148, 4), ("data_segs_in", 152, 4), ("data_segs_out", 156, 4), ("delivery_rate", 160, 8),
            ("busy_time", 168, 8), ("rwnd_limited", 176, 8), ("sndbuf_limited", 184, 8), ("delivered", 192, 4),
            ("delivered_ce", 196, 4), ("bytes_sent", 200, 8), ("bytes_retrans", 208, 8), ("dsack_dups", 216, 4),
            ("reord_seen", 220, 4), ("rcv_ooopack", 224, 4), ("snd_wnd", 228, 4), ("rcv_wnd", 232, 4),
            ("rehash", 236, 4), ("total_rto", 240, 2), ("total_rto_recoveries", 242, 2), ("total_rto_time", 244, 4),
        ]
    }
#endif
