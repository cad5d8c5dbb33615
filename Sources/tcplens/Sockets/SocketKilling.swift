import LinuxKernel
import Narration

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `sockets -K`: ends sockets with an RST, after the user has agreed.
struct SocketKilling {
    let table: SocketTable
    let isAgreed: Bool

    func end(_ entries: [SocketEntry]) throws {
        guard isAgreed || agreement(entries.count) else {
            throw Failure(
                .usage, Text(en: "nothing was ended", zh: "没有断开任何连接"),
                next: [Text(en: "without the question:  -K --yes", zh: "不询问直接执行：  -K --yes")])
        }
        var ended = 0
        for entry in entries {
            do {
                if try table.destroy(entry) { ended += 1 }
            } catch {
                throw failure(error, ended)
            }
        }
        Screen.write(
            Text(
                en: "ended \(ended) of \(counted(entries.count, "socket"))",
                zh: "已断开 \(ended) 个套接字，共 \(entries.count) 个"
            ).spoken)
    }

    /// Asks on the terminal whether to end the sockets; `false` where there is no terminal.
    private func agreement(_ count: Int) -> Bool {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        defer { close(terminal) }
        Screen.flush()
        let question = Text(
            en: "End \(count == 1 ? "this socket" : "these \(count) sockets") with an RST? [y/N] ",
            zh: "用 RST 强制断开以上 \(count) 个套接字？[y/N] "
        ).spoken
        _ = unsafe write(terminal, question, question.utf8.count)
        var answer = [UInt8](repeating: 0, count: 64)
        let length = unsafe read(terminal, &answer, answer.count)
        // The next output must begin on a line of its own, even after Ctrl-D.
        if length <= 0 || !answer[0..<length].contains(UInt8(ascii: "\n")) { _ = unsafe write(terminal, "\n", 1) }
        guard length > 0 else { return false }
        let text = String(decoding: answer[0..<length], as: UTF8.self).lowercased()
        return ["y", "yes", "是"].contains(text.filter { !$0.isWhitespace })
    }

    private func failure(_ error: SocketTableError, _ ended: Int) -> Failure {
        switch error.code {
        case EPERM, EACCES:
            Failure(
                .notPermitted,
                Text(
                    en: "ending a socket needs CAP_NET_ADMIN (\(ended) ended)",
                    zh: "断开套接字需要 CAP_NET_ADMIN（已断开 \(ended) 个）"),
                next: [Text(en: "as root:  sudo tcplens sockets -K ...", zh: "用 root 运行：  sudo tcplens sockets -K ...")]
            )
        case EOPNOTSUPP:
            Failure(
                .unsupported,
                Text(
                    en: "this kernel cannot end that socket (CONFIG_INET_DIAG_DESTROY; \(ended) ended)",
                    zh: "本内核不支持断开该套接字（CONFIG_INET_DIAG_DESTROY；已断开 \(ended) 个）"),
                next: [
                    Text(
                        en: "end the process that holds it instead:  tcplens sockets -p",
                        zh: "可改为结束持有它的进程：  tcplens sockets -p")
                ])
        default: Failure(error)
        }
    }
}
