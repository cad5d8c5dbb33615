import ArgumentParser
import Lab
import Narration

extension HostKind: ExpressibleByArgument {}

/// The option `--on`, which chooses the TCP implementation: the kernel's, or the built-in stack.
struct HostOption: ParsableArguments {
    @Option(
        name: .customLong("on"),
        help: .init(
            Text(
                en: "Whose TCP: the kernel's, or our own stack's in virtual time.", zh: "使用哪个 TCP：本机内核，或在虚拟时间里运行的内置协议栈。"
            ).spoken, valueName: "tcp"))
    var host: HostKind = .kernel
}
