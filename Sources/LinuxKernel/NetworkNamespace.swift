#if os(Linux)
    import CLinux
    import Glibc

    /// A network namespace that this process made, with its loopback up. It lives as long as this value, a socket in it or a
    /// process in it. Needs CAP_SYS_ADMIN, which ``PrivateRun`` gives.
    package final class NetworkNamespace: Sendable {
        /// Negative for this process's own.
        private let descriptor: Int32

        /// The one that this process is in already, which needs no right.
        package static let own = NetworkNamespace(-1)

        private init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// Makes a namespace. Fails without the right to, or where its loopback cannot be brought up.
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

        /// Runs the body with the calling thread in the namespace; sockets that it makes stay there. The body must not wait
        /// for an async task, which might go on elsewhere.
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
