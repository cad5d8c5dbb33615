extension Snapshots {
    /// Two exchanges and a refused attempt.
    static let connections = [
        Snapshot(
            ["--lang", "en", "--width", "40"],
            #"""
            1  127.0.0.1:43210 -> 127.0.0.1:8080
               handshake, closed C
               6/4 segments, 16/18 bytes, 0.000489 s
            2  127.0.0.1:43212 -> 127.0.0.1:8080
               handshake, closed C
               6/4 segments, 16/18 bytes, 0.000489 s
            3  127.0.0.1:43214 -> 127.0.0.1:81
               refused
               1/1 segments, 0/0 bytes, 0.000009 s
            3 connections, 22 segments, 22 packets;
              C, S: which end ended it
            with trouble: 1 (only these: -Y
              trouble); the worst drawn:
              tcplens flow capture.pcapng --conn 3

            """#),
        Snapshot(
            ["--lang", "en", "--width", "80"],
            #"""
            #  client           server          opened     ended     segs  bytes     dur s
            1  127.0.0.1:43210  127.0.0.1:8080  handshake  closed C   6/4  16/18  0.000489
            2  127.0.0.1:43212  127.0.0.1:8080  handshake  closed C   6/4  16/18  0.000489
            3  127.0.0.1:43214  127.0.0.1:81    refused    -          1/1    0/0  0.000009
            (no room for: hs ms, start; wider with --width, all with --format tsv)
            3 connections, 22 segments, 22 packets; C, S: which end ended it
            with trouble: 1 (only these: -Y trouble); the worst drawn:
              tcplens flow capture.pcapng --conn 3

            """#),
        Snapshot(
            ["--lang", "en", "--width", "120"],
            #"""
            #  client           server          opened     ended     segs  bytes     dur s  hs ms  start
            1  127.0.0.1:43210  127.0.0.1:8080  handshake  closed C   6/4  16/18  0.000489  0.034  2023-11-14 22:13:20.000
            2  127.0.0.1:43212  127.0.0.1:8080  handshake  closed C   6/4  16/18  0.000489  0.034  2023-11-14 22:13:20.000
            3  127.0.0.1:43214  127.0.0.1:81    refused    -          1/1    0/0  0.000009      -  2023-11-14 22:13:20.000
            3 connections, 22 segments, 22 packets; C, S: which end ended it
            with trouble: 1 (only these: -Y trouble); the worst drawn:
              tcplens flow capture.pcapng --conn 3

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "40"],
            #"""
            1  127.0.0.1:43210 -> 127.0.0.1:8080
               三次握手，正常关闭 C
               6/4 个报文段，16/18 字节，时长
               0.000489 s
            2  127.0.0.1:43212 -> 127.0.0.1:8080
               三次握手，正常关闭 C
               6/4 个报文段，16/18 字节，时长
               0.000489 s
            3  127.0.0.1:43214 -> 127.0.0.1:81
               被拒绝
               1/1 个报文段，0/0 字节，时长 0.000009
               s
            3 条连接，22 个报文段，22 个报文；C、S：
              由客户端、服务端先结束
            有异常：1 条（只看这些：-Y trouble）；画
              出最严重的：
              tcplens flow capture.pcapng --conn 3

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80"],
            #"""
            #  客户端           服务端          建立      结束        报文段   字节
            1  127.0.0.1:43210  127.0.0.1:8080  三次握手  正常关闭 C     6/4  16/18
            2  127.0.0.1:43212  127.0.0.1:8080  三次握手  正常关闭 C     6/4  16/18
            3  127.0.0.1:43214  127.0.0.1:81    被拒绝    -              1/1    0/0
            （宽度不足，未显示：时长 s、握手 ms、开始；可用 --width 加宽，或用 --format tsv
            看全部）
            3 条连接，22 个报文段，22 个报文；C、S：由客户端、服务端先结束
            有异常：1 条（只看这些：-Y trouble）；画出最严重的：
              tcplens flow capture.pcapng --conn 3

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "120"],
            #"""
            #  客户端           服务端          建立      结束        报文段   字节    时长 s  握手 ms  开始
            1  127.0.0.1:43210  127.0.0.1:8080  三次握手  正常关闭 C     6/4  16/18  0.000489    0.034  2023-11-14 22:13:20.000
            2  127.0.0.1:43212  127.0.0.1:8080  三次握手  正常关闭 C     6/4  16/18  0.000489    0.034  2023-11-14 22:13:20.000
            3  127.0.0.1:43214  127.0.0.1:81    被拒绝    -              1/1    0/0  0.000009        -  2023-11-14 22:13:20.000
            3 条连接，22 个报文段，22 个报文；C、S：由客户端、服务端先结束
            有异常：1 条（只看这些：-Y trouble）；画出最严重的：
              tcplens flow capture.pcapng --conn 3

            """#),
    ]
}
