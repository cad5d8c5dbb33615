import Lab
import LinuxKernel
import Narration
import PacketScript

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension HostKind {
    /// Creates a new host, on which one script runs.
    func makeHost(_ network: ScriptNetwork, tunPath: String) throws -> any ScriptHost {
        switch self {
        case .kernel:
            #if os(Linux)
                do {
                    return try KernelScriptHost(network, tunPath: tunPath)
                } catch let error as SystemError {
                    throw Failure(host: error, tunPath: tunPath)
                }
            #else
                throw Failure.noKernelHere
            #endif
        case .stack: return StackScriptHost(network)
        }
    }

    /// Checks that hosts can be created. Where this process lacks the right, runs the program again in a user
    /// namespace, which may grant it, and waits for its end.
    ///
    /// - Returns: the exit status of the other run; `nil` where this process can create hosts itself.
    func findPrivilege(tunPath: String) throws -> ExitStatus? {
        switch self {
        case .kernel:
            #if os(Linux)
                do {
                    _ = try KernelScriptHost(.ipv4, tunPath: tunPath)
                    KernelScriptHost.hurry()
                    return nil
                } catch let error as SystemError {
                    guard error.call == "unshare", !PrivateRun.isInside else {
                        throw Failure(host: error, tunPath: tunPath)
                    }
                    return try Self.elsewhere()
                }
            #else
                throw Failure.noKernelHere
            #endif
        case .stack: return nil
        }
    }

    #if os(Linux)
        private static func elsewhere() throws -> ExitStatus {
            do throws(PrivateRun.Refusal) {
                switch try PrivateRun.repeatSelf(arguments: Array(CommandLine.arguments.dropFirst())) {
                case .exited(let code): return ExitStatus(rawValue: code) ?? .unsupported
                case .signalled: return .interrupted
                }
            } catch {
                throw Failure(host: error.error, tunPath: "")
            }
        }
    #endif
}

extension Failure {
    /// The error where a host cannot be created.
    init(host error: SystemError, tunPath: String) {
        let asRoot = Text(en: "as root:  sudo tcplens script FILE.pkt", zh: "用 root 运行：  sudo tcplens script FILE.pkt")
        switch (error.call, error.code) {
        case ("open", EACCES), ("open", EPERM):
            self.init(
                .notPermitted,
                Text(
                    en: "cannot open the TUN device \(tunPath): \(error.message)",
                    zh: "无法打开 TUN 设备 \(tunPath)：\(error.chineseMessage)"),
                next: [
                    asRoot,
                    Text(
                        en: "or for everybody:  sudo chmod 666 \(tunPath)", zh: "或对所有用户开放：  sudo chmod 666 \(tunPath)"),
                ])
        case ("open", ENOENT), ("open", ENODEV), ("open", ENXIO):
            self.init(
                .unsupported,
                Text(
                    en: "no TUN device here (\(tunPath)): \(error.message)",
                    zh: "这里没有 TUN 设备（\(tunPath)）：\(error.chineseMessage)"),
                next: [Text(en: "load it:  sudo modprobe tun", zh: "加载模块：  sudo modprobe tun")])
        case (_, EPERM), (_, EACCES):
            self.init(
                .notPermitted,
                Text(
                    en: "no private network to be had here (\(error.call)): \(error.message)",
                    zh: "这里无法建立私有网络（\(error.call)）：\(error.chineseMessage)"),
                next: [asRoot])
        default:
            self.init(
                .unsupported,
                Text(
                    en: "no private network to be had here (\(error.call)): \(error.message)",
                    zh: "这里无法建立私有网络（\(error.call)）：\(error.chineseMessage)"))
        }
    }

    #if !os(Linux)
        static let noKernelHere = Failure(
            .unsupported, Text(en: "--on kernel needs Linux", zh: "--on kernel 需要 Linux"))
    #endif
}
