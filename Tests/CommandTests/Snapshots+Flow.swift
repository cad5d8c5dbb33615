extension Snapshots {
    /// The tutorial's exchange.
    static let flow = [
        Snapshot(
            ["--lang", "en", "--width", "80"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080      [W+I]
             TIME ms  C                                             S
               0.000  S* #1  SYN      seq=0 ──────────────────────▶ R* handshake 1 of 3
               0.021  E* ◀───────────────── #2 SYN,ACK  seq=0 ack=1 R  handshake 2 of 3
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
            [W+I]: W captured packets  I inferred
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "en", "--width", "80", "--ascii"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080      [W+I]
             TIME ms  C                                             S
               0.000  S* #1  SYN      seq=0 ----------------------> R* handshake 1 of 3
               0.021  E* <----------------- #2 SYN,ACK  seq=0 ack=1 R  handshake 2 of 3
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
            [W+I]: W captured packets  I inferred
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "en", "--width", "120"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080                                              [W+I]
             TIME ms    +DELTA  C                                                             S
               0.000            SYN-SENT*     #1  SYN      seq=0 ───────────────────────────▶ SYN-RECEIVED* handshake 1 of 3
               0.021    +0.021  ESTABLISHED*  ◀────────────────────── #2 SYN,ACK  seq=0 ack=1 SYN-RECEIVED  handshake 2 of 3
               0.034    +0.013  ESTABLISHED   #3  ACK      seq=1 ack=1 ─────────────────────▶ ESTABLISHED*  handshake complete
               0.180    +0.146  ESTABLISHED   #4  PSH,ACK  seq=1 len=16 ack=1 ──────────────▶ ESTABLISHED
               0.192    +0.012  ESTABLISHED   ◀───────────────────────── #5 ACK  ack=17 seq=1 ESTABLISHED   16 bytes arrived
               0.310    +0.118  ESTABLISHED   ◀────────────── #6 PSH,ACK  seq=1 len=18 ack=17 ESTABLISHED
               0.320    +0.010  ESTABLISHED   #7  ACK      ack=19 seq=17 ───────────────────▶ ESTABLISHED   18 bytes arrived
               0.402    +0.082  FIN-WAIT-1*   #8  FIN,ACK  seq=17 ack=19 ───────────────────▶ CLOSE-WAIT*
               0.478    +0.076  TIME-WAIT*    ◀──────────────────── #9 FIN,ACK  seq=19 ack=18 LAST-ACK*     ACK of the FIN
               0.489    +0.011  TIME-WAIT     #10 ACK      ack=20 seq=18 ───────────────────▶ CLOSED*       ACK of the FIN
            signs: * changed on this row
            [W+I]: W captured packets  I inferred
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "en", "--width", "120", "--ascii"],
            #"""
            connection 1            client 127.0.0.1:43210  server 127.0.0.1:8080                                              [W+I]
             TIME ms    +DELTA  C                                                             S
               0.000            SYN-SENT*     #1  SYN      seq=0 ---------------------------> SYN-RECEIVED* handshake 1 of 3
               0.021    +0.021  ESTABLISHED*  <---------------------- #2 SYN,ACK  seq=0 ack=1 SYN-RECEIVED  handshake 2 of 3
               0.034    +0.013  ESTABLISHED   #3  ACK      seq=1 ack=1 ---------------------> ESTABLISHED*  handshake complete
               0.180    +0.146  ESTABLISHED   #4  PSH,ACK  seq=1 len=16 ack=1 --------------> ESTABLISHED
               0.192    +0.012  ESTABLISHED   <------------------------- #5 ACK  ack=17 seq=1 ESTABLISHED   16 bytes arrived
               0.310    +0.118  ESTABLISHED   <-------------- #6 PSH,ACK  seq=1 len=18 ack=17 ESTABLISHED
               0.320    +0.010  ESTABLISHED   #7  ACK      ack=19 seq=17 -------------------> ESTABLISHED   18 bytes arrived
               0.402    +0.082  FIN-WAIT-1*   #8  FIN,ACK  seq=17 ack=19 -------------------> CLOSE-WAIT*
               0.478    +0.076  TIME-WAIT*    <-------------------- #9 FIN,ACK  seq=19 ack=18 LAST-ACK*     ACK of the FIN
               0.489    +0.011  TIME-WAIT     #10 ACK      ack=20 seq=18 -------------------> CLOSED*       ACK of the FIN
            signs: * changed on this row
            [W+I]: W captured packets  I inferred
            states: all inferred from the packets by RFC 9293's rules
            Opened by the three-way handshake.
            Closed by FINs from both ends; the client closed first.

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080      [W+I]
             时间 ms  C                                             S
               0.000  S* #1  SYN      seq=0 ──────────────────────▶ R* 第一次握手
               0.021  E* ◀───────────────── #2 SYN,ACK  seq=0 ack=1 R  第二次握手
               0.034  E  #3  ACK      seq=1 ack=1 ────────────────▶ E* 第三次握手
               0.180  E  #4  PSH,ACK  seq=1 len=16 ack=1 ─────────▶ E
               0.192  E  ◀──────────────────── #5 ACK  ack=17 seq=1 E  16 字节已收到
               0.310  E  ◀───────── #6 PSH,ACK  seq=1 len=18 ack=17 E
               0.320  E  #7  ACK      ack=19 seq=17 ──────────────▶ E  18 字节已收到
               0.402  1* #8  FIN,ACK  seq=17 ack=19 ──────────────▶ W*
               0.478  T* ◀─────────────── #9 FIN,ACK  seq=19 ack=18 A* 确认 FIN
               0.489  T  #10 ACK      ack=20 seq=18 ──────────────▶ -* 确认 FIN
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK  * 本行状态发生变化
            [W+I]：W 抓包  I 推断
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "80", "--ascii"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080      [W+I]
             时间 ms  C                                             S
               0.000  S* #1  SYN      seq=0 ----------------------> R* 第一次握手
               0.021  E* <----------------- #2 SYN,ACK  seq=0 ack=1 R  第二次握手
               0.034  E  #3  ACK      seq=1 ack=1 ----------------> E* 第三次握手
               0.180  E  #4  PSH,ACK  seq=1 len=16 ack=1 ---------> E
               0.192  E  <-------------------- #5 ACK  ack=17 seq=1 E  16 字节已收到
               0.310  E  <--------- #6 PSH,ACK  seq=1 len=18 ack=17 E
               0.320  E  #7  ACK      ack=19 seq=17 --------------> E  18 字节已收到
               0.402  1* #8  FIN,ACK  seq=17 ack=19 --------------> W*
               0.478  T* <--------------- #9 FIN,ACK  seq=19 ack=18 A* 确认 FIN
               0.489  T  #10 ACK      ack=20 seq=18 --------------> -* 确认 FIN
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                  T TIME-WAIT  W CLOSE-WAIT  A LAST-ACK  * 本行状态发生变化
            [W+I]：W 抓包  I 推断
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "120"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080                                              [W+I]
             时间 ms     +间隔  C                                                             S
               0.000            SYN-SENT*     #1  SYN      seq=0 ───────────────────────────▶ SYN-RECEIVED* 第一次握手
               0.021    +0.021  ESTABLISHED*  ◀────────────────────── #2 SYN,ACK  seq=0 ack=1 SYN-RECEIVED  第二次握手
               0.034    +0.013  ESTABLISHED   #3  ACK      seq=1 ack=1 ─────────────────────▶ ESTABLISHED*  第三次握手
               0.180    +0.146  ESTABLISHED   #4  PSH,ACK  seq=1 len=16 ack=1 ──────────────▶ ESTABLISHED
               0.192    +0.012  ESTABLISHED   ◀───────────────────────── #5 ACK  ack=17 seq=1 ESTABLISHED   16 字节已收到
               0.310    +0.118  ESTABLISHED   ◀────────────── #6 PSH,ACK  seq=1 len=18 ack=17 ESTABLISHED
               0.320    +0.010  ESTABLISHED   #7  ACK      ack=19 seq=17 ───────────────────▶ ESTABLISHED   18 字节已收到
               0.402    +0.082  FIN-WAIT-1*   #8  FIN,ACK  seq=17 ack=19 ───────────────────▶ CLOSE-WAIT*
               0.478    +0.076  TIME-WAIT*    ◀──────────────────── #9 FIN,ACK  seq=19 ack=18 LAST-ACK*     确认 FIN
               0.489    +0.011  TIME-WAIT     #10 ACK      ack=20 seq=18 ───────────────────▶ CLOSED*       确认 FIN
            符号：* 本行状态发生变化
            [W+I]：W 抓包  I 推断
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
        Snapshot(
            ["--lang", "zh", "--width", "120", "--ascii"],
            #"""
            连接 1                  客户端 127.0.0.1:43210  服务端 127.0.0.1:8080                                              [W+I]
             时间 ms     +间隔  C                                                             S
               0.000            SYN-SENT*     #1  SYN      seq=0 ---------------------------> SYN-RECEIVED* 第一次握手
               0.021    +0.021  ESTABLISHED*  <---------------------- #2 SYN,ACK  seq=0 ack=1 SYN-RECEIVED  第二次握手
               0.034    +0.013  ESTABLISHED   #3  ACK      seq=1 ack=1 ---------------------> ESTABLISHED*  第三次握手
               0.180    +0.146  ESTABLISHED   #4  PSH,ACK  seq=1 len=16 ack=1 --------------> ESTABLISHED
               0.192    +0.012  ESTABLISHED   <------------------------- #5 ACK  ack=17 seq=1 ESTABLISHED   16 字节已收到
               0.310    +0.118  ESTABLISHED   <-------------- #6 PSH,ACK  seq=1 len=18 ack=17 ESTABLISHED
               0.320    +0.010  ESTABLISHED   #7  ACK      ack=19 seq=17 -------------------> ESTABLISHED   18 字节已收到
               0.402    +0.082  FIN-WAIT-1*   #8  FIN,ACK  seq=17 ack=19 -------------------> CLOSE-WAIT*
               0.478    +0.076  TIME-WAIT*    <-------------------- #9 FIN,ACK  seq=19 ack=18 LAST-ACK*     确认 FIN
               0.489    +0.011  TIME-WAIT     #10 ACK      ack=20 seq=18 -------------------> CLOSED*       确认 FIN
            符号：* 本行状态发生变化
            [W+I]：W 抓包  I 推断
            状态：全部按 RFC 9293 的规则由报文推断
            经三次握手建立。
            双方用 FIN 正常关闭，客户端先关。

            """#),
    ]
}
