#if os(Linux)
    import CLinux
    import Glibc

    /// Runs this program once more in a network namespace of its own: with its own loopback, its own ports, and, inside, the
    /// right to capture, for whoever has none outside (user_namespaces(7)).
    public enum PrivateRun {
        /// How the other run ended.
        public enum Exit: Hashable, Sendable {
            /// With this exit code.
            case exited(Int32)
            /// By this signal.
            case signalled(Int32)
        }

        /// What was being done when it was refused.
        public enum Step: Hashable, Sendable {
            /// Making the process.
            case start
            /// Making the namespaces.
            case namespaces
            /// Mapping the user to the namespace's root.
            case userMap
            /// Bringing the loopback up.
            case loopback
            /// Starting the program.
            case execute
        }

        /// Who refused, as far as this can be found out.
        public enum Cause: Hashable, Sendable {
            /// AppArmor takes an ordinary program's rights inside its user namespace (Ubuntu since 23.10).
            case appArmor
            /// This setting of the kernel forbids or uses up the namespaces.
            case setting(String)
            /// Neither: a sandbox, most likely (a container, systemd's RestrictNamespaces).
            case sandbox
            case other
        }

        /// Why the other run did not come about.
        public struct Refusal: Error, Hashable, Sendable {
            /// What it failed at.
            public var step: Step
            /// Who refused it.
            public var cause: Cause
            /// The call that failed, and its errno.
            public var error: SystemError
        }

        private static let marker = "TCPLENS_PRIVATE"

        /// Whether this is the other run.
        public static var isInside: Bool { unsafe getenv(marker) != nil }

        /// Runs `/proc/self/exe` with these arguments (the program's name not among them) in a private network namespace, and
        /// blocks until it ends. Signals that ask for an end are handed on to it.
        ///
        /// Call it early, from one thread: signal handlers stand in its way where they were set before.
        public static func repeatSelf(arguments: [String]) throws(Refusal) -> Exit {
            let name = CommandLine.arguments.first ?? "tcplens"
            return try run("/proc/self/exe", arguments: [name] + arguments)
        }

        /// ``repeatSelf(arguments:)`` for any program; `arguments` begin with its name.
        package static func run(_ path: String, arguments: [String]) throws(Refusal) -> Exit {
            var outcome = clinux_outcome()
            var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
            unsafe words.append(nil)
            defer { unsafe words.forEach { unsafe free($0) } }
            unsafe clinux_run_privately(path, words, "\(marker)=1", &outcome)
            let step: Step
            switch UInt32(bitPattern: outcome.step) {
            case CLINUX_STEP_NONE.rawValue:
                // wait(2)'s encoding: the low seven bits hold the signal, the byte above them the exit code.
                let signal = outcome.status & 0x7f
                return signal == 0 ? .exited(outcome.status >> 8 & 0xff) : .signalled(signal)
            case CLINUX_STEP_UNSHARE.rawValue: step = .namespaces
            case CLINUX_STEP_USER_MAP.rawValue: step = .userMap
            case CLINUX_STEP_LOOPBACK.rawValue: step = .loopback
            case CLINUX_STEP_EXECUTE.rawValue: step = .execute
            default: step = .start
            }
            let call = [
                Step.start: "fork", .namespaces: "unshare", .userMap: "uid_map", .loopback: "lo up", .execute: "execve",
            ]
            throw Refusal(
                step: step, cause: cause(step, outcome.error) { setting($0) },
                error: SystemError(call: call[step] ?? "fork", code: outcome.error))
        }

        /// Who refused, from the step, the errno and what the kernel's settings say.
        package static func cause(_ step: Step, _ code: Int32, setting: (String) -> String?) -> Cause {
            let isRefusal = code == EPERM || code == EACCES
            switch step {
            case .start, .execute:
                return .other
            case .namespaces where code == ENOSPC:
                let limits = ["user.max_user_namespaces", "user.max_net_namespaces"]
                return .setting(limits.first { setting($0) == "0" } ?? limits[0])
            case .namespaces where code == EINVAL || code == ENOSYS:
                return .other
            case .namespaces, .userMap, .loopback:
                guard isRefusal else { return .other }
                let debian = "kernel.unprivileged_userns_clone"
                if setting(debian) == "0" { return .setting(debian) }
                if setting("kernel.apparmor_restrict_unprivileged_userns") == "1" { return .appArmor }
                return step == .namespaces ? .sandbox : .other
            }
        }

        /// A setting of the kernel, without its newline; `nil` where this kernel has none of the name.
        private static func setting(_ name: String) -> String? {
            let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 32)
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: buffer[0..<count].prefix { $0 > 0x20 }, as: UTF8.self)
        }
    }
#endif
