import LinuxKernel
import Narration

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The warnings that explain why some sockets are shown without the processes that hold them.
enum SocketOwnerWords {
    static func missing(_ gap: SocketOwners.Gap) -> Text {
        switch (gap, geteuid() == 0) {
        case (.notPermitted, false):
            Text(
                en: "tcplens: processes of other users are not shown: run it with sudo",
                zh: "tcplens：其他用户的进程未显示：请用 sudo 运行")
        case (.notPermitted, true):
            Text(
                en: "tcplens: some processes are not shown: CAP_SYS_PTRACE is missing for them",
                zh: "tcplens：部分进程未显示：查看它们需要 CAP_SYS_PTRACE 权限")
        case (.tooManyFiles, _):
            Text(
                en: "tcplens: some processes are not shown: too many open files; raise the limit with: ulimit -n 4096",
                zh: "tcplens：部分进程未显示：打开的文件过多；可提高上限：ulimit -n 4096")
        }
    }
}
