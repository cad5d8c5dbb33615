import ArgumentParser
import CaptureFile
import Narration

// Checks of the combinations of options, before anything is read.
extension FlowCommand {
    /// Checks the options that choose connections, and the part of them to draw.
    func refuseChoices() throws {
        if filter != nil, connection != nil {
            throw ValidationError(
                Text(en: "-Y and --conn both choose: take one of them", zh: "-Y 与 --conn 都是选连接，只能选其一").spoken)
        }
        if let from, let to, from.number > to.number {
            throw ValidationError(
                Text(
                    en: "--from \(from.number) --to \(to.number): nothing lies between",
                    zh: "--from \(from.number) --to \(to.number)：起点在终点之后"
                ).spoken)
        }
        if hosts, explain || capturePath != nil {
            throw ValidationError(
                Text(
                    en: "--explain and -w take one connection: leave out --hosts",
                    zh: "--explain 与 -w 只用于一条连接，请去掉 --hosts"
                ).spoken)
        }
    }

    /// Refuses options that have no effect in the chosen output format.
    func refuseForms() throws {
        if explain, form.format != .text {
            throw ValidationError(
                Text(
                    en: "--explain goes with text: html and json tell the steps anyway",
                    zh: "--explain 只用于文本：html 与 json 本来就逐步说明"
                ).spoken)
        }
        if from != nil || to != nil, form.format == .json || form.format == .html || states {
            throw ValidationError(
                Text(
                    en: "--from and --to cut a ladder: text, svg or mermaid",
                    zh: "--from 与 --to 只用于时序图：文本、svg 或 mermaid"
                ).spoken)
        }
        let unfit = followed == nil ? [] : optionsOfPictures
        if !unfit.isEmpty {
            let (list, listed) = (unfit.joined(separator: ", "), unfit.joined(separator: "、"))
            throw ValidationError(
                Text(
                    en: "--follow-stream lists one connection's bytes: leave out \(list)",
                    zh: "--follow-stream 列出一条连接的内容，请去掉 \(listed)"
                ).spoken)
        }
        if isCaptureOutput { try form.refuseBesidePackets() }
        if states, form.format != .svg || form.blank || title != nil || output.width != nil {
            throw ValidationError(
                Text(
                    en: "--states goes with --format svg, without --blank, --title and --width",
                    zh: "--states 需与 --format svg 同用，且不能与 --blank、--title、--width 同用"
                ).spoken)
        }
        if states, hosts {
            throw ValidationError(
                Text(
                    en: "--states shows one connection: choose it with --conn", zh: "--states 只显示一条连接：请用 --conn 选择"
                ).spoken)
        }
        if hosts, form.format == .html {
            throw ValidationError(
                Text(
                    en: "a page shows one connection: choose it with --conn, or draw all with --hosts --format svg",
                    zh: "网页只能显示一条连接：请用 --conn 选择，或用 --hosts --format svg 画出全部"
                ).spoken)
        }
    }

    /// The given options that have no effect on a list of bytes (`--follow-stream`).
    private var optionsOfPictures: [String] {
        [
            (absolute, "-S"), (payload, "-A"), (all, "--all"), (explain, "--explain"), (from != nil, "--from"),
            (to != nil, "--to"), (title != nil, "--title"), (hosts, "--hosts"), (states, "--states"),
            (form.blank, "--blank"), (form.format != .text && !states, "--format \(form.format.rawValue)"),
            (isCaptureOutput, "-w -"),
        ].filter(\.0).map(\.1)
    }

    /// Throws where an output would overwrite a capture that is read, or both outputs name the same file.
    func refuseOverwriting() throws {
        for (written, other) in [(capturePath, "-w one.pcapng"), (form.path, "-o flow.svg")] {
            guard let written, files.contains(where: { PcapngWriter.wouldOverwrite($0, at: written) }) else { continue }
            throw Failure(
                .usage,
                Text(
                    en: "\(written) is the capture that is read: it is not written over",
                    zh: "\(written) 就是正在读取的抓包文件，不会覆盖它"),
                next: [Text(en: "take another name:  \(other)", zh: "换个名字：  \(other)")])
        }
        // Of two outputs to the same file, the second would replace the first.
        guard let packets = capturePath, packets != "-", let picture = form.path, packets == picture else { return }
        throw Failure(
            .usage,
            Text(
                en: "\(packets): -w and -o would write the same file", zh: "\(packets)：-w 与 -o 要写的是同一个文件"),
            next: [Text(en: "take another name:  -w one.pcapng", zh: "换个名字：  -w one.pcapng")])
    }

    /// Whether the packets are written to standard output, which the picture would use otherwise.
    var isCaptureOutput: Bool { capturePath == "-" }
}

/// A packet's number on the command line, as the pictures write it (`#4`) or bare.
struct PacketNumber: ExpressibleByArgument {
    let number: Int

    init?(argument: String) {
        guard let number = Int(argument.hasPrefix("#") ? String(argument.dropFirst()) : argument), number >= 1 else {
            return nil
        }
        self.number = number
    }
}
