import CaptureFile
import Lab
import LinuxKernel
import Narration

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Failure {
    /// The error where a capture cannot be read or written.
    init(_ error: CaptureError) {
        switch error {
        case .notFound(let path):
            self.init(
                .badInput, Text(en: "\(Self.named(path)): no such file", zh: "\(Self.named(path))：文件不存在"),
                next: Self.whereToLook(path))
        case .notPermitted(let path):
            self.init(
                .badInput, Text(en: "\(path): permission denied", zh: "\(path)：没有访问权限"),
                next: [Text(en: "look:  ls -l \(path)", zh: "查看权限：  ls -l \(path)")])
        case .isDirectory(let path):
            self.init(
                .badInput,
                Text(en: "\(path): is a directory, not a capture file", zh: "\(path)：这是目录，不是抓包文件"),
                next: [
                    Text(
                        en: "try:  tcplens connections \(path)/*.pcap*", zh: "可试：  tcplens connections \(path)/*.pcap*")
                ])
        case .empty(let path):
            self.init(
                .badInput, Text(en: "\(Self.named(path)): is empty", zh: "\(Self.named(path))：内容为空"),
                next: [Self.howToCapture])
        case .notCapture(let path, let kind):
            let found = kind.text
            self.init(
                .badInput,
                Text(
                    en:
                        "\(Self.named(path)): not a capture file (pcap, pcapng or snoop): it looks like \(found.english)",
                    zh: "\(Self.named(path))：不是 pcap、pcapng 或 snoop 抓包文件，看起来是\(found.chinese)"),
                next: [kind.remedyText(path) ?? Self.howToCapture])
        case .notJoinable(let path, let why): self.init(joining: path, why)
        case .noSpace(let path):
            self.init(
                .badInput, Text(en: "\(path): no space left on the disk", zh: "\(path)：磁盘空间已满"),
                next: [Text(en: "look:  df -h", zh: "查看磁盘：  df -h")])
        case .tooLarge(let path):
            self.init(
                .badInput,
                Text(
                    en: "\(Self.named(path)): more connections, or segments of them, than can be counted at a time",
                    zh: "\(Self.named(path))：连接数或报文段数超出一次能统计的上限"),
                next: [
                    Text(
                        en: "take a part:  tcpdump -r \(path) -w part.pcap port 443",
                        zh: "先取出一部分：  tcpdump -r \(path) -w part.pcap port 443")
                ])
        case .brokenPipe(let path):
            self.init(
                .badInput,
                Text(en: "\(Self.named(path)): nobody reads it any more", zh: "\(Self.named(path))：管道另一端已关闭"))
        case .system(let path, let operation, let code):
            let reason = SystemError(call: operation.rawValue, code: code)
            self.init(
                .badInput,
                Text(
                    en: "\(Self.named(path)): cannot \(operation.rawValue): \(reason.message)",
                    zh: "\(Self.named(path))：\(operation.chinese)失败：\(reason.chineseMessage)"))
        }
    }

    /// The error where a file cannot be joined with others to one capture.
    private init(joining path: String, _ why: JoiningFault) {
        switch why {
        case .isStream:
            self.init(
                .usage,
                Text(
                    en: "\(Self.named(path)): several files are read as one from the disk only, not through a pipe",
                    zh: "\(Self.named(path))：只有磁盘上的文件才能合在一起读，管道不行"),
                next: [Text(en: "alone:  tcplens flow \(path)", zh: "单独读取：  tcplens flow \(path)")])
        case .isPackedOtherwise(let isPacked):
            self.init(
                .badInput,
                Text(
                    en: "\(path): is \(isPacked ? "packed with gzip" : "not packed"), unlike the file before it",
                    zh: "\(path)：\(isPacked ? "经过 gzip 压缩" : "没有压缩")，与前一个文件不同"),
                next: [
                    isPacked
                        ? Text(en: "unpack it:  gunzip \(path)", zh: "先解压：  gunzip \(path)")
                        : Text(en: "pack it too:  gzip \(path)", zh: "也压缩它：  gzip \(path)")
                ])
        case .overlaps(let other):
            self.init(
                .badInput,
                Text(
                    en: "\(path) begins before \(other) ends: they were not written one after the other",
                    zh: "\(path) 在 \(other) 结束之前就已开始：不是先后写成的"),
                next: [
                    Text(
                        en: "put their packets in order first:  mergecap -w all.pcapng \(other) \(path)",
                        zh: "先按时间合并：  mergecap -w all.pcapng \(other) \(path)")
                ])
        }
    }

    /// The error where a capture cannot be written to the named file.
    init(writing error: CaptureError) {
        switch error {
        case .isDirectory(let path):
            let folder = path.hasSuffix("/") ? path : path + "/"
            self.init(
                .badInput,
                Text(en: "\(path): is a directory; -w needs a file's name", zh: "\(path)：这是目录，-w 需要文件名"),
                next: [Text(en: "try:  -w \(folder)hello.pcapng", zh: "可试：  -w \(folder)hello.pcapng")])
        case .notFound(let path) where !path.isEmpty:
            let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            self.init(
                .badInput,
                Text(en: "\(path): there is no directory \(folder)", zh: "\(path)：目录 \(folder) 不存在"),
                next: [Text(en: "make it:  mkdir -p \(folder)", zh: "创建目录：  mkdir -p \(folder)")])
        case .notPermitted(let path):
            let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            self.init(
                .badInput, Text(en: "\(path): not allowed to write there", zh: "\(path)：没有写入权限"),
                next: [Text(en: "look:  ls -ld \(folder) \(path)", zh: "查看权限：  ls -ld \(folder) \(path)")])
        case .brokenPipe(let path):
            if path == "-" { Screen.endUnread() }
            self.init(error)
        default: self.init(error)
        }
    }

    private static func named(_ path: String) -> String {
        switch path {
        case "-": Text(en: "standard input", zh: "标准输入").spoken
        case "": "''"
        default: path
        }
    }

    private static let howToCapture = Text(
        en: "to make one:  tcpdump -i any -w capture.pcap tcp", zh: "抓包方法：  tcpdump -i any -w capture.pcap tcp")

    /// Advice on a missing file: the file that was probably meant, or the command that lists the directory.
    private static func whereToLook(_ path: String) -> [Text] {
        guard !path.isEmpty else { return [Text(en: "see:  tcplens help", zh: "用法：  tcplens help")] }
        let url = URL(filePath: path)
        let directory = url.deletingLastPathComponent().path(percentEncoded: false)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            return [
                Text(en: "there is no directory \(directory) either", zh: "目录 \(directory) 也不存在或不可读")
            ]
        }
        let name = url.lastPathComponent
        guard names.count < 5000, let near = nearest(to: name, in: names.sorted()) else {
            return [Text(en: "what is there:  ls \(directory)", zh: "看看有哪些文件：  ls \(directory)")]
        }
        let meant = path.contains("/") ? String(path.dropLast(name.count)) + near : near
        return [Text(en: "did you mean:  \(meant)", zh: "是不是：  \(meant)")]
    }

    /// The most similar of these names. Only the parts before the extension are compared, because most files have the
    /// same extension.
    private static func nearest(to name: String, in names: [String]) -> String? {
        func parts(_ name: String) -> (stem: String, rest: String) {
            let dot = name.dropFirst().firstIndex(of: ".") ?? name.endIndex
            return (String(name[..<dot]), String(name[dot...]))
        }
        let (stem, rest) = parts(name)
        if let other = names.first(where: { parts($0).stem == stem }) { return other }
        let candidates = names.filter { parts($0).rest == rest }.map { parts($0).stem }
        return Nearest.word(to: stem, in: candidates).map { $0 + rest }
    }
}

extension FileOperation {
    fileprivate var chinese: String {
        switch self {
        case .open: "打开"
        case .read: "读取"
        case .write: "写入"
        case .close: "关闭"
        }
    }
}
