#if os(Linux)
    import CLinux
    import Glibc

    /// Runs this program again in a private network namespace: with its own loopback interface, its own ports and,
    /// inside, the right to capture even for a user who lacks it outside (user_namespaces(7)).
    public enum PrivateRun {
        /// How the program inside ended.
        public enum Exit: Hashable, Sendable {
            /// It exited with this exit code.
            case exited(Int32)
            /// This signal ended it.
            case signalled(Int32)
        }

        /// The step that was refused.
        public enum Step: Hashable, Sendable {
            /// Creating the process.
            case start
            /// Creating the namespaces.
            case namespaces
            /// Mapping the user to the namespace's root user.
            case userMap
            /// Bringing the loopback interface up.
            case loopback
            /// Starting the program.
            case execute
        }

        /// The reason for the refusal, as far as it can be found out.
        public enum Cause: Hashable, Sendable {
            /// AppArmor removes an ordinary program's privileges inside its user namespace (Ubuntu since 23.10).
            case appArmor
            /// This kernel setting forbids such namespaces, or its limit on their number is reached.
            case setting(String)
            /// Neither of those, so most likely a sandbox (a container, systemd's RestrictNamespaces).
            case sandbox
            case other
        }

        /// Why the program could not be run inside.
        public struct Refusal: Error, Hashable, Sendable {
            /// The step that failed.
            public var step: Step
            /// The reason for the refusal.
            public var cause: Cause
            /// The call that failed, and its errno.
            public var error: SystemError
        }

        private static let marker = "TCPLENS_PRIVATE"

        /// Whether this process is the program inside.
        public static var isInside: Bool { unsafe getenv(marker) != nil }

        /// Runs `/proc/self/exe` with these arguments (without the program's name) in a private network namespace, and
        /// blocks until it ends. Signals that ask this process to end are passed on to it.
        ///
        /// It must be called by one thread at a time, and before signal handlers are set, which it replaces while it
        /// waits.
        public static func repeatSelf(arguments: [String]) throws(Refusal) -> Exit {
            let name = CommandLine.arguments.first ?? "tcplens"
            return try run("/proc/self/exe", arguments: [name] + arguments)
        }

        /// Runs any program as ``repeatSelf(arguments:)`` does; `arguments` must begin with the program's name.
        package static func run(_ path: String, arguments: [String]) throws(Refusal) -> Exit {
            var outcome = clinux_outcome()
            var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
            unsafe words.append(nil)
            defer { unsafe words.forEach { unsafe free($0) } }
            unsafe clinux_run_privately(path, words, "\(marker)=1", &outcome)
            let step: Step
            switch UInt32(bitPattern: outcome.step) {
            case CLINUX_STEP_NONE.rawValue:
                // The encoding of wait(2): the low seven bits hold the signal, the next byte the exit code.
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

        /// The reason for a refusal, derived from the step, the errno and the kernel's settings.
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

        /// The value of a kernel setting, without its line feed; `nil` if this kernel has no such setting.
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
