#if os(Linux)
    import FoundationEssentials
    import Glibc
    import LinuxKernel
    import PacketScript
    import TCPWire

    /// The running kernel as a packet script's host: real sockets in a network namespace of its own, behind a TUN
    /// device at whose other end the script reads and writes packets. Times are the machine's. Nothing leaves the
    /// namespace, which is removed together with the host.
    public final class KernelScriptHost: ScriptHost {
        private let cable: WireEnd
        private let worker: SocketWorker

        /// Makes the namespace and its device. This needs the rights that ``PrivateRun`` gives, and a TUN device node
        /// that may be opened.
        public init(_ network: ScriptNetwork, tunPath: String = "/dev/net/tun") throws {
            cable = try WireEnd(
                .tun(path: tunPath), address: network.local, prefix: network.localPrefix, mtu: network.mtu)
            worker = try SocketWorker(in: cable.namespace)
        }

        deinit { worker.end() }

        /// Raises the priority of the calling thread, which is to run scripts, so that it keeps time even on a busy
        /// machine. Without the right to do so it has no effect.
        public static func hurry() { ThreadPriority.raise() }

        public var now: Int64 { SystemClock.ticks() }

        public func start(_ call: ScriptCall) throws(ScriptHostError) { worker.start(call) }

        public func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult? {
            worker.result(until: deadline)
        }

        public func inject(_ packet: [UInt8]) throws(ScriptHostError) {
            do throws(SystemError) {
                try cable.write(packet)
            } catch {
                throw ScriptHostError(error)
            }
        }

        public func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket? {
            do throws(SystemError) {
                return try cable.next(until: deadline).map { ScriptPacket(time: $0.time, octets: $0.octets) }
            } catch {
                throw ScriptHostError(error)
            }
        }

        public func wait(until deadline: Int64) throws(ScriptHostError) { cable.wait(until: deadline) }

        public func information(of descriptor: Int32) -> [String: Int64] { KernelTCPInfo.read(descriptor) }

        public func set(_ name: String, to value: String) throws(ScriptHostError) {
            let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
            // The files under /proc/sys/net show the namespace of the thread that opens them.
            let code = try? cable.namespace.run { () -> Int32 in
                // The value may be set already. A congestion control that is in use may be one that the namespace may
                // not set.
                if let present = try? String(contentsOfFile: path, encoding: .utf8),
                    Self.words(present) == Self.words(value)
                {
                    return 0
                }
                let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
                guard file >= 0 else { return errno }
                defer { close(file) }
                let octets = Array(value.utf8)
                return unsafe write(file, octets, octets.count) == octets.count ? 0 : errno
            }
            switch code {
            case 0: return
            // A namespace may set only congestion controls that every user may use, but single sockets in it may choose
            // others.
            case EPERM where name.hasSuffix(".tcp_congestion_control") && isChoosable(value):
                worker.setCongestionControl(value)
            case ENOENT: throw .unknownSetting(name)
            case EINVAL, ERANGE: throw .badSetting(name)
            // The file is there, but this namespace may not change it, or not to this value.
            case EPERM, EACCES: throw .badSetting(name)
            default: throw .system(call: name, errno: code ?? EIO)
            }
        }

        /// Whether a socket may be given this congestion control algorithm.
        private func isChoosable(_ name: String) -> Bool {
            let code = try? cable.namespace.run { () -> Int32 in
                let probe = SocketCalls.perform(.socket(isIPv6: false, isNonBlocking: false))
                guard let descriptor = Int32(exactly: probe.value), probe.errno == 0 else { return probe.errno }
                defer { close(descriptor) }
                return SocketCalls.perform(.setOption(descriptor, .congestion, .text(name))).errno
            }
            return code == 0
        }

        private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
    }

    extension ScriptHostError {
        init(_ error: SystemError) { self = .system(call: error.call, errno: error.code) }
    }
#endif
