import Foundation
import LinuxKernel
import Testing

/// Containers and pods by the paths of cgroups, and owners from a process file system made here.
@Suite struct ContainerTests {
    private static let number = String(repeating: "0123456789abcdef", count: 4)
    private static let pod = "1a2b3c4d-0000-1111-2222-333344445555"
    private static let escapedPod = "1a2b3c4d_0000_1111_2222_333344445555"

    @Test(arguments: [
        ("0::/system.slice/docker-\(number).scope", Container(runtime: .docker, id: number)),
        ("12:cpu,cpuacct:/docker/\(number)\n0::/", Container(runtime: .docker, id: number)),
        ("4:memory:/\n3:cpu:/docker/\(number)", Container(runtime: .docker, id: number)),
        (
            "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(escapedPod).slice/cri-containerd-\(number).scope",
            Container(runtime: .containerd, id: number, pod: pod)
        ),
        (
            "0::/kubepods.slice/kubepods-pod\(escapedPod).slice/crio-\(number).scope/container",
            Container(runtime: .cri_o, id: number, pod: pod)
        ),
        (
            "5:pids:/kubepods/besteffort/pod\(pod)/\(number)",
            Container(runtime: .kubernetes, id: number, pod: pod)
        ),
        (
            "11:memory:/system.slice/containerd.service/kubepods-burstable-pod\(escapedPod).slice:cri-containerd:\(number)",
            Container(runtime: .containerd, id: number, pod: pod)
        ),
        (
            "0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod\(escapedPod).slice/cri-containerd-\(number).scope",
            Container(runtime: .containerd, id: number, pod: pod)
        ),
        ("0::/machine.slice/libpod-\(number).scope/container", Container(runtime: .podman, id: number)),
        ("9:cpu:/libpod_parent/\(number)", Container(runtime: .podman, id: number)),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(number).scope",
            Container(runtime: .podman, id: number)
        ),
        ("0::/system.slice/nerdctl-\(number).scope", Container(runtime: .containerd, id: number)),
        ("0::/lxc.payload.web1/init.scope", Container(runtime: .lxc, id: "web1")),
        ("2:cpu:/lxc/web1", Container(runtime: .lxc, id: "web1")),
        ("0::/machine.slice/machine-debian.scope/payload", Container(runtime: .systemdNspawn, id: "debian")),
        ("0::/machine.slice/machine-my\\x2dbox.scope", Container(runtime: .systemdNspawn, id: "my-box")),
        ("0::/machine.slice/machine-caf\\xc3\\xa9.scope", Container(runtime: .systemdNspawn, id: "café")),
        ("0::/machine.slice/machine-qemu.scope", Container(runtime: .systemdNspawn, id: "qemu")),
        ("0::/machine.slice/machine-lxc\\x2d7\\x2dweb\\x2d1.scope/a", Container(runtime: .lxc, id: "web-1")),
        ("0::/machine.slice/machine-lxc\\x2dweb1.scope", Container(runtime: .lxc, id: "web1")),
        ("0::/kubepods/pod\(pod)", Container(runtime: .kubernetes, id: "", pod: pod)),
    ])
    func paths(text: String, container: Container) {
        #expect(Container(cgroups: text) == container)
    }

    @Test(
        "what only looks like one",
        arguments: [
            "", "0::/", "0::/user.slice/user-1000.slice/session-2.scope", "0::/system.slice/docker.service",
            "0::/system.slice/ssh.service", "0::/docker/short", "0::/podcast/\(number)", "nonsense",
            "0::/machine.slice/machine-debian.service",
            "0::/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope/libvirt/emulator",
            "0::/machine.slice/machine-qemu\\x2dvm1.scope", "0::/machine.slice/machine-ch\\x2d3\\x2dvm1.scope",
            "0::/../..", "0::/x-\(number).scope",
        ])
    func others(text: String) {
        #expect(Container(cgroups: text) == nil)
    }

    @Test("owners of a socket: process, descriptor and container")
    func owners() throws {
        let proc = FileManager.default.temporaryDirectory.appending(path: "tcplens-test-\(UUID().uuidString)")
            .path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: proc) }
        for (process, command, cgroups) in [
            (41, "nginx", "0::/system.slice/docker-\(Self.number).scope\n"),
            (7, "sshd", "0::/system.slice/ssh.service\n"),
        ] {
            let fd = "\(proc)/\(process)/fd"
            try FileManager.default.createDirectory(atPath: fd, withIntermediateDirectories: true)
            try Data("\(command)\n".utf8).write(to: URL(filePath: "\(proc)/\(process)/comm"))
            try Data(cgroups.utf8).write(to: URL(filePath: "\(proc)/\(process)/cgroup"))
            for (number, target) in [
                ("3", "socket:[900]"), ("12", "socket:[90\(process)]"), ("5", "pipe:[900]"), ("x", "socket:[900]"),
                ("6", "socket:[nine]"), ("8", "socket:[900"),
            ] {
                #expect(symlink(target, "\(fd)/\(number)") == 0)
            }
        }
        for process in ["self", "1"] {
            try FileManager.default.createDirectory(atPath: "\(proc)/\(process)/fd", withIntermediateDirectories: true)
        }
        let owners = SocketOwners(proc: proc)
        #expect(owners[900].map(\.command).sorted() == ["nginx", "sshd"])
        #expect(owners[900].allSatisfy { $0.descriptor == 3 })
        let nginx = try #require(owners[9041].first)
        #expect(nginx.processID == 41)
        #expect(nginx.descriptor == 12)
        #expect(nginx.container?.shortID == "0123456789ab")
        #expect(owners[907].first?.container == nil)
        #expect(owners[1].isEmpty)
        #expect(owners[0].isEmpty)
        #expect(owners.gap == nil)
        // Mounted so that the first process is not listed.
        try FileManager.default.removeItem(atPath: "\(proc)/1")
        #expect(SocketOwners(proc: proc).gap == .notPermitted)
    }
}
