import Lab
import Narration
import Pictures
import Queries
import Scenes

/// Parses the argument of `-Y` or `-e`. The error for an invalid filter shows it with the mistake marked.
enum FilterWord {
    static func filter(_ text: String) throws -> ConnectionFilter {
        do {
            return try ConnectionFilter(text)
        } catch {
            throw failure(error, in: text)
        }
    }

    /// The field with this name, as given to `-e`; throws where there is none.
    static func field(_ name: String) throws -> FilterField {
        if let field = FilterField.named(name) { return field }
        let reason = FilterError.Reason.unknownField(name)
        throw Failure(.usage, FilterError(reason: reason, range: 0..<0).text, next: Self.advice(reason))
    }

    private static func failure(_ error: FilterError, in text: String) -> Failure {
        Failure(.usage, error.text, next: pointer(error.range, in: text) + advice(error.reason))
    }

    /// Two lines: the part of the filter around the mistake, and below it a mark under the mistake.
    private static func pointer(_ range: Range<Int>, in text: String) -> [Text] {
        let most = 60
        let characters = Array(text)
        guard !characters.isEmpty, !range.isEmpty, range.lowerBound <= characters.count else { return [] }
        let start = max(0, min(range.lowerBound - most / 2, characters.count - most))
        let shown = characters[start..<min(characters.count, start + most)].map { Printable.text(String($0)) }
        let measure = Canvas().measure
        let place = range.lowerBound - start
        let before = shown[..<min(place, shown.count)].map { measure($0) }.reduce(0, +)
        let end = min(range.upperBound - start, shown.count)
        let marked = place < end ? shown[place..<end].map { measure($0) }.reduce(0, +) : 1
        return [
            Text(verbatim: shown.joined()),
            Text(verbatim: String(repeating: " ", count: before) + String(repeating: "^", count: max(1, marked))),
        ]
    }

    private static func advice(_ reason: FilterError.Reason) -> [Text] {
        switch reason {
        case .unknownField(let name):
            let names = FilterField.all.map(\.name)
            if ["port", "host", "src", "dst", "http", "https", "ssh"].contains(name.lowercased()) {
                // These are words of capture filters, which have another syntax.
                return [
                    Text(
                        en: "for example:  -Y 'tcp.port==80'   -Y 'ip.addr==10.0.0.1'",
                        zh: "例如：  -Y 'tcp.port==80'   -Y 'ip.addr==10.0.0.1'")
                ]
            }
            if let near = Nearest.word(to: name, in: names) { return [didYouMean(near)] }
            return [Text(en: "all fields:  tcplens help filter", zh: "全部字段：  tcplens help filter")]
        case .wrongValue(let value, _, _, let words) where !words.isEmpty:
            if let near = Nearest.word(to: value, in: words) { return [didYouMean(near)] }
            return list(Text(en: "it takes:", zh: "可取："), words)
        default:
            return [
                Text(
                    en: "for example:  -Y 'tcp.port==443 && (outcome==refused || rtt>50ms)'",
                    zh: "例如：  -Y 'tcp.port==443 && (outcome==refused || rtt>50ms)'")
            ]
        }
    }

    private static func didYouMean(_ word: String) -> Text {
        Text(en: "did you mean:  \(word)", zh: "是不是：  \(word)")
    }

    private static func list(_ head: Text, _ words: [String]) -> [Text] {
        [head]
            + Paragraph(canvas: Canvas(width: 76)).lines(words.joined(separator: " ")).map { Text(verbatim: "  " + $0) }
    }
}

extension Failure {
    /// The error where a filter or a column needs measures, which are not taken with `--evict`.
    static func measuresNothing(_ paths: [String]) -> Failure {
        let files = paths.map { Printable.text($0) }.joined(separator: " ")
        return Failure(
            .usage,
            Text(
                en: "-Y or -e asks for what is measured of each segment; --evict measures nothing",
                zh: "-Y 或 -e 用到了逐段测量的指标，而 --evict 不做测量"),
            next: [
                Text(
                    en: "without --evict:  tcplens connections \(files) -Y ...",
                    zh: "去掉 --evict：  tcplens connections \(files) -Y ..."),
                Text(
                    en: "or with the first fields of:  tcplens help filter",
                    zh: "或只用前一组字段，见：  tcplens help filter"),
            ])
    }

    /// The error where a filter or a column needs measures, which are not taken on an interface.
    static func measuresNothing(on interface: String) -> Failure {
        Failure(
            .usage,
            Text(
                en: "-Y or -e asks for what is measured of each segment; rows of an interface hold nothing of that",
                zh: "-Y 或 -e 用到了逐段测量的指标，而网络接口上的连接不做测量"),
            next: [
                Text(
                    en: "with the first fields of:  tcplens help filter", zh: "只用前一组字段，见：  tcplens help filter"),
                Text(
                    en: "or of a capture:  tcpdump -i \(interface) -w capture.pcap tcp",
                    zh: "或先抓包：  tcpdump -i \(interface) -w capture.pcap tcp"),
            ])
    }

    /// The error where no connection of any file passes the filter.
    static func nonePasses(_ passing: Passing, of paths: [String]) -> Failure {
        let (files, count) = (passing.files, passing.connections)
        if let path = paths.first, paths.count == 1 {
            return Failure(
                .nothingMatched,
                Text(
                    en: "\(path): none of \(counted(count, "connection")) passes the filter",
                    zh: "\(path)：共 \(count) 条连接，没有符合过滤条件的"))
        }
        return Failure(
            .nothingMatched,
            Text(
                en: "none of \(counted(count, "connection")) in \(counted(files, "file")) passes the filter",
                zh: "\(files) 个文件共 \(count) 条连接，没有符合过滤条件的"))
    }
}
