import Foundation
import LinuxKernel
import Testing

/// The file system of cgroups among others, and its groups by number and by path.
@Suite struct CgroupTests {
    private static let unified = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:3 - cgroup cgroup rw,cpu
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 master:2 - cgroup2 cgroup2 rw
        """

    @Test(arguments: [
        (unified, "/sys/fs/cgroup/unified"),
        ("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate", "/sys/fs/cgroup"),
        (
            "30 23 0:26 /a /mnt/part rw - cgroup2 none rw\n31 23 0:26 / /sys/fs/cgroup rw - cgroup2 none rw",
            "/sys/fs/cgroup"
        ),
        ("30 23 0:26 /a /mnt/part rw - cgroup2 none rw", "/mnt/part"),
        ("30 23 0:26 / /mnt/two\\040words\\134 rw - cgroup2 none rw", "/mnt/two words\\"),
        ("32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", nil),
        ("30 23 0:26 / /cgroup2 rw - ext4 cgroup2 rw", nil), ("- cgroup2\n- -\ncgroup2 -", nil), ("", nil),
    ])
    func mounted(mountinfo: String, path: String?) {
        #expect(CgroupMount(mountinfo: mountinfo)?.path == path)
    }

    /// Another file system that is mounted in this one has the same number for its root as this one often enough.
    @Test("folders of other file systems below it are none")
    func otherFileSystems() throws {
        func status(_ path: String) -> stat? {
            var status = stat()
            return stat(path, &status) == 0 ? status : nil
        }
        let root = try #require(status("/dev"))
        let mounted = ["pts", "shm", "mqueue"].compactMap { name in status("/dev/" + name).map { (name, $0) } }
        let other = try #require(mounted.first { $0.1.st_dev != root.st_dev })
        let names = CgroupNames(mount: CgroupMount(path: "/dev"))
        #expect(names.path(UInt64(root.st_ino)) == "/")
        if other.1.st_ino != root.st_ino { #expect(names.path(UInt64(other.1.st_ino)) != "/" + other.0) }
        let mount = CgroupMount(path: "/dev")
        #expect(mount.number(of: "/") == UInt64(root.st_ino))
        #expect(mount.number(of: "/dev") == UInt64(root.st_ino))
        #expect(mount.number(of: other.0) == nil && mount.number(of: "/dev/" + other.0) == nil)
        #expect(mount.number(of: "/../proc") == nil && mount.number(of: "null") == nil)
    }

    @Test("a group is found by its path below the mount and by its folder's own, and its path by its number")
    func groups() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "tcplens-test-\(UUID().uuidString)")
            .path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(
            atPath: root + "/system.slice/ssh.service", withIntermediateDirectories: true)
        let mount = CgroupMount(path: root)
        let number = try #require(mount.number(of: "/system.slice/ssh.service"))
        #expect(mount.number(of: root + "/system.slice/ssh.service") == number)
        #expect(mount.number(of: "system.slice/ssh.service/") == number)
        #expect(mount.number(of: "/system.slice/cron.service") == nil)
        #expect(CgroupNames(mount: mount).path(number) == "/system.slice/ssh.service")
        #expect(CgroupNames(mount: nil).path(number) == nil)
    }

    @Test(
        "this machine's groups",
        .enabled(if: Requirements.requiresAll || CgroupMount.here != nil, "needs cgroups of version 2"))
    func thisMachine() throws {
        let mount = try #require(CgroupMount.here)
        #expect(mount.number(of: "/") != nil)
        #expect(CgroupNames().path(try #require(mount.number(of: "/"))) == "/")
    }
}
