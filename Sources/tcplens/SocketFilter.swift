import Lab
import LinuxKernel
import Narration
import Pictures
import TCPState
import TCPWire

/// The words that `ss` takes after its flags, as far as they concern TCP: `state NAME`, `sport = :8080`, `dport = :443`,
/// `src ADDRESS`, `dst ADDRESS:PORT`, and `:8080` for either end. Several must all hold; `and`, `(` and `)` may be there.
struct SocketFilter {
    private enum Term {
        case states(Set<State>)
        case localPort(UInt16)
        case remotePort(UInt16)
        case port(UInt16)
        case local(SocketPattern)
        case remote(SocketPattern)
    }

    private var terms: [Term] = []

    /// Whether it names states itself, so that the usual choice of states does not apply.
    var namesStates: Bool { terms.contains { if case .states = $0 { true } else { false } } }

    static let stateNames = groups.keys.sorted() + State.allCases.map { name(of: $0) }

    init(words: [String]) throws {
        var rest = words.flatMap { $0.split(separator: " ").map(String.init) }
            .filter { !["and", "&&", "(", ")", "=", "==", "eq"].contains($0) }[...]
        while let word = rest.popFirst() {
            switch word {
            case "state": terms.append(.states(try Self.states(rest.popFirst())))
            case "sport": terms.append(.localPort(try Self.port(rest.popFirst(), after: word)))
            case "dport": terms.append(.remotePort(try Self.port(rest.popFirst(), after: word)))
            case "src": terms.append(.local(try Self.pattern(rest.popFirst(), after: word)))
            case "dst": terms.append(.remote(try Self.pattern(rest.popFirst(), after: word)))
            default:
                guard word.hasPrefix(":") else { throw Self.unknown(word) }
                terms.append(.port(try Self.port(word, after: "")))
            }
        }
    }

    func matches(_ entry: SocketEntry) -> Bool {
        terms.allSatisfy { term in
            switch term {
            case .states(let states): states.contains(entry.state)
            case .localPort(let port): entry.local.port == port
            case .remotePort(let port): entry.remote.port == port
            case .port(let port): entry.local.port == port || entry.remote.port == port
            case .local(let pattern): pattern.matches(entry.local)
            case .remote(let pattern): pattern.matches(entry.remote)
            }
        }
    }

    private static let groups: [String: Set<State>] = [
        "all": Set(State.allCases),
        "connected": Set(State.allCases).subtracting([.listen, .closed]),
        "synchronized": Set(State.allCases.filter(\.isSynchronized)),
        "bucket": [.synReceived, .timeWait],
        "big": Set(State.allCases).subtracting([.synReceived, .timeWait, .closed]),
        "syn-recv": [.synReceived], "listening": [.listen], "estab": [.established],
    ]

    private static func name(of state: State) -> String { state.name.lowercased() }

    private static func states(_ word: String?) throws -> Set<State> {
        let asked = word.map { $0.lowercased().replacing("_", with: "-") } ?? ""
        if let group = groups[asked] { return group }
        if let state = State.allCases.first(where: { name(of: $0) == asked }) { return [state] }
        var next: [Text] = []
        if !asked.isEmpty, let near = Nearest.word(to: asked, in: stateNames) {
            next.append(Text(en: "did you mean:  state \(near)", zh: "是不是：  state \(near)"))
        }
        next.append(Text(en: "states:", zh: "可用状态："))
        let names = Paragraph(canvas: Canvas(width: 76)).lines(stateNames.joined(separator: " "))
        next += names.map { Text(verbatim: "  " + $0) }
        let what =
            asked.isEmpty
            ? Text(en: "'state' needs a name after it", zh: "'state' 之后要写状态名")
            : Text(en: "no such state: '\(asked)'", zh: "没有这个状态：'\(asked)'")
        throw Failure(.usage, what, next: next)
    }

    private static func port(_ word: String?, after keyword: String) throws -> UInt16 {
        let digits = word.map { $0.hasPrefix(":") ? String($0.dropFirst()) : $0 } ?? ""
        guard let port = UInt16(digits) else {
            throw Failure(
                .usage,
                Text(
                    en: "'\(word ?? "")' is not a port (0 to 65535)\(keyword.isEmpty ? "" : " after '\(keyword)'")",
                    zh: "\(keyword.isEmpty ? "" : "'\(keyword)' 之后的 ")'\(word ?? "")' 不是端口号(0 到 65535)"))
        }
        return port
    }

    private static func pattern(_ word: String?, after keyword: String) throws -> SocketPattern {
        guard let word, let pattern = SocketPattern(word) else {
            throw Failure(
                .usage,
                Text(
                    en: "'\(word ?? "")' is not an address after '\(keyword)'",
                    zh: "'\(keyword)' 之后的 '\(word ?? "")' 不是 IP 地址"),
                next: [
                    Text(
                        en:
                            "examples:  \(keyword) 10.0.0.1   \(keyword) 10.0.0.1:443   \(keyword) [::1]:443   \(keyword) :443",
                        zh:
                            "例如：  \(keyword) 10.0.0.1   \(keyword) 10.0.0.1:443   \(keyword) [::1]:443   \(keyword) :443"
                    )
                ])
        }
        return pattern
    }

    private static func unknown(_ word: String) -> Failure {
        Failure(
            .usage, Text(en: "cannot understand '\(word)' in the filter", zh: "过滤条件中的 '\(word)' 无法识别"),
            next: [
                Text(
                    en: "examples:  state established   sport = :8080   dport = :443   dst 10.0.0.1   :8080",
                    zh: "例如：  state established   sport = :8080   dport = :443   dst 10.0.0.1   :8080")
            ])
    }
}

/// An address, a port, or both: `10.0.0.1`, `10.0.0.1:443`, `[::1]:443`, `:443`.
private struct SocketPattern {
    private var address: IPAddress?
    private var port: UInt16?

    init?(_ word: String) {
        let bare = word.hasPrefix("[") && word.hasSuffix("]") ? String(word.dropFirst().dropLast()) : word
        if let address = IPAddress(bare) {
            self.address = address
            return
        }
        guard let colon = word.lastIndex(of: ":"), let port = UInt16(word[word.index(after: colon)...]) else {
            return nil
        }
        self.port = port
        var host = word[..<colon]
        if host.isEmpty || host == "*" { return }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)) else { return nil }
        self.address = address
    }

    func matches(_ endpoint: Endpoint) -> Bool {
        (address ?? endpoint.address) == endpoint.address && (port ?? endpoint.port) == endpoint.port
    }
}
