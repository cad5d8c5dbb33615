extension Snapshots {
    /// The SYN of the tutorial's exchange.
    static let header = [
        Snapshot(
            ["--lang", "en", "--width", "60"],
            #"""
            Ethernet  (bytes 0-13)
              Destination Address 02:00:00:00:00:02 ·
                Source Address 02:00:00:00:00:01 · EtherType IPv4
            IPv4  (bytes 14-33)
              Version 4 · IHL 20 octets · DSCP 0 · ECN Not-ECT ·
                Total Length 52 · Identification 0 · Reserved 0 · DF 1 ·
                MF 0 · Fragment Offset 0 octets · Time to Live 64 ·
                Protocol TCP · Header Checksum 0x3cc2 ·
                Source Address 127.0.0.1 · Destination Address 127.0.0.1
              checksum: correct
            TCP  (bytes 34-65)
            Source port            43210
            Destination port       8080
            Sequence number        1000000000
            Acknowledgment number  0
            Data offset            8
            Reserved               0
            Flags                  SYN
            Window                 65535
            Checksum               0xa9f6
            Urgent pointer         0
            Option                 kind 2, len 4, MSS 65495
            Option                 kind 4, len 2
            Option                 NOP
            Option                 kind 3, len 3, WScale 7
            Option                 EOL
              options: MSS 65495, SACK-Permitted, NOP, WScale 7, EOL
              checksum: correct

            """#),
        Snapshot(
            ["--lang", "en", "--width", "80"],
            #"""
            Ethernet  (bytes 0-13)
              Destination Address 02:00:00:00:00:02 · Source Address 02:00:00:00:00:01 ·
                EtherType IPv4
            IPv4  (bytes 14-33)
              Version 4 · IHL 20 octets · DSCP 0 · ECN Not-ECT · Total Length 52 ·
                Identification 0 · Reserved 0 · DF 1 · MF 0 · Fragment Offset 0 octets ·
                Time to Live 64 · Protocol TCP · Header Checksum 0x3cc2 ·
                Source Address 127.0.0.1 · Destination Address 127.0.0.1
              checksum: correct
            TCP  (bytes 34-65)
              0                   1                   2                   3
              0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |       Source port 43210       |     Destination port 8080     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                  Sequence number 1000000000                   |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                    Acknowledgment number 0                    |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             | Data  |Rsr- | |C|E|U|A|P|R|S|F|                               |
             |offset | ved |A|W|C|R|C|S|S|Y|I|            Window             |
             |   8   |  0  |E|R|E|G|K|H|T|N|N|             65535             |
             |       |     |0|0|0|0|0|0|0|1|0|                               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |        Checksum 0xa9f6        |       Urgent pointer 0        |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 2     |     len 4     |           MSS 65495           |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 4     |     len 2     |      NOP      |    kind 3     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |     len 3     |   WScale 7    |      EOL      |               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
              options: MSS 65495, SACK-Permitted, NOP, WScale 7, EOL
              checksum: correct

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "60"],
            #"""
            Ethernet（第 0-13 字节）
              目的地址 02:00:00:00:00:02 · 源地址 02:00:00:00:00:01 ·
                以太类型 IPv4
            IPv4（第 14-33 字节）
              版本 4 · 首部长度 20 字节 · DSCP 0 · ECN Not-ECT ·
                总长度 52 · 标识 0 · 保留位 0 · DF 1 · MF 0 ·
                片偏移 0 字节 · 生存时间 64 · 协议 TCP ·
                首部校验和 0x3cc2 · 源地址 127.0.0.1 ·
                目的地址 127.0.0.1
              校验和：正确
            TCP（第 34-65 字节）
            源端口    43210
            目的端口  8080
            序号      1000000000
            确认号    0
            数据偏移  8
            保留位    0
            控制位    SYN
            窗口      65535
            校验和    0xa9f6
            紧急指针  0
            选项      kind 2, len 4, MSS 65495
            选项      kind 4, len 2
            选项      NOP
            选项      kind 3, len 3, WScale 7
            选项      EOL
              选项：MSS 65495、SACK-Permitted、NOP、WScale 7、EOL
              校验和：正确

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80"],
            #"""
            Ethernet（第 0-13 字节）
              目的地址 02:00:00:00:00:02 · 源地址 02:00:00:00:00:01 · 以太类型 IPv4
            IPv4（第 14-33 字节）
              版本 4 · 首部长度 20 字节 · DSCP 0 · ECN Not-ECT · 总长度 52 · 标识 0 ·
                保留位 0 · DF 1 · MF 0 · 片偏移 0 字节 · 生存时间 64 · 协议 TCP ·
                首部校验和 0x3cc2 · 源地址 127.0.0.1 · 目的地址 127.0.0.1
              校验和：正确
            TCP（第 34-65 字节）
              0                   1                   2                   3
              0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |         源端口 43210          |         目的端口 8080         |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                        序号 1000000000                        |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                           确认号 0                            |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             | 数据  |保留 | |C|E|U|A|P|R|S|F|                               |
             | 偏移  | 位  |A|W|C|R|C|S|S|Y|I|             窗口              |
             |   8   |  0  |E|R|E|G|K|H|T|N|N|             65535             |
             |       |     |0|0|0|0|0|0|0|1|0|                               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |         校验和 0xa9f6         |          紧急指针 0           |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 2     |     len 4     |           MSS 65495           |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 4     |     len 2     |      NOP      |    kind 3     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |     len 3     |   WScale 7    |      EOL      |               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
              选项：MSS 65495、SACK-Permitted、NOP、WScale 7、EOL
              校验和：正确

            """#),
        Snapshot(
            ["--lang", "en", "--width", "80", "--ascii"],
            #"""
            Ethernet  (bytes 0-13)
              Destination Address 02:00:00:00:00:02, Source Address 02:00:00:00:00:01,
                EtherType IPv4
            IPv4  (bytes 14-33)
              Version 4, IHL 20 octets, DSCP 0, ECN Not-ECT, Total Length 52,
                Identification 0, Reserved 0, DF 1, MF 0, Fragment Offset 0 octets,
                Time to Live 64, Protocol TCP, Header Checksum 0x3cc2,
                Source Address 127.0.0.1, Destination Address 127.0.0.1
              checksum: correct
            TCP  (bytes 34-65)
              0                   1                   2                   3
              0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |       Source port 43210       |     Destination port 8080     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                  Sequence number 1000000000                   |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                    Acknowledgment number 0                    |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             | Data  |Rsr- | |C|E|U|A|P|R|S|F|                               |
             |offset | ved |A|W|C|R|C|S|S|Y|I|            Window             |
             |   8   |  0  |E|R|E|G|K|H|T|N|N|             65535             |
             |       |     |0|0|0|0|0|0|0|1|0|                               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |        Checksum 0xa9f6        |       Urgent pointer 0        |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 2     |     len 4     |           MSS 65495           |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 4     |     len 2     |      NOP      |    kind 3     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |     len 3     |   WScale 7    |      EOL      |               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
              options: MSS 65495, SACK-Permitted, NOP, WScale 7, EOL
              checksum: correct

            """#),
    ]
}
