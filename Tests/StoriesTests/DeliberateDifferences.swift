extension DeliberateDifference {
    /// Every frame of the shared captures on which tshark 4.0.17 and we differ.
    static let all = [
        DeliberateDifference(
            "nowebaccess2.pcapng", "retransmission", theirs: [5, 7],
            "The SYN is asked again after an RST: refused is not lost (retry-after-refusal)."),
        DeliberateDifference(
            "tcp_zerowindowdead.pcapng", "keep_alive", theirs: [3, 5, 7],
            "Sent into a closed window these are Linux's empty window probes (window-probe)."),
        DeliberateDifference(
            "tls-12-amazon-rds.pcap", "retransmission", theirs: [23],
            "Its IP identification is the one before that of the frame before it: out of order, and sent once."),
        DeliberateDifference(
            "tls-12-amazon-rds.pcap", "out_of_order", ours: [23], "The other side of the same."),
        DeliberateDifference(
            "smtp.pcap", "out_of_order", theirs: [27],
            "All its octets were captured before: sent again in smaller segments after an ICMP error, not overtaken."),
        DeliberateDifference("smtp.pcap", "retransmission", ours: [27], "The other side of the same."),
        DeliberateDifference(
            "smtp.pcap", "ack_lost_segment", theirs: [43],
            "Frame 36 carries what it acknowledges; tshark lost count by segments quoted in ICMP errors."),
        DeliberateDifference(
            "cwd-navigation.pcap", "ack_lost_segment", theirs: [717, 833, 3206, 3631, 3941, 7153],
            "The same gap told again: the number stood in a segment without data, which tshark does not count as seen."),
        DeliberateDifference(
            "cwd-navigation.pcap", "ack_lost_segment", theirs: [832, 3205, 7152],
            "What it acknowledges is the frame before it, which tshark does not count as seen behind a gap."),
        DeliberateDifference(
            "gtp1_gn_normal_incl_fragmentation.pcap", "ack_lost_segment", theirs: [97],
            "The first fragment has the TCP header and was read; tshark waits for the other fragments, which never come."
        ),
        DeliberateDifference(
            "gtp1_gn_normal_incl_fragmentation.pcap", "lost_segment", theirs: [58, 82, 94],
            "The segment before it came in fragments of which the last is missing; the first says how long it was."),
        DeliberateDifference(
            "cisco-fabric-path.pcap", "retransmission", ours: [50, 52, 54, 56, 58, 60, 62, 64],
            "The same SYN again; tshark reads no length of it and so compares nothing."),
        DeliberateDifference(
            "ssh.pcap", "duplicate_ack", theirs: [158, 199, 342, 432, 511, 576, 1603, 1682, 1764],
            "Nothing was outstanding, so this asks for nothing: no duplicate ACK by RFC 5681 section 2."),
        DeliberateDifference(
            "ssh.server-side-half-duplex.pcap", "duplicate_ack", theirs: [254, 262, 593, 725, 771, 816, 829],
            "The other direction was not captured: whether anything was outstanding cannot be known."),
        DeliberateDifference(
            "mixed-vlan-mpls.pcap", "duplicate_ack", theirs: [4],
            "The other direction was not captured: whether anything was outstanding cannot be known."),
    ]
}
