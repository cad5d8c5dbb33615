import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// This machine's table of other machines on its links (`/proc/net/arp`, arp(7)).
public enum Neighbours {
    /// Whether ARP has asked for an IPv4 address and got no answer: its entry then lacks the flag ATF_COM (2).
    ///
    /// - Parameter table: the text of the file; `nil`: the file is read.
    public static func isSilent(_ address: IPAddress, table: String? = nil) -> Bool {
        guard address.isIPv4, let text = table ?? WholeFile.text("/proc/net/arp") else { return false }
        let name = address.description
        return text.split(separator: "\n").dropFirst().contains { line in
            let words = line.split(separator: " ")
            return words.count >= 6 && words[0] == name && words[2] == "0x0"
        }
    }
}

extension SystemError {
    /// The error of connect(2) if nobody answers for the address.
    public static let hostUnreachable = SystemError(call: "connect", code: EHOSTUNREACH)
}
