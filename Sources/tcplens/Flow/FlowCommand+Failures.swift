import Narration
import Scenes
import Tracking
import WebPage

// Errors where there is nothing to draw.
extension FlowCommand {
    var changed: Failure {
        Failure(
            .badInput,
            Text(
                en: "\(path): changed while it was read; its packets are not where they were",
                zh: "\(path)：读取期间文件被改动，报文已不在原来的位置"),
            next: [Text(en: "try again once nothing writes it", zh: "等文件不再写入后重试")])
    }

    private var list: Text {
        Text(en: "list them:  \(listCommand)", zh: "列出：  \(listCommand)")
    }

    /// The command that lists the connections of the same capture.
    var listCommand: String { "tcplens connections " + (paths.count > 1 ? "--ring " : "") + path }

    func noSuchConnection(_ number: Int, of count: Int) -> Failure {
        Failure(
            .nothingMatched,
            Text(
                en: "\(path) holds \(counted(count, "connection")); there is no number \(number)",
                zh: "\(path) 中共有 \(count) 条连接，没有第 \(number) 条"),
            next: [list])
    }

    func nonePasses(of count: Int) -> Failure {
        var passing = Passing()
        passing.take(0, of: count)
        let failure = Failure.nonePasses(passing, of: [path])
        return Failure(failure.status, failure.what, next: failure.next + [list])
    }

    /// The error where no segment of the scene lies between `--from` and `--to`.
    func noSuchPackets(of scene: Scene) -> Failure {
        let numbers = scene.segmentNumbers
        let known = numbers.map {
            Text(en: " #\($0.lowerBound) to #\($0.upperBound)", zh: " #\($0.lowerBound) 到 #\($0.upperBound)")
        }
        return Failure(
            .nothingMatched,
            Text(
                en: "none of the segments lies between --from and --to; they are\(known?.english ?? " none")",
                zh: "--from 与 --to 之间没有报文段；报文段编号为\(known?.chinese ?? "空")"),
            next: [Text(en: "all of it:  tcplens flow \(path)", zh: "全部画出：  tcplens flow \(path)")])
    }

    func tooLong(_ scene: Scene, _ number: Int) -> Failure {
        let most = ConnectionPage.mostOnPaper
        return Failure(
            .badInput,
            Text(
                en:
                    "a hand-out has room for \(most) events, and connection \(number) has \(scene.rows.count)",
                zh: "练习纸最多放 \(most) 个事件，连接 \(number) 有 \(scene.rows.count) 个"),
            next: [
                Text(
                    en: "the picture alone:  tcplens flow \(path) --conn \(number) --blank --format svg",
                    zh: "只要图：  tcplens flow \(path) --conn \(number) --blank --format svg")
            ])
    }
}
