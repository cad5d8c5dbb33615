import Narration
import Pictures
import Testing

/// The tutorial's whole exchange, SYN to FIN, as it must look to the letter.
struct TutorialTests {
    @Test func at60InEnglishASCII() {
        let canvas = Canvas(width: 60, glyphs: .ascii, language: .english)
        let expected = #"""
            hello, xiao mei.                                     [K+W+I]
            client 127.0.0.1:50312  server 127.0.0.1:8080
             TIME ms  C                                S
               0.000  S*  #1  SYN      seq=0 --------> R*
               0.021  E*  <--- #2 SYN,ACK  seq=0 ack=1 R
               0.035  E   #3  ACK      seq=1 ack=1 --> E*
               0.212  E   #4  PSH,ACK  seq=1 len=16 -> E
                      E   ^ "hello, xiao mei."         E
               0.220  E   <------ #5 ACK  seq=1 ack=17 E
                      E   ^ 16 bytes arrived           E
               0.350  E   <-- #6 PSH,ACK  seq=1 len=18 E
                      E   ^ "hello, xiao ming.\n"      E
               0.360  E   #7  ACK      seq=17 -------> E
                      E   ^ 18 bytes arrived           E
               0.512  1*  #8  FIN,ACK  seq=17 -------> W*
               0.520  2'* <----- #9 ACK  seq=19 ack=18 W
               0.610  t*  <------- #10 FIN,ACK  seq=19 A*
               0.618  t   #11 ACK      seq=18 -------> -*
            letters: - CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED
                     1 FIN-WAIT-1  2' FIN-WAIT-2 (timewait socket)
                     t TIME-WAIT (timewait socket)  W CLOSE-WAIT
                     A LAST-ACK  * changed on this row
            [K+W+I]: K seen in the kernel  W captured packets
                     I inferred
            states: C seen in the kernel; S inferred from the packets
            """#
        #expect(Ladder(canvas: canvas, legend: .letters).lines(Scenes.tutorial).joined(separator: "\n") == expected)
    }

    @Test func at60InChineseUnicode() {
        let canvas = Canvas(width: 60, glyphs: .unicode, language: .chinese)
        let expected = #"""
            小明打电话给小美                                     [K+W+I]
            客户端 127.0.0.1:50312  服务端 127.0.0.1:8080
             时间 ms  C                                S
               0.000  S*  #1  SYN      seq=0 ────────▶ R*
               0.021  E*  ◀─── #2 SYN,ACK  seq=0 ack=1 R
               0.035  E   #3  ACK      seq=1 ack=1 ──▶ E*
               0.212  E   #4  PSH,ACK  seq=1 len=16 ─▶ E
                      E   └ "hello, xiao mei."         E
               0.220  E   ◀────── #5 ACK  seq=1 ack=17 E   收到 16 字节
               0.350  E   ◀── #6 PSH,ACK  seq=1 len=18 E
                      E   └ "hello, xiao ming.\n"      E
               0.360  E   #7  ACK      seq=17 ───────▶ E   收到 18 字节
               0.512  1*  #8  FIN,ACK  seq=17 ───────▶ W*
               0.520  2'* ◀───── #9 ACK  seq=19 ack=18 W
               0.610  t*  ◀─────── #10 FIN,ACK  seq=19 A*
               0.618  t   #11 ACK      seq=18 ───────▶ -*
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED
                  1 FIN-WAIT-1  2' FIN-WAIT-2（timewait 套接字）
                  t TIME-WAIT（timewait 套接字）  W CLOSE-WAIT
                  A LAST-ACK  * 本行状态发生变化
            [K+W+I]：K 内核实测  W 抓包  I 推断
            状态：C 内核实测；S 由报文推断
            """#
        #expect(Ladder(canvas: canvas, legend: .letters).lines(Scenes.tutorial).joined(separator: "\n") == expected)
    }

    @Test func at80InEnglishASCII() {
        let canvas = Canvas(width: 80, glyphs: .ascii, language: .english)
        let expected = #"""
            hello, xiao mei.        client 127.0.0.1:50312  server 127.0.0.1:8080    [K+W+I]
             TIME ms  C                                            S
               0.000  S*  #1  SYN      seq=0 --------------------> R*
               0.021  E*  <--------------- #2 SYN,ACK  seq=0 ack=1 R
               0.035  E   #3  ACK      seq=1 ack=1 --------------> E*
               0.212  E   #4  PSH,ACK  seq=1 len=16 ack=1 -------> E   "hello, xiao mei."
               0.220  E   <------------------ #5 ACK  seq=1 ack=17 E   16 bytes arrived
               0.350  E   <------- #6 PSH,ACK  seq=1 len=18 ack=17 E   "hello, xiao ming.\n"
               0.360  E   #7  ACK      seq=17 ack=19 ------------> E   18 bytes arrived
               0.512  1*  #8  FIN,ACK  seq=17 ack=19 ------------> W*
               0.520  2'* <----------------- #9 ACK  seq=19 ack=18 W
               0.610  t*  <------------ #10 FIN,ACK  seq=19 ack=18 A*
               0.618  t   #11 ACK      seq=18 ack=20 ------------> -*
            letters: - CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                     2' FIN-WAIT-2 (timewait socket)  t TIME-WAIT (timewait socket)
                     W CLOSE-WAIT  A LAST-ACK  * changed on this row
            [K+W+I]: K seen in the kernel  W captured packets  I inferred
            states: C seen in the kernel; S inferred from the packets
            """#
        #expect(Ladder(canvas: canvas, legend: .letters).lines(Scenes.tutorial).joined(separator: "\n") == expected)
    }

    @Test func at80InChineseUnicode() {
        let canvas = Canvas(width: 80, glyphs: .unicode, language: .chinese)
        let expected = #"""
            小明打电话给小美        客户端 127.0.0.1:50312  服务端 127.0.0.1:8080    [K+W+I]
             时间 ms  C                                            S
               0.000  S*  #1  SYN      seq=0 ────────────────────▶ R*
               0.021  E*  ◀─────────────── #2 SYN,ACK  seq=0 ack=1 R
               0.035  E   #3  ACK      seq=1 ack=1 ──────────────▶ E*
               0.212  E   #4  PSH,ACK  seq=1 len=16 ack=1 ───────▶ E   "hello, xiao mei."
               0.220  E   ◀────────────────── #5 ACK  seq=1 ack=17 E   收到 16 字节
               0.350  E   ◀─────── #6 PSH,ACK  seq=1 len=18 ack=17 E   "hello, xiao ming.\n"
               0.360  E   #7  ACK      seq=17 ack=19 ────────────▶ E   收到 18 字节
               0.512  1*  #8  FIN,ACK  seq=17 ack=19 ────────────▶ W*
               0.520  2'* ◀───────────────── #9 ACK  seq=19 ack=18 W
               0.610  t*  ◀──────────── #10 FIN,ACK  seq=19 ack=18 A*
               0.618  t   #11 ACK      seq=18 ack=20 ────────────▶ -*
            字母：- CLOSED  S SYN-SENT  R SYN-RECEIVED  E ESTABLISHED  1 FIN-WAIT-1
                  2' FIN-WAIT-2（timewait 套接字）  t TIME-WAIT（timewait 套接字）
                  W CLOSE-WAIT  A LAST-ACK  * 本行状态发生变化
            [K+W+I]：K 内核实测  W 抓包  I 推断
            状态：C 内核实测；S 由报文推断
            """#
        #expect(Ladder(canvas: canvas, legend: .letters).lines(Scenes.tutorial).joined(separator: "\n") == expected)
    }

    @Test func at120InEnglishASCII() {
        let canvas = Canvas(width: 120, glyphs: .ascii, language: .english)
        let expected = #"""
            hello, xiao mei.        client 127.0.0.1:50312  server 127.0.0.1:8080                                            [K+W+I]
             TIME ms    +DELTA  C                                                             S
               0.000            SYN-SENT*     #1  SYN      seq=0 ---------------------------> SYN-RECEIVED*
               0.021    +0.021  ESTABLISHED*  <---------------------- #2 SYN,ACK  seq=0 ack=1 SYN-RECEIVED
               0.035    +0.014  ESTABLISHED   #3  ACK      seq=1 ack=1 ---------------------> ESTABLISHED*
               0.212    +0.177  ESTABLISHED   #4  PSH,ACK  seq=1 len=16 ack=1 --------------> ESTABLISHED   "hello, xiao mei."
               0.220    +0.008  ESTABLISHED   <------------------------- #5 ACK  seq=1 ack=17 ESTABLISHED   16 bytes arrived
               0.350    +0.130  ESTABLISHED   <-------------- #6 PSH,ACK  seq=1 len=18 ack=17 ESTABLISHED   "hello, xiao ming.\n"
               0.360    +0.010  ESTABLISHED   #7  ACK      seq=17 ack=19 -------------------> ESTABLISHED   18 bytes arrived
               0.512    +0.152  FIN-WAIT-1*   #8  FIN,ACK  seq=17 ack=19 -------------------> CLOSE-WAIT*
               0.520    +0.008  fin-wait-2*   <------------------------ #9 ACK  seq=19 ack=18 CLOSE-WAIT
               0.610    +0.090  time-wait*    <------------------- #10 FIN,ACK  seq=19 ack=18 LAST-ACK*
               0.618    +0.008  time-wait     #11 ACK      seq=18 ack=20 -------------------> CLOSED*
            signs: fin-wait-2 (timewait socket)  time-wait (timewait socket)  * changed on this row
            [K+W+I]: K seen in the kernel  W captured packets  I inferred
            states: C seen in the kernel; S inferred from the packets
            """#
        #expect(Ladder(canvas: canvas, legend: .letters).lines(Scenes.tutorial).joined(separator: "\n") == expected)
    }

    @Test func at120InChineseUnicode() {
        let canvas = Canvas(width: 120, glyphs: .unicode, language: .chinese)
        let expected = #"""
            小明打电话给小美        客户端 127.0.0.1:50312  服务端 127.0.0.1:8080                                            [K+W+I]
             时间 ms     +间隔  C                                                             S
               0.000            SYN-SENT*     #1  SYN      seq=0 ───────────────────────────▶ SYN-RECEIVED*
               0.021    +0.021  ESTABLISHED*  ◀────────────────────── #2 SYN,ACK  seq=0 ack=1 SYN-RECEIVED
               0.035    +0.014  ESTABLISHED   #3  ACK      seq=1 ack=1 ─────────────────────▶ ESTABLISHED*
               0.212    +0.177  ESTABLISHED   #4  PSH,ACK  seq=1 len=16 ack=1 ──────────────▶ ESTABLISHED   "hello, xiao mei."
               0.220    +0.008  ESTABLISHED   ◀───────────────────────── #5 ACK  seq=1 ack=17 ESTABLISHED   收到 16 字节
               0.350    +0.130  ESTABLISHED   ◀────────────── #6 PSH,ACK  seq=1 len=18 ack=17 ESTABLISHED   "hello, xiao ming.\n"
               0.360    +0.010  ESTABLISHED   #7  ACK      seq=17 ack=19 ───────────────────▶ ESTABLISHED   收到 18 字节
               0.512    +0.152  FIN-WAIT-1*   #8  FIN,ACK  seq=17 ack=19 ───────────────────▶ CLOSE-WAIT*
               0.520    +0.008  fin-wait-2*   ◀──────────────────────── #9 ACK  seq=19 ack=18 CLOSE-WAIT
               0.610    +0.090  time-wait*    ◀─────────────────── #10 FIN,ACK  seq=19 ack=18 LAST-ACK*
               0.618    +0.008  time-wait     #11 ACK      seq=18 ack=20 ───────────────────▶ CLOSED*
            符号：fin-wait-2（timewait 套接字）  time-wait（timewait 套接字）  * 本行状态发生变化
            [K+W+I]：K 内核实测  W 抓包  I 推断
            状态：C 内核实测；S 由报文推断
            """#
        #expect(Ladder(canvas: canvas, legend: .letters).lines(Scenes.tutorial).joined(separator: "\n") == expected)
    }

    @Test func manyLanesAreCutIntoParts() {
        let canvas = Canvas(width: 80, glyphs: .ascii, language: .english)
        let expected = #"""
            crowd                                                                      [W+I]

            part 1 of 2: 4 endpoints
             TIME ms  10.0.0.1:80       10.0.0.2:40000    10.0.0.3:40000    10.0.0.4:40000
                 0.0  R* <------ #1 SYN S*                |                 |  seq=0
                 1.0  R  #2  SYN,ACK -> E*                |                 |  seq=0
                 2.0  E* <------ #3 ACK E                 |                 |  seq=1
                 3.0  R* <--------------E-- #4 SYN  seq=0 S*                |
                 4.0  R  #5  SYN,ACK ---E---------------> E*                |  seq=0
                 5.0  E* <--------------E-- #6 ACK  seq=1 E                 |
                 6.0  R* <--------------E-----------------E-- #7 SYN  seq=0 S*
                 7.0  R  #8  SYN,ACK ---E-----------------E---------------> E* seq=0
                 8.0  E* <--------------E-----------------E-- #9 ACK  seq=1 E

            part 2 of 2: 3 endpoints
             TIME ms  10.0.0.1:80              10.0.0.5:40000           10.0.0.6:40000
                 9.0  R* <----- #10 SYN  seq=0 S*                       |
                10.0  R  #11 SYN,ACK  seq=0 -> E*                       |
                11.0  E* <----- #12 ACK  seq=1 E                        |
                12.0  R* <---------------------E-------- #13 SYN  seq=0 S*
                13.0  R  #14 SYN,ACK  seq=0 ---E----------------------> E*
                14.0  E* <---------------------E-------- #15 ACK  seq=1 E
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.crowd(clients: 5)).joined(separator: "\n") == expected)
    }
}
