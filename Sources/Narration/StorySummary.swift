import Connections

extension ConnectionStory {
    /// How it went, in two or three sentences under its picture.
    public var summary: [Text] {
        let outcome = record.outcome
        var lines = [outcome.opening.sentence]
        if let ending = outcome.endingSentence { lines.append(ending) }
        if record.roleEvidence.isGuess {
            lines.append(
                Text(
                    en:
                        "Who is client and who is server is a guess: \(record.roleEvidence == .port ? "by the ports" : "the first to send counts as client").",
                    zh: "客户端与服务端是猜的：\(record.roleEvidence == .port ? "依据端口号" : "先发的一端算客户端")。"))
        }
        if record.reusesTuple {
            lines.append(Text(en: "The same address pair was used before in this capture.", zh: "这个四元组在抓包中此前用过。"))
        }
        return lines
    }
}
