import LinuxKernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds a free port, where any other would do as well.
enum FreePort {
    private static let portsTried = 100

    /// Calls `body` with this port and the following ones, until one is not taken, and returns its result.
    static func first<Value, Failure: Error>(
        from port: UInt16, _ body: (UInt16) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var port = port
        for _ in 1..<portsTried {
            do throws(Failure) {
                return try body(port)
            } catch {
                guard (error as? SystemError)?.code == EADDRINUSE, port != 0, port < .max else { throw error }
                port += 1
            }
        }
        return try body(port)
    }
}
