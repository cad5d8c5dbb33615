import ArgumentParser
import Narration

/// Checks of the combinations of options.
extension ConnectionsCommand {
    func validate() throws {
        try live.refuse(paths)
        if live.interface != nil {
            try checkLive()
        } else if files.isEmpty, !live.listsInterfaces {
            throw ValidationError(LiveOptions.noSource.spoken)
        }
        if let threads, threads < 1 {
            throw ValidationError(Text(en: "--threads counts from 1", zh: "--threads 至少为 1").spoken)
        }
        try checkEviction()
        try checkChoice()
        if follow || evict != nil, threads != nil {
            let option = follow ? "--follow" : "--evict"
            throw ValidationError(
                Text(
                    en: "\(option) reads with one processor: leave out --threads",
                    zh: "\(option) 只用一个处理器读取，请去掉 --threads"
                ).spoken)
        }
        if json, format == .tsv {
            throw ValidationError(
                Text(en: "--json and --format tsv: take one of them", zh: "--json 与 --format tsv 只能选其一").spoken)
        }
        if follow, live.interface == nil, files.count != 1 {
            throw ValidationError(
                Text(en: "--follow takes one file", zh: "--follow 只能用于一个文件").spoken)
        }
        if long, format == .tsv || format == .zeek {
            throw ValidationError(
                Text(
                    en: "--long goes with a table or --json, not with --format \(format.rawValue)",
                    zh: "--long 可用于表格或 --json，不能与 --format \(format.rawValue) 同时使用"
                ).spoken)
        }
        if let limit, limit < 1 { throw ValidationError(Text(en: "--limit counts from 1", zh: "--limit 至少为 1").spoken) }
    }

    /// Refuses options that need all connections: rows of an interface are written as its connections end.
    private func checkLive() throws {
        if sort != nil || by != nil || long || format == .zeek || ring != nil || threads != nil {
            throw ValidationError(
                Text(
                    en:
                        "-i writes rows as connections end: leave out --sort, --by, --long, --format zeek, --ring and --threads (tcpdump -w keeps packets for these)",
                    zh: "-i 在连接结束时逐行输出：请去掉 --sort、--by、--long、--format zeek、--ring 和 --threads（需要时先用 tcpdump -w 保存）"
                ).spoken)
        }
    }

    private func checkEviction() throws {
        guard evict != nil else { return }
        if sort != nil || long || format == .zeek || by != nil {
            throw ValidationError(
                Text(
                    en: "--evict writes rows as connections end: leave out --sort, --long, --by and --format zeek",
                    zh: "--evict 在连接结束时逐行输出：请去掉 --sort、--long、--by 和 --format zeek"
                ).spoken)
        }
    }

    /// Refuses options of connections' usual rows where groups (`--by`) or chosen columns (`-e`) replace those rows.
    private func checkChoice() throws {
        if by != nil, long || sort != nil || format == .zeek || !columns.isEmpty {
            throw ValidationError(
                Text(
                    en: "--by writes a row for each group: leave out --long, --sort, -e and --format zeek",
                    zh: "--by 每组输出一行：请去掉 --long、--sort、-e 和 --format zeek"
                ).spoken)
        }
        if !columns.isEmpty, long || json || format == .json || format == .zeek {
            throw ValidationError(
                Text(
                    en: "-e chooses columns of a table or of --format tsv: leave out --long, --json and --format zeek",
                    zh: "-e 选择表格或 --format tsv 的列：请去掉 --long、--json 和 --format zeek"
                ).spoken)
        }
    }
}
