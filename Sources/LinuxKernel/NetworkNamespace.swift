#if os(Linux)
    import CLinux
    import Glibc

    /// A network namespace that this process has created, with its loopback interface up. It exists as long as this
    /// value, a socket in it or a process in it. Creating one needs CAP_SYS_ADMIN, which ``PrivateRun`` provides.
    package final class NetworkNamespace: Sendable {
        /// The namespace's file descriptor; negative for the namespace that this process is already in.
        private let descriptor: Int32

        /// The namespace that this process is already in; it needs no privilege.
        package static let own = NetworkNamespace(-1)

        private init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// Creates a namespace; fails without the privilege, or if its loopback interface cannot be brought up.
        package init() throws(SystemError) {
            let home = try Self.current()
            defer { close(home) }
            guard clinux_unshare_network() == 0 else { throw .last("unshare") }
            var failure: SystemError?
            var made: Int32 = -1
            if clinux_loopback_up() != 0 { failure = .last("lo up") }
            do throws(SystemError) {
                made = try Self.current()
            } catch {
                failure = error
            }
            descriptor = made
            if clinux_enter_network(home) != 0 { failure = .last("setns") }
            if let failure { throw failure }
        }

        deinit { if descriptor >= 0 { close(descriptor) } }

        /// Runs `body` with the calling thread in the namespace; sockets that `body` creates remain in the namespace.
        /// `body` must not wait for an async task, which might run on another thread.
        package func run<Value>(_ body: () throws -> Value) throws -> Value {
            guard descriptor >= 0 else { return try body() }
            let home = try Self.current()
            defer { close(home) }
            guard clinux_enter_network(descriptor) == 0 else { throw SystemError.last("setns") }
            let result = Result { try body() }
            guard clinux_enter_network(home) == 0 else { throw SystemError.last("setns") }
            return try result.get()
        }

        private static func current() throws(SystemError) -> Int32 {
            let found = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
            guard found >= 0 else { throw .last("open") }
            return found
        }
    }
#endif
