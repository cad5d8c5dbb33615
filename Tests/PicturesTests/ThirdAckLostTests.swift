import Narration
import Pictures
import Testing

/// The lost third ACK at each width, as it must look to the letter; ASCII in English, Unicode in Chinese (that the two
/// glyph sets draw alike is a property tested elsewhere).
struct ThirdAckLostTests {
    @Test func at40InEnglishASCII() {
        let canvas = Canvas(width: 40, glyphs: .ascii, language: .english)
        let expected = #"""
            third-ack-lost                     [K+W]
            C 10.59.7.1:40000
            S 10.59.7.2:8080
                   C -  connect()
               0.0 S* ---> r* #1 SYN seq=0
              10.4 E* <--- r  #2 SYN,ACK seq=0 ack=1
              21.0 E  --x  r  #3 ACK seq=1 ack=1
                   C E  connect() = OK  ss: SYN-RECV
            ~~ 998 ms ~~
            1018.9 E  <--- r  #4 SYN,ACK seq=0 ack=1
            1029.5 E  ---> E* #5 ACK seq=1 ack=1
            why: S never saw #3 and repeats #2. C
                 answers a SYN in ESTABLISHED with a
                 challenge ACK (RFC 5961 sec 4);
                 that ACK completes the handshake.
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at40InChineseUnicode() {
        let canvas = Canvas(width: 40, glyphs: .unicode, language: .chinese)
        let expected = #"""
            第三个 ACK 丢失 (third-ack-lost)   [K+W]
            C 10.59.7.1:40000
            S 10.59.7.2:8080
                   C -  connect()
               0.0 S* ───▶ r* #1 SYN seq=0
              10.4 E* ◀─── r  #2 SYN,ACK seq=0 ack=1
              21.0 E  ──×  r  #3 ACK seq=1 ack=1
                   C E  connect() = OK  ss: SYN-RECV
            ╌╌ 998 ms ╌╌
            1018.9 E  ◀─── r  #4 SYN,ACK seq=0 ack=1
            1029.5 E  ───▶ E* #5 ACK seq=1 ack=1
            为什么：服务端没收到 #3，重发 #2；客户端
                    已 ESTABLISHED，对 SYN 回质询
                    ACK(RFC 5961 第 4 节)，这个 ACK
                    正好补上了第三次握手。
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at60InEnglishASCII() {
        let canvas = Canvas(width: 60, glyphs: .ascii, language: .english)
        let expected = #"""
            third-ack-lost                                         [K+W]
            client 10.59.7.1:40000  server 10.59.7.2:8080
             TIME ms  C                               S
                      -  connect()                    L
                 0.0  S* #1 SYN      seq=0 ---------> r*
                10.4  E* <--- #2 SYN,ACK  seq=0 ack=1 r
                21.0  E  #3 ACK      seq=1 ack=1 --x  r  lost on wire
                      E  connect() = OK               r  ss: SYN-RECV
              ~~~~~~~~~~~~~~~~ 998 ms ~~~~~~~~~~~~~~~~~
              1018.9  E  <--- #4 SYN,ACK  seq=0 ack=1 r  again #2 RTO
              1029.5  E  #5 ACK      seq=1 ack=1 ---> E* challenge ACK
            why: S never saw #3 and repeats #2. C answers a SYN in
                 ESTABLISHED with a challenge ACK (RFC 5961 sec 4); that
                 ACK completes the handshake.
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at60InChineseUnicode() {
        let canvas = Canvas(width: 60, glyphs: .unicode, language: .chinese)
        let expected = #"""
            第三个 ACK 丢失 (third-ack-lost)                       [K+W]
            客户端 10.59.7.1:40000  服务端 10.59.7.2:8080
             时间 ms  C                               S
                      -  connect()                    L
                 0.0  S* #1 SYN      seq=0 ─────────▶ r*
                10.4  E* ◀─── #2 SYN,ACK  seq=0 ack=1 r
                21.0  E  #3 ACK      seq=1 ack=1 ──×  r  路上丢了
                      E  connect() = OK               r  ss: SYN-RECV
              ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 998 ms ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
              1018.9  E  ◀─── #4 SYN,ACK  seq=0 ack=1 r  ↻#2 超时重传
              1029.5  E  #5 ACK      seq=1 ack=1 ───▶ E* 质询 ACK
            为什么：服务端没收到 #3，重发 #2；客户端已 ESTABLISHED，对
                    SYN 回质询 ACK(RFC 5961 第 4 节)，这个 ACK 正好补上
                    了第三次握手。
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at80InEnglishASCII() {
        let canvas = Canvas(width: 80, glyphs: .ascii, language: .english)
        let expected = #"""
            third-ack-lost          client 10.59.7.1:40000  server 10.59.7.2:8080      [K+W]
             TIME ms  C                                             S
                      -  connect()                                  L
                 0.0  S* #1 SYN      seq=0 -----------------------> r*
                10.4  E* <----------------- #2 SYN,ACK  seq=0 ack=1 r
                21.0  E  #3 ACK      seq=1 ack=1 ---------x         r  lost on wire
                      E  connect() = OK                             r  ss: SYN-RECV
              ~~~~~~~~~~~~~~~~~~~~~~~ 998 ms ~~~~~~~~~~~~~~~~~~~~~~~~
              1018.9  E  <----------------- #4 SYN,ACK  seq=0 ack=1 r  again #2 RTO
              1029.5  E  #5 ACK      seq=1 ack=1 -----------------> E* challenge ACK
            why: S never saw #3 and repeats #2. C answers a SYN in ESTABLISHED with a
                 challenge ACK (RFC 5961 sec 4); that ACK completes the handshake.
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at80InChineseUnicode() {
        let canvas = Canvas(width: 80, glyphs: .unicode, language: .chinese)
        let expected = #"""
            第三个 ACK 丢失 (third-ack-lost)                                           [K+W]
            客户端 10.59.7.1:40000  服务端 10.59.7.2:8080
             时间 ms  C                                             S
                      -  connect()                                  L
                 0.0  S* #1 SYN      seq=0 ───────────────────────▶ r*
                10.4  E* ◀───────────────── #2 SYN,ACK  seq=0 ack=1 r
                21.0  E  #3 ACK      seq=1 ack=1 ─────────×         r  路上丢了
                      E  connect() = OK                             r  ss: SYN-RECV
              ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 998 ms ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
              1018.9  E  ◀───────────────── #4 SYN,ACK  seq=0 ack=1 r  ↻#2 超时重传
              1029.5  E  #5 ACK      seq=1 ack=1 ─────────────────▶ E* 质询 ACK
            为什么：服务端没收到 #3，重发 #2；客户端已 ESTABLISHED，对 SYN 回质询 ACK(RFC
                    5961 第 4 节)，这个 ACK 正好补上了第三次握手。
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at120InEnglishASCII() {
        let canvas = Canvas(width: 120, glyphs: .ascii, language: .english)
        let expected = #"""
            third-ack-lost          client 10.59.7.1:40000  server 10.59.7.2:8080                                              [K+W]
             TIME ms    +DELTA  C             SND.UNA SND.NXT                                 RCV.NXT S
                                CLOSED                        connect()                               LISTEN
                 0.0            SYN-SENT*           0       1 #1 SYN      seq=0 ------------>       1 syn-received*
                10.4     +10.4  ESTABLISHED*        1       1 <------ #2 SYN,ACK  seq=0 ack=1       1 syn-received
                21.0     +10.6  ESTABLISHED         1       1 #3 ACK      seq=1 ack=1 ---x          1 syn-received  lost on wire
                                ESTABLISHED                   connect() = OK                          syn-received  ss: SYN-RECV
              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ 998 ms ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
              1018.9    +997.9  ESTABLISHED         1       1 <------ #4 SYN,ACK  seq=0 ack=1       1 syn-received  again #2 RTO
              1029.5     +10.6  ESTABLISHED         1       1 #5 ACK      seq=1 ack=1 ------>       1 ESTABLISHED*  challenge ACK
            why: S never saw #3 and repeats #2. C answers a SYN in ESTABLISHED with a challenge ACK (RFC 5961 sec 4); that ACK
                 completes the handshake.
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }

    @Test func at120InChineseUnicode() {
        let canvas = Canvas(width: 120, glyphs: .unicode, language: .chinese)
        let expected = #"""
            第三个 ACK 丢失 (third-ack-lost)  客户端 10.59.7.1:40000  服务端 10.59.7.2:8080                                    [K+W]
             时间 ms     +间隔  C             SND.UNA SND.NXT                                 RCV.NXT S
                                CLOSED                        connect()                               LISTEN
                 0.0            SYN-SENT*           0       1 #1 SYN      seq=0 ────────────▶       1 syn-received*
                10.4     +10.4  ESTABLISHED*        1       1 ◀────── #2 SYN,ACK  seq=0 ack=1       1 syn-received
                21.0     +10.6  ESTABLISHED         1       1 #3 ACK      seq=1 ack=1 ───×          1 syn-received  路上丢了
                                ESTABLISHED                   connect() = OK                          syn-received  ss: SYN-RECV
              ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 998 ms ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
              1018.9    +997.9  ESTABLISHED         1       1 ◀────── #4 SYN,ACK  seq=0 ack=1       1 syn-received  ↻#2 超时重传
              1029.5     +10.6  ESTABLISHED         1       1 #5 ACK      seq=1 ack=1 ──────▶       1 ESTABLISHED*  质询 ACK
            为什么：服务端没收到 #3，重发 #2；客户端已 ESTABLISHED，对 SYN 回质询 ACK(RFC 5961 第 4 节)，这个 ACK 正好补上了第三次
                    握手。
            """#
        #expect(Ladder(canvas: canvas).lines(Scenes.thirdAckLost).joined(separator: "\n") == expected)
    }
}
