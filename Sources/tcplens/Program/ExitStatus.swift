/// The exit codes that scripts can rely on; `Docs/exit-codes.md` lists them for users.
enum ExitStatus: Int32, Error, CaseIterable {
    case fine = 0
    /// `script`: a result differs from what the script expects.
    case findings = 1
    /// Flags, arguments or a filter that cannot be understood.
    case usage = 2
    /// A privilege or capability is missing.
    case notPermitted = 3
    /// Input is missing, unreadable or not a capture.
    case badInput = 4
    /// Nothing in the input matched.
    case nothingMatched = 5
    /// This kernel or system lacks what the command needs.
    case unsupported = 6
    /// `dial`: the server answered with an RST.
    case refused = 10
    case timedOut = 11
    /// `dial`: an ICMP error reported the server unreachable, or no host on the link answered.
    case unreachable = 12
    /// `dial`: the connection was reset after it was established.
    case reset = 13
    case nameNotFound = 14
    /// `dial`: this machine has no free port, no route to the server, or no usable address of its own.
    case local = 15
    /// Ctrl-C before there was any result.
    case interrupted = 130
}
