import ArgumentParser
import Narration

/// Whose TCP a script or the demo runs on.
enum Stage: String, CaseIterable, ExpressibleByArgument {
    /// This machine's.
    case kernel
    /// Ours, in virtual time: needs no privilege and no kernel.
    case stack
}

/// `--on`.
struct StageOption: ParsableArguments {
    @Option(
        name: .customLong("on"),
        help: .init(
            Text(
                en: "Whose TCP: the kernel's, or our own stack's in virtual time.", zh: "用哪个 TCP：本机内核，或在虚拟时间中运行的自有协议栈。"
            ).spoken, valueName: "tcp"))
    var stage: Stage = .kernel
}
