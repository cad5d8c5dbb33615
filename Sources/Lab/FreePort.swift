import LinuxKernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The first port that is free, where another would do as well.
enum FreePort {
    private static let portsTried = 100

    /// What the body makes with the first port, from this one on, that is not taken.
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
