import LinuxKernel
import TCPState
import TCPWire
import Testing

/// ss's grammar: what a filter's words mean.
@Suite struct SocketFilterTests {
    private static let services = ServiceNames(text: "http 80/tcp www # the web\nhttps\t443/tcp\ndomain 53/udp\n")
    private static let surroundings = SocketFilterSurroundings(
        device: { $0 == "eth0" ? 7 : nil }, cgroup: { $0 == "/a(b)" ? 99 : nil })

    private func filter(_ words: String...) throws -> SocketFilter {
        try SocketFilter(words, services: Self.services, surroundings: Self.surroundings)
    }

    private func error(_ words: [String]) -> SocketFilterError? {
        do {
            _ = try SocketFilter(words, services: Self.services, surroundings: Self.surroundings)
            return nil
        } catch {
            return error
        }
    }

    private static func host(_ end: SocketExpression.End, port: UInt16?) -> SocketExpression {
        .host(end, HostCondition(port: port))
    }

    private static func network(_ address: UInt32, _ bits: UInt8, port: UInt16? = nil) -> HostCondition {
        HostCondition(family: .ipv4, words: [address, 0, 0, 0], prefixLength: bits, port: port)
    }

    @Test(
        arguments: [
            ("sport = :80", host(.local, port: 80)), ("sport 80", host(.local, port: 80)),
            ("sport=:www", host(.local, port: 80)),
            ("dport == :https", host(.remote, port: 443)), ("dport eq 0x50", host(.remote, port: 80)),
            ("dport != :80", .not(host(.remote, port: 80))), ("dport ne :80", .not(host(.remote, port: 80))),
            ("sport >= :80", .portAtLeast(.local, 80)), ("sport geq :80", .portAtLeast(.local, 80)),
            ("dport <= 80", .portAtMost(.remote, 80)), ("dport>80", .not(.portAtMost(.remote, 80))),
            ("sport lt :80", .not(.portAtLeast(.local, 80))), ("sport = :*", host(.local, port: nil)),
            ("src 10.1.2.3", .host(.local, network(0x0a01_0203, 32))),
            ("dst 10/8", .host(.remote, network(0x0a00_0000, 8))),
            ("dst = 127.0.0.0/8:80", .host(.remote, network(0x7f00_0000, 8, port: 80))),
            ("src 10.0.0.0/255.255.0.0", .host(.local, network(0x0a00_0000, 16))), ("src *:80", host(.local, port: 80)),
            ("dst any", .host(.remote, HostCondition())),
            ("src != 10.0.0.1:*", .not(.host(.local, network(0x0a00_0001, 32)))),
            (
                "src [2001:db8::]/32:80",
                .host(.local, HostCondition(family: .ipv6, words: [0x2001_0db8, 0, 0, 0], prefixLength: 32, port: 80))
            ),
            (
                "src 2001:db8::1",
                .host(.local, HostCondition(family: .ipv6, words: [0x2001_0db8, 0, 0, 1], prefixLength: 128))
            ),
            (
                "dst [::1]:http",
                .host(.remote, HostCondition(family: .ipv6, words: [0, 0, 0, 1], prefixLength: 128, port: 80))
            ),
            ("autobound", .autobound), ("dev eth0", .device(7)), ("dev != 12", .not(.device(12))),
            ("fwmark = 0x1/0xff", .mark(1, mask: 0xff)),
            ("cgroup /a(b)", .cgroup(99)), ("not ( autobound )", .not(.autobound)), ("!autobound", .not(.autobound)),
            (":80", .list(host(.local, port: 80), [.init(join: .or, condition: host(.remote, port: 80))])),
        ] as [(String, SocketExpression)])
    func conditions(text: String, expression: SocketExpression) throws {
        #expect(try filter(text).expression == expression)
        #expect(try filter("( " + text + " )").expression == expression)
    }

    @Test("from left to right, side by side is 'and', and all words need not be apart")
    func lists() throws {
        let (a, b, c) = (SocketExpression.device(1), SocketExpression.device(2), SocketExpression.device(3))
        let left = SocketExpression.list(a, [.init(join: .or, condition: b), .init(join: .and, condition: c)])
        #expect(try filter("dev 1 or dev 2 and dev 3").expression == left)
        #expect(try filter("dev", "1", "||", "dev 2", "&&", "dev 3").expression == left)
        #expect(try filter("dev 1 or dev 2 dev 3").expression == left)
        let grouped = SocketExpression.list(
            a, [.init(join: .or, condition: .list(b, [.init(join: .and, condition: c)]))])
        #expect(try filter("dev 1 or ( dev 2 and dev 3 )").expression == grouped)
    }

    @Test(
        arguments: [
            ("state established", [.established]), ("state estab state listening", [.established, .listen]),
            ("state CLOSE_WAIT and autobound", [.closeWait]), ("state bucket", [.synReceived, .timeWait]),
            (
                "state connected exclude bucket exclude estab",
                [.synSent, .finWait1, .finWait2, .closing, .closeWait, .lastAck]
            ),
            ("exclude big", [.synReceived, .timeWait]), ("state unconnected", [.closed]),
            // CLOSED is left of these, which is not the same as no state named: nothing is in it.
            ("exclude connected exclude listening", []), ("state all exclude connected exclude listening", []),
            ("state big exclude synchronized exclude syn-sent exclude listening", []),
            // No state is left of these.
            ("exclude all", SocketFilter.connections), ("exclude big exclude bucket", SocketFilter.connections),
            ("state closed exclude closed", SocketFilter.connections),
            ("state established exclude established", SocketFilter.connections),
            // Sockets that are bound and idle are asked for by their own name.
            ("exclude connected exclude listening state closed", [.closed]),
            ("state closed state all", Set(State.allCases)), ("state all", SocketFilter.all),
            ("state closed exclude big state all", SocketFilter.all),
            (
                "state synchronized exclude fin-wait-1 excl fin-wait-2",
                [.synReceived, .established, .closing, .timeWait, .closeWait, .lastAck]
            ),
        ] as [(String, Set<State>)])
    func states(text: String, states: Set<State>) throws {
        #expect(try filter(text).states == states)
    }

    @Test func noStateWordsChooseNone() throws {
        #expect(try filter("autobound").states == nil)
        #expect(try filter().expression == nil)
        #expect(try filter("src inet6:[::1] or dst inet:10.0.0.1").family == .ipv4)
    }

    @Test(
        arguments: [
            ("state", .valueMissing(after: "state")), ("state foo", .unknownState("foo")),
            ("exclude", .valueMissing(after: "exclude")),
            ("autobound state established", .stateTooLate("state")), ("or autobound", .unexpected("or")),
            ("state established or autobound", .unexpected("or")), ("|| autobound", .unexpected("||")),
            ("autobound and le 5", .unexpected("le")), ("( autobound ) )", .unexpected(")")),
            ("sport = :70000", .notAPort("70000", after: "sport")),
            ("dport = :nothing", .notAPort("nothing", after: "dport")), (":-1", .notAPort("-1", after: "")),
            ("sport = domain", .notAPort("domain", after: "sport")),
            ("sport >", .valueMissing(after: "sport")), ("sport > *", .notAPort("*", after: "sport")),
            ("src example.com", .notAnAddress("example.com", after: "src")),
            ("dst 10.0.0.0/33", .notAnAddress("10.0.0.0/33", after: "dst")),
            ("dst 10.0.0.256", .notAnAddress("10.0.0.256", after: "dst")),
            ("dst 1.2.3.4/255.0.255.0", .notAnAddress("1.2.3.4/255.0.255.0", after: "dst")),
            ("dst inet6:10.0.0.1", .notAnAddress("inet6:10.0.0.1", after: "dst")),
            ("src < 10.0.0.1", .noOrder("<", after: "src")),
            ("src unix:/x", .notTCP("unix:")), ("dev nowhere", .noSuchDevice("nowhere")), ("fwmark x", .notAMark("x")),
            ("cgroup /none", .noSuchCgroup("/none")), ("( autobound", .unclosed), ("autobound )", .unexpected(")")),
            ("or autobound", .unexpected("|")), ("autobound and", .valueMissing(after: "and")),
            ("port 80", .unexpected("port")),
            ("autobound or or autobound", .unexpected("|")), ("()", .unexpected(")")),
        ] as [(String, SocketFilterError)])
    func complaints(text: String, complaint: SocketFilterError) {
        #expect(error([text]) == complaint)
    }

    @Test func depthAndLengthHaveLimits() {
        #expect(error([String](repeating: "(", count: 1000)) == .tooLong)
        #expect(error([String](repeating: "!", count: 1000) + ["autobound"]) == .tooLong)
        #expect(error([String](repeating: "autobound", count: 5000)) == .tooLong)
        #expect(error([String](repeating: "autobound", count: 4000)) == nil)
    }

    @Test(
        "what no word has in it is refused",
        arguments: [
            ("\u{0}", .unexpected("\u{0}")), ("é", .unexpected("é")),
            ("sport = :\u{ff18}", .notAPort("\u{ff18}", after: "sport")),
            ("src [", .notAnAddress("[", after: "src")), ("src ]", .notAnAddress("]", after: "src")),
            ("src [::1", .notAnAddress("[::1", after: "src")),
            ("src /", .notAnAddress("/", after: "src")), ("src 1/", .notAnAddress("1/", after: "src")),
            ("dst [::]/129", .notAnAddress("[::]/129", after: "dst")),
            ("fwmark 1/", .notAMark("1/")), ("=", .unexpected("=")), ("!=", .unexpected("!=")),
        ] as [(String, SocketFilterError)])
    func oddWords(text: String, complaint: SocketFilterError) {
        #expect(error([text]) == complaint)
    }

    @Test("a colon alone is any port")
    func colonAlone() throws {
        #expect(try filter("src :").expression == .host(.local, HostCondition()))
    }

    @Test("names come from the file, with their aliases, and only TCP's")
    func services() {
        #expect(Self.services.port("www") == 80)
        #expect(Self.services.port("domain") == nil)
        #expect(Self.services.all == ["http", "https", "www"])
    }

    @Test("a program too long for a 16-bit jump is left to the second look")
    func longPrograms() throws {
        func length(_ words: some Sequence<String>) throws -> Int? {
            try #require(try SocketFilter(Array(words)).expression).bytecode?.count
        }
        // Sixteen octets each, without anything between them: the last one that fits, and one more.
        let ports = [String](repeating: "sport!=:1", count: 3750)
        #expect(try length(ports.dropLast()) == 59_984)
        #expect(try length(ports) == nil)
        // Twenty-eight octets each, a jump of four before each of the others.
        let either = [String](repeating: "dst=[::1]:80 or", count: 2000) + ["autobound"]
        #expect(try length(either.suffix(1300)) == 28 + 1298 * 32 + 8)
        #expect(try length(either) == nil)
    }
}
