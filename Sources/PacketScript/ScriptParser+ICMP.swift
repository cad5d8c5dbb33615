extension ScriptParser {
    /// `icmp unreachable frag_needed mtu 1200 [1:1461(1460)]`; the quotation may also come first.
    mutating func icmp() throws(ScriptError) -> ICMPPattern {
        var quoted = try quotation()
        guard try cursor.takeWord("icmp") else { throw cursor.expected(.icmp) }
        let start = cursor
        let type = try cursor.word(.icmp)
        let codes = script.network.isIPv6 ? Self.icmp6[type] : Self.icmp4[type]
        guard let (number, names) = codes else { throw start.error(.unknown(.icmp, type)) }
        var pattern = ICMPPattern(type: number, code: 0)
        try cursor.skipBlanks()
        let word = cursor.peekWord()
        if let code = names[word] {
            cursor.advance(word.utf8.count)
            pattern.code = code
        } else if ScriptCursor.isLetter(word.utf8.first), word != "mtu" {
            throw cursor.error(.unknown(.icmp, word))
        }
        if try cursor.takeWord("mtu") { pattern.word = UInt32(try cursor.number(upTo: Int64(UInt32.max))) }
        if quoted == nil { quoted = try quotation() }
        if let quoted { (pattern.sequence, pattern.length) = (quoted.0, quoted.1) }
        return pattern
    }

    private mutating func quotation() throws(ScriptError) -> (UInt32, Int)? {
        guard try cursor.take("[") else { return nil }
        let range = try sequenceRange()
        try cursor.demand("]")
        return range
    }

    /// The types of ICMP, with the names of their codes (RFC 792, RFC 1122 3.2.2.1 and RFC 1812 5.2.7.1).
    private static let icmp4: [String: (UInt8, [String: UInt8])] = [
        "unreachable": (
            3,
            [
                "net_unreachable": 0, "host_unreachable": 1, "protocol_unreachable": 2, "port_unreachable": 3,
                "frag_needed": 4, "source_route_failed": 5, "net_unknown": 6, "host_unknown": 7,
                "source_host_isolated": 8, "net_prohibited": 9, "host_prohibited": 10, "net_unreachable_for_tos": 11,
                "host_unreachable_for_tos": 12, "packet_filtered": 13, "precedence_violation": 14,
                "precedence_cutoff": 15,
            ]
        ),
        "source_quench": (4, [:]),
        "time_exceeded": (11, ["exceeded_in_transit": 0, "reassembly_timed_out": 1]),
        "parameter_problem": (12, [:]),
    ]

    /// The types of ICMPv6, with the names of their codes (RFC 4443 3).
    private static let icmp6: [String: (UInt8, [String: UInt8])] = [
        "unreachable": (
            1,
            [
                "no_route": 0, "admin_prohibited": 1, "not_neighbour": 2, "address_unreachable": 3,
                "port_unreachable": 4,
            ]
        ),
        "packet_too_big": (2, [:]),
        "time_exceeded": (3, ["exceeded_in_transit": 0, "reassembly_timed_out": 1]),
        "parameter_problem": (4, [:]),
    ]
}
