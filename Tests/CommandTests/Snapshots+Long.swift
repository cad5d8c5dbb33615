extension Snapshots {
    /// The tutorial's exchange, measured.
    static let long = [
        Snapshot(
            ["--lang", "en", "--width", "80"],
            #"""
            1  127.0.0.1:43210 -> 127.0.0.1:8080
              outcome   handshake; closed, client first; TIME-WAIT at the client
              Zeek      SF ShADadFf
              began     2023-11-14 22:13:20.000, lasted 0.000489 s, longest pause 0.146 ms
              captured  at both ends (a loopback address)
              trip      0.034 ms: 0.021 ms to the server and back, 0.013 ms to the client
              waited    network 0.055 ms, client 0.146 ms (1 turn), server 0.109 ms (1 turn)
              sent by                                    client                   server
              segments                                        6                        4
              IP bytes                                      268                      190
              pure ACKs                                       3                        1
              SYN/FIN/RST                                 1/1/0                    1/1/0
              with PSH                                        1                        1
              bytes by sequence number                       16                       18
              data segments                            1 (16 B)                 1 (18 B)
              payload min/mean/max                     16/16/16                 18/18/18
              initial window, bytes                          16                       18
              window min/mean/max       8388480/8388480/8388480  8388480/8388480/8388480
              most in flight, bytes                          16                       18
              SYN options                   mss 65495 ws 7 sack      mss 65495 ws 7 sack
              TTL (hops)                                 64 (0)                   64 (0)
              data sent for                            0.000 ms                 0.000 ms
              longest pause                            0.146 ms                 0.171 ms
              RTT samples                                     3                        3
              RTT min/median ms                     0.012/0.021              0.010/0.011
              RTT 95 %/max ms                       0.076/0.076              0.013/0.013

            1 connection, 10 segments, 10 packets

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80"],
            #"""
            1  127.0.0.1:43210 -> 127.0.0.1:8080
              结局      三次握手；正常关闭，客户端先关；TIME-WAIT 在客户端
              Zeek      SF ShADadFf
              开始      2023-11-14 22:13:20.000，历时 0.000489 s，最长空闲 0.146 ms
              抓包点    两端同机（回环地址）
              往返      0.034 ms：到服务端 0.021 ms，到客户端 0.013 ms
              耗时      网络 0.055 ms，客户端 0.146 ms（1 次），服务端 0.109 ms（1 次）
              发送方                                客户端                   服务端
              报文段                                     6                        4
              IP 字节                                  268                      190
              纯 ACK                                     3                        1
              SYN/FIN/RST                            1/1/0                    1/1/0
              带 PSH                                     1                        1
              字节数（按序号）                          16                       18
              数据报文段                          1 (16 B)                 1 (18 B)
              载荷 最小/平均/最大                 16/16/16                 18/18/18
              初始窗口（字节）                          16                       18
              窗口 最小/平均/最大  8388480/8388480/8388480  8388480/8388480/8388480
              最大在途（字节）                          16                       18
              SYN 选项                 mss 65495 ws 7 sack      mss 65495 ws 7 sack
              TTL（跳数）                           64 (0)                   64 (0)
              数据发送时长                        0.000 ms                 0.000 ms
              最长空闲                            0.146 ms                 0.171 ms
              RTT 样本                                   3                        3
              RTT 最小/中位 ms                 0.012/0.021              0.010/0.011
              RTT 95 %/最大 ms                 0.076/0.076              0.013/0.013

            1 条连接，10 个报文段，10 个报文

            """#),
        Snapshot(
            ["--lang", "en", "--width", "120"],
            #"""
            1  127.0.0.1:43210 -> 127.0.0.1:8080
              outcome   handshake; closed, client first; TIME-WAIT at the client
              Zeek      SF ShADadFf
              began     2023-11-14 22:13:20.000, lasted 0.000489 s, longest pause 0.146 ms
              captured  at both ends (a loopback address)
              trip      0.034 ms: 0.021 ms to the server and back, 0.013 ms to the client
              waited    network 0.055 ms, client 0.146 ms (1 turn), server 0.109 ms (1 turn)
              sent by                                    client                   server
              segments                                        6                        4
              IP bytes                                      268                      190
              pure ACKs                                       3                        1
              SYN/FIN/RST                                 1/1/0                    1/1/0
              with PSH                                        1                        1
              bytes by sequence number                       16                       18
              data segments                            1 (16 B)                 1 (18 B)
              payload min/mean/max                     16/16/16                 18/18/18
              initial window, bytes                          16                       18
              window min/mean/max       8388480/8388480/8388480  8388480/8388480/8388480
              most in flight, bytes                          16                       18
              SYN options                   mss 65495 ws 7 sack      mss 65495 ws 7 sack
              TTL (hops)                                 64 (0)                   64 (0)
              data sent for                            0.000 ms                 0.000 ms
              longest pause                            0.146 ms                 0.171 ms
              RTT samples                                     3                        3
              RTT min/median ms                     0.012/0.021              0.010/0.011
              RTT 95 %/max ms                       0.076/0.076              0.013/0.013

            1 connection, 10 segments, 10 packets

            """#),
        Snapshot(
            ["--lang", "en", "--width", "40"],
            #"""
            1  127.0.0.1:43210 -> 127.0.0.1:8080
              outcome   handshake; closed, client
                        first; TIME-WAIT at the
                        client
              Zeek      SF ShADadFf
              began     2023-11-14 22:13:20.000,
                        lasted 0.000489 s, longest
                        pause 0.146 ms
              captured  at both ends (a loopback
                        address)
              trip      0.034 ms: 0.021 ms to the
                        server and back, 0.013 ms to
                        the client
              waited    network 0.055 ms, client
                        0.146 ms (1 turn), server
                        0.109 ms (1 turn)
              sent by: client | server
              segments: 6 | 4
              IP bytes: 268 | 190
              pure ACKs: 3 | 1
              SYN/FIN/RST: 1/1/0 | 1/1/0
              with PSH: 1 | 1
              bytes by sequence number: 16 | 18
              data segments: 1 (16 B) | 1 (18 B)
              payload min/mean/max: 16/16/16 |
                18/18/18
              initial window, bytes: 16 | 18
              window min/mean/max:
                8388480/8388480/8388480 |
                8388480/8388480/8388480
              most in flight, bytes: 16 | 18
              SYN options: mss 65495 ws 7 sack | mss
                65495 ws 7 sack
              TTL (hops): 64 (0) | 64 (0)
              data sent for: 0.000 ms | 0.000 ms
              longest pause: 0.146 ms | 0.171 ms
              RTT samples: 3 | 3
              RTT min/median ms: 0.012/0.021 |
                0.010/0.011
              RTT 95 %/max ms: 0.076/0.076 |
                0.013/0.013

            1 connection, 10 segments, 10 packets

            """#),
    ]
}
