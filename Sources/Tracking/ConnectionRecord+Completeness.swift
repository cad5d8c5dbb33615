extension ConnectionRecord {
    /// Wireshark's tcp.completeness: 1 for a SYN, 2 for a SYN-ACK, 4 for the ACK of it, 8 for data, 16 for a FIN, 32
    /// for an RST, added up. It says which of these were captured, and is not a state.
    public var completeness: UInt64 {
        let marks = client.marks.union(server.marks)
        var sum: UInt64 = 0
        if marks.contains(.syn) { sum += 1 }
        if marks.contains(.synAck) { sum += 2 }
        if client.marks.contains(.acknowledged) { sum += 4 }
        if client.streamBytes > 0 || server.streamBytes > 0 { sum += 8 }
        if marks.contains(.fin) { sum += 16 }
        if marks.contains(.reset) { sum += 32 }
        return sum
    }
}
