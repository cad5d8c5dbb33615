/// The container that a process runs in, as the paths of its cgroups tell (`/proc/PID/cgroup`, cgroups(7)).
public struct Container: Hashable, Sendable {
    /// What started it.
    public enum Runtime: String, Hashable, Sendable, CaseIterable {
        case docker
        case containerd
        case cri_o = "cri-o"
        case podman
        case lxc
        case systemdNspawn = "nspawn"
        /// Of a pod whose runtime the path does not name.
        case kubernetes
    }

    /// What started it, as far as the path names it.
    public var runtime: Runtime
    /// The container's number in hexadecimal, or its name; empty where only the pod is known.
    public var id: String
    /// The pod's UID.
    public var pod: String?

    /// As far as people write it: the first twelve digits.
    public var shortID: String { id.count == 64 ? String(id.prefix(12)) : id }

    /// A container that is already known, not read from a process's cgroups.
    public init(runtime: Runtime, id: String, pod: String? = nil) {
        self.runtime = runtime
        self.id = id
        self.pod = pod
    }

    /// - Parameter cgroups: the file's text, a line for each hierarchy: `0::/path` of version 2, `4:memory:/path` of
    ///   version 1. The first line that names a container decides.
    public init?(cgroups: String) {
        for line in cgroups.split(separator: "\n").prefix(64) {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let found = Self.named(by: parts[2]) else { continue }
            self = found
            return
        }
        return nil
    }

    private static func named(by path: Substring) -> Container? {
        let folders = path.split(separator: "/").prefix(64)
        let pod = folders.lazy.compactMap(podUID).first
        for (index, folder) in folders.enumerated().reversed() {
            let parent = index > 0 ? folders[index - 1] : ""
            if let (runtime, id) = member(folder, below: parent, in: pod) {
                return Container(runtime: runtime, id: id, pod: pod)
            }
        }
        return pod.map { Container(runtime: .kubernetes, id: "", pod: $0) }
    }

    /// The name of each runtime's scope, before a dash and the number.
    private static let scopes: [(String, Runtime)] = [
        ("docker", .docker), ("cri-containerd", .containerd), ("nerdctl", .containerd), ("containerd", .containerd),
        ("crio", .cri_o), ("libpod", .podman),
    ]

    private static func member(
        _ folder: Substring, below parent: Substring, in pod: String?
    ) -> (Runtime, String)? {
        // systemd's own way: `docker-NUMBER.scope`; its other spelling has colons: `PARENT:cri-containerd:NUMBER`.
        let name = folder.hasSuffix(".scope") ? folder.dropLast(6) : folder
        let last = name.split { $0 == "-" || $0 == ":" }.last ?? ""
        let before = name.dropLast(last.count).dropLast()
        if isNumber(last) {
            for (prefix, runtime) in scopes where before == prefix || before.hasSuffix(":" + prefix) {
                return (runtime, String(last))
            }
            // cgroupfs's way: a folder `docker`, a pod's folder, or podman's.
            guard last.count == name.count else { return nil }
            if parent == "docker" { return (.docker, String(last)) }
            if parent == "libpod_parent" || parent == "libpod" { return (.podman, String(last)) }
            if pod != nil { return (.kubernetes, String(last)) }
            return nil
        }
        if name.hasPrefix("lxc.payload.") { return (.lxc, String(name.dropFirst(12))) }
        if folder.hasSuffix(".scope"), name.hasPrefix("machine-") { return machine(unescaped(name.dropFirst(8))) }
        if parent == "lxc" { return (.lxc, String(name)) }
        return nil
    }

    /// A machine that is registered with systemd: nspawn's under its own name; libvirt's under its driver's name, a number, which
    /// older ones left out, and its own, and those of most drivers are no containers.
    private static func machine(_ name: String) -> (Runtime, String)? {
        let parts = name.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        let isNumbered = parts.count == 3 && !parts[1].isEmpty && parts[1].allSatisfy(\.isNumber)
        switch parts.first {
        case "qemu" where parts.count > 1: return nil
        case "ch" where isNumbered, "xen" where isNumbered, "bhyve" where isNumbered: return nil
        case "lxc" where isNumbered: return (.lxc, String(parts[2]))
        case "lxc" where parts.count > 1: return (.lxc, String(name.dropFirst(4)))
        default: return (.systemdNspawn, name)
        }
    }

    /// systemd writes octets that a unit's name may not have, and dashes, as `\\x2d`.
    private static func unescaped(_ name: Substring) -> String {
        var octets: [UInt8] = []
        var rest = name.utf8[...]
        while let octet = rest.popFirst() {
            let digits = rest.dropFirst().prefix(2)
            if octet == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), digits.count == 2,
                let value = UInt8(String(digits) ?? "", radix: 16)
            {
                octets.append(value)
                rest = rest.dropFirst(3)
            } else {
                octets.append(octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy(isHexadecimal)
    }

    /// `pod1234...`, `kubepods-burstable-pod1234_....slice`: systemd writes the UID's dashes as underscores.
    private static func podUID(_ folder: Substring) -> String? {
        var name = folder.hasSuffix(".slice") ? folder.dropLast(6) : folder
        // The colon form carries the slice before its colons.
        if let colon = name.firstIndex(of: ":") {
            name = name[..<colon]
            if name.hasSuffix(".slice") { name = name.dropLast(6) }
        }
        if name.contains("kubepods-") {
            guard let start = name.firstRange(of: "-pod") else { return nil }
            name = name[name.index(after: start.lowerBound)...]
        }
        guard name.hasPrefix("pod") else { return nil }
        let uid = name.dropFirst(3).replacing("_", with: "-")
        let digits = uid.utf8.filter { $0 != UInt8(ascii: "-") }
        let isUID = (32...36).contains(uid.utf8.count) && digits.count == 32
        return isUID && digits.allSatisfy(isHexadecimal) ? String(uid) : nil
    }

    private static func isHexadecimal(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x61...0x66).contains(octet)
    }
}
