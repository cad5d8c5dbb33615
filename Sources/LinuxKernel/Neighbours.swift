import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this machine knows of its link's other machines (`/proc/net/arp`, arp(7)).
public enum Neighbours {
    /// Whether ARP was asked for an IPv4 address and nobody has answered: its entry has no flags (ATF_COM is 2).
    ///
    /// - Parameter table: the file's text.
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
    /// What connect(2) says where nobody answers for an address.
    public static let hostUnreachable = SystemError(call: "connect", code: EHOSTUNREACH)
}
