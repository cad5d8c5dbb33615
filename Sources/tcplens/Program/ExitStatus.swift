/// The exit codes that scripts can rely on; `Docs/exit-codes.md` lists them for users.
enum ExitStatus: Int32, Error, CaseIterable {
    case fine = 0
    /// `script`: something did not come as a script says.
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
    /// `dial`: an ICMP error said so, or nobody on the link answered.
    case unreachable = 12
    /// `dial`: reset after it was established.
    case reset = 13
    case nameNotFound = 14
    /// `dial`: no port, no route or no such address here.
    case local = 15
    /// Ctrl-C before there was any result.
    case interrupted = 130
}
