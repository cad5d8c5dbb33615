extension Snapshots {
    /// The tutorial's exchange.
    static let flow = [
        Snapshot(
            ["--lang", "en", "--width", "80"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080      [W+I]
             TIME ms  C                                             S
               0.000  S* #1  SYN      seq=0 ──────────────────────▶ R*
               0.021  E* ◀───────────────── #2 SYN,ACK  seq=0 ack=1 R
               0.034  E  #3  ACK      seq=1 ack=1 ────────────────▶ E* handshake complete
               0.180  E  #4  PSH,ACK  seq=1 len=16 ack=1 ─────────▶ E
               0.192  E  ◀──────────────────── #5 ACK  ack=17 seq=1 E  16 bytes arrived
               0.310  E  ◀───────── #6 PSH,ACK  seq=1 len=18 ack=17 E
               0.320  E  #7  ACK      ack=19 seq=17 ──────────────▶ E  18 bytes arrived
               0.402  1* #8  FIN,ACK  seq=17 ack=19 ──────────────▶ W*
               0.478  T* ◀─────────────── #9 FIN,ACK  seq=19 ack=18 A* ACK of the FIN
               0.489  T  #10 ACK      ack=20 seq=18 ──────────────▶ -* ACK of the FIN
            letters: - CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                     T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK  * changed on this row
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "en", "--width", "80", "--ascii"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080      [W+I]
             TIME ms  C                                             S
               0.000  S* #1  SYN      seq=0 ----------------------> R*
               0.021  E* <----------------- #2 SYN,ACK  seq=0 ack=1 R
               0.034  E  #3  ACK      seq=1 ack=1 ----------------> E* handshake complete
               0.180  E  #4  PSH,ACK  seq=1 len=16 ack=1 ---------> E
               0.192  E  <-------------------- #5 ACK  ack=17 seq=1 E  16 bytes arrived
               0.310  E  <--------- #6 PSH,ACK  seq=1 len=18 ack=17 E
               0.320  E  #7  ACK      ack=19 seq=17 --------------> E  18 bytes arrived
               0.402  1* #8  FIN,ACK  seq=17 ack=19 --------------> W*
               0.478  T* <--------------- #9 FIN,ACK  seq=19 ack=18 A* ACK of the FIN
               0.489  T  #10 ACK      ack=20 seq=18 --------------> -* ACK of the FIN
            letters: - CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                     T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK  * changed on this row
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "en", "--width", "120"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080                                              [W+I]
             TIME ms    +DELTA  C  SND.UNA SND.NXT                                                RCV.NXT S
               0.000            S*       0       1 #1  SYN      seq=0 ──────────────────────────▶         R*
               0.021    +0.021  E*       1       1 ◀───────────────────── #2 SYN,ACK  seq=0 ack=1       1 R
               0.034    +0.013  E        1       1 #3  ACK      seq=1 ack=1 ────────────────────▶       1 E* handshake complete
               0.180    +0.146  E        1      17 #4  PSH,ACK  seq=1 len=16 ack=1 ─────────────▶       1 E
               0.192    +0.012  E       17      17 ◀──────────────────────── #5 ACK  ack=17 seq=1      17 E  16 bytes arrived
               0.310    +0.118  E       17      17 ◀───────────── #6 PSH,ACK  seq=1 len=18 ack=17      17 E
               0.320    +0.010  E       17      17 #7  ACK      ack=19 seq=17 ──────────────────▶      17 E  18 bytes arrived
               0.402    +0.082  1*      17      18 #8  FIN,ACK  seq=17 ack=19 ──────────────────▶      17 W*
               0.478    +0.076  T*      18      18 ◀─────────────────── #9 FIN,ACK  seq=19 ack=18      18 A* ACK of the FIN
               0.489    +0.011  T       18      18 #10 ACK      ack=20 seq=18 ──────────────────▶      18 -* ACK of the FIN
            letters: - CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK
                     * changed on this row
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "en", "--width", "120", "--ascii"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080                                              [W+I]
             TIME ms    +DELTA  C  SND.UNA SND.NXT                                                RCV.NXT S
               0.000            S*       0       1 #1  SYN      seq=0 -------------------------->         R*
               0.021    +0.021  E*       1       1 <--------------------- #2 SYN,ACK  seq=0 ack=1       1 R
               0.034    +0.013  E        1       1 #3  ACK      seq=1 ack=1 -------------------->       1 E* handshake complete
               0.180    +0.146  E        1      17 #4  PSH,ACK  seq=1 len=16 ack=1 ------------->       1 E
               0.192    +0.012  E       17      17 <------------------------ #5 ACK  ack=17 seq=1      17 E  16 bytes arrived
               0.310    +0.118  E       17      17 <------------- #6 PSH,ACK  seq=1 len=18 ack=17      17 E
               0.320    +0.010  E       17      17 #7  ACK      ack=19 seq=17 ------------------>      17 E  18 bytes arrived
               0.402    +0.082  1*      17      18 #8  FIN,ACK  seq=17 ack=19 ------------------>      17 W*
               0.478    +0.076  T*      18      18 <------------------- #9 FIN,ACK  seq=19 ack=18      18 A* ACK of the FIN
               0.489    +0.011  T       18      18 #10 ACK      ack=20 seq=18 ------------------>      18 -* ACK of the FIN
            letters: - CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK
                     * changed on this row
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080      [W+I]
             TIME ms  C                                             S
               0.000  S* #1  SYN      seq=0 ──────────────────────▶ R*
               0.021  E* ◀───────────────── #2 SYN,ACK  seq=0 ack=1 R
               0.034  E  #3  ACK      seq=1 ack=1 ────────────────▶ E* 握手完成
               0.180  E  #4  PSH,ACK  seq=1 len=16 ack=1 ─────────▶ E
               0.192  E  ◀──────────────────── #5 ACK  ack=17 seq=1 E  16 字节已收到
               0.310  E  ◀───────── #6 PSH,ACK  seq=1 len=18 ack=17 E
               0.320  E  #7  ACK      ack=19 seq=17 ──────────────▶ E  18 字节已收到
               0.402  1* #8  FIN,ACK  seq=17 ack=19 ──────────────▶ W*
               0.478  T* ◀─────────────── #9 FIN,ACK  seq=19 ack=18 A* 确认 FIN
               0.489  T  #10 ACK      ack=20 seq=18 ──────────────▶ -* 确认 FIN
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK  * 本行状态发生变化
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80", "--ascii"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080      [W+I]
             TIME ms  C                                             S
               0.000  S* #1  SYN      seq=0 ----------------------> R*
               0.021  E* <----------------- #2 SYN,ACK  seq=0 ack=1 R
               0.034  E  #3  ACK      seq=1 ack=1 ----------------> E* 握手完成
               0.180  E  #4  PSH,ACK  seq=1 len=16 ack=1 ---------> E
               0.192  E  <-------------------- #5 ACK  ack=17 seq=1 E  16 字节已收到
               0.310  E  <--------- #6 PSH,ACK  seq=1 len=18 ack=17 E
               0.320  E  #7  ACK      ack=19 seq=17 --------------> E  18 字节已收到
               0.402  1* #8  FIN,ACK  seq=17 ack=19 --------------> W*
               0.478  T* <--------------- #9 FIN,ACK  seq=19 ack=18 A* 确认 FIN
               0.489  T  #10 ACK      ack=20 seq=18 --------------> -* 确认 FIN
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK  * 本行状态发生变化
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "120"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080                                              [W+I]
             TIME ms    +DELTA  C  SND.UNA SND.NXT                                                RCV.NXT S
               0.000            S*       0       1 #1  SYN      seq=0 ──────────────────────────▶         R*
               0.021    +0.021  E*       1       1 ◀───────────────────── #2 SYN,ACK  seq=0 ack=1       1 R
               0.034    +0.013  E        1       1 #3  ACK      seq=1 ack=1 ────────────────────▶       1 E* 握手完成
               0.180    +0.146  E        1      17 #4  PSH,ACK  seq=1 len=16 ack=1 ─────────────▶       1 E
               0.192    +0.012  E       17      17 ◀──────────────────────── #5 ACK  ack=17 seq=1      17 E  16 字节已收到
               0.310    +0.118  E       17      17 ◀───────────── #6 PSH,ACK  seq=1 len=18 ack=17      17 E
               0.320    +0.010  E       17      17 #7  ACK      ack=19 seq=17 ──────────────────▶      17 E  18 字节已收到
               0.402    +0.082  1*      17      18 #8  FIN,ACK  seq=17 ack=19 ──────────────────▶      17 W*
               0.478    +0.076  T*      18      18 ◀─────────────────── #9 FIN,ACK  seq=19 ack=18      18 A* 确认 FIN
               0.489    +0.011  T       18      18 #10 ACK      ack=20 seq=18 ──────────────────▶      18 -* 确认 FIN
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK
                  * 本行状态发生变化
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "120", "--ascii"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080                                              [W+I]
             TIME ms    +DELTA  C  SND.UNA SND.NXT                                                RCV.NXT S
               0.000            S*       0       1 #1  SYN      seq=0 -------------------------->         R*
               0.021    +0.021  E*       1       1 <--------------------- #2 SYN,ACK  seq=0 ack=1       1 R
               0.034    +0.013  E        1       1 #3  ACK      seq=1 ack=1 -------------------->       1 E* 握手完成
               0.180    +0.146  E        1      17 #4  PSH,ACK  seq=1 len=16 ack=1 ------------->       1 E
               0.192    +0.012  E       17      17 <------------------------ #5 ACK  ack=17 seq=1      17 E  16 字节已收到
               0.310    +0.118  E       17      17 <------------- #6 PSH,ACK  seq=1 len=18 ack=17      17 E
               0.320    +0.010  E       17      17 #7  ACK      ack=19 seq=17 ------------------>      17 E  18 字节已收到
               0.402    +0.082  1*      17      18 #8  FIN,ACK  seq=17 ack=19 ------------------>      17 W*
               0.478    +0.076  T*      18      18 <------------------- #9 FIN,ACK  seq=19 ack=18      18 A* 确认 FIN
               0.489    +0.011  T       18      18 #10 ACK      ack=20 seq=18 ------------------>      18 -* 确认 FIN
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK
                  * 本行状态发生变化
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
    ]
}
