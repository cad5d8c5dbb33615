#if os(Linux)
    import Testing

    @testable import LinuxKernel

    /// What the kernel counts of TCP, by name.
    @Suite("the kernel's counters", .serialized) struct KernelCountersTests {
        @Test("a connection that is made is counted, and once")
        func connection() throws {
            let counters = try KernelCounters()
            let before = counters.changes()
            #expect(before.allSatisfy { $0.by != 0 })
            let listener = try TestSocket.listener()
            let client = try TestSocket.connected(to: listener.local)
            let changes = counters.changes()
            // Others on this machine may connect meanwhile.
            #expect(try #require(changes.first { $0.name == "ActiveOpens" }).by >= 1)
            #expect(try #require(changes.first { $0.name == "PassiveOpens" }).by >= 1)
            #expect(!changes.contains { $0.name.contains(" ") || $0.name.contains(":") })
            withExtendedLifetime((listener, client)) {}
        }

        static let texts: [(text: String, names: String?, values: [Int64])] = [
            ("Tcp: A B\nTcp: 1 -1\n", "A B", [1, -1]), ("Ip: X\nIp: 4\nTcp: A\nTcp: 7", "A", [7]),
            ("Tcp: A\n", nil, []), ("Tcp: A\nUdp: 1\n", nil, []), ("", nil, []), ("Tcp:", nil, []), ("\n\n\n", nil, []),
            ("Tcp: A\nTcp: 99999999999999999999999999\n", "A", [-2537764290115403777]),
            ("Tcp: A B C\nTcp: 1\n", "A B C", [1]), ("Tcp: \nTcp: \n", "", []),
        ]

        @Test("whatever the text, it is taken apart or not at all", arguments: texts)
        func lines(text: String, names: String?, values: [Int64]) {
            let found = KernelCounters.line(Array("Tcp: ".utf8), in: ArraySlice(text.utf8))
            #expect(found.map { String(decoding: $0.names, as: UTF8.self) } == names)
            #expect(found?.values ?? [] == values)
        }
    }
#endif
