/// The container that a process runs in, derived from the paths of its cgroups (`/proc/PID/cgroup`, cgroups(7)).
public struct Container: Hashable, Sendable {
    /// The container runtime.
    public enum Runtime: String, Hashable, Sendable, CaseIterable {
        case docker
        case containerd
        case cri_o = "cri-o"
        case podman
        case lxc
        case systemdNspawn = "nspawn"
        /// The container is part of a pod, and its path does not name the runtime.
        case kubernetes
    }

    /// The container runtime, or ``Runtime/kubernetes`` where the path does not name it.
    public var runtime: Runtime
    /// The container's hexadecimal identifier, or its name; empty if only the pod is known.
    public var id: String
    /// The UID of the container's pod; `nil` if it is in none.
    public var pod: String?

    /// The identifier as it is usually shown: only the first twelve digits of a hexadecimal one.
    public var shortID: String { id.count == 64 ? String(id.prefix(12)) : id }

    /// Creates a container from values that are already known, without reading a process's cgroups.
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

    /// The name of each runtime's scope, which a dash and the container's identifier follow.
    private static let scopes: [(String, Runtime)] = [
        ("docker", .docker), ("cri-containerd", .containerd), ("nerdctl", .containerd), ("containerd", .containerd),
        ("crio", .cri_o), ("libpod", .podman),
    ]

    private static func member(
        _ folder: Substring, below parent: Substring, in pod: String?
    ) -> (Runtime, String)? {
        // systemd's form: `docker-NUMBER.scope`; another form of it has colons: `PARENT:cri-containerd:NUMBER`.
        let name = folder.hasSuffix(".scope") ? folder.dropLast(6) : folder
        let last = name.split { $0 == "-" || $0 == ":" }.last ?? ""
        let before = name.dropLast(last.count).dropLast()
        if isNumber(last) {
            for (prefix, runtime) in scopes where before == prefix || before.hasSuffix(":" + prefix) {
                return (runtime, String(last))
            }
            // cgroupfs's form: the container's directory is in a directory `docker`, in a pod's, or in podman's.
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

    /// The runtime and name of a machine that is registered with systemd; `nil` if it is a virtual machine.
    /// systemd-nspawn registers just the machine's name; libvirt registers the driver's name, a number (which older
    /// versions left out) and the machine's name, and of its drivers only `lxc` runs containers.
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

    /// Decodes the name of a systemd unit, in which dashes and octets that are not allowed are written as `\\x2d`.
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

    /// The pod's UID in a directory's name: `pod1234...`, or `kubepods-burstable-pod1234_....slice`, in which systemd
    /// writes the UID's dashes as underscores; `nil` if it has none.
    private static func podUID(_ folder: Substring) -> String? {
        var name = folder.hasSuffix(".slice") ? folder.dropLast(6) : folder
        // In the form with colons, the slice's name comes before the first colon.
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
