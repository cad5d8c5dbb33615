#if os(Linux)
    import Glibc
    import Synchronization

    /// The mount point of the cgroup (v2) file system. On machines that still use cgroups of version 1, it is among
    /// other file systems in which the same inode number stands for a different group.
    package struct CgroupMount: Sendable {
        /// The mount point.
        package let path: String

        /// The mount that this process sees; `nil` where there is none.
        package static let here = WholeFile.text("/proc/self/mountinfo").flatMap(CgroupMount.init(mountinfo:))

        /// A mount that is known to be at this path; nothing is checked.
        package init(path: String) { self.path = path }

        /// Finds the mount in a process's list of mounts. A mount of the whole tree is preferred to one of a subtree.
        ///
        /// - Parameter mountinfo: the text of `/proc/PID/mountinfo` (proc_pid_mountinfo(5)).
        package init?(mountinfo: String) {
            var part: String?
            for line in mountinfo.split(separator: "\n") {
                // A varying number of fields comes before the dash; the type of the file system comes right after it.
                let fields = line.split(separator: " ")
                guard let dash = fields.firstIndex(of: "-"), dash >= 5, fields.count > dash + 1,
                    fields[dash + 1] == "cgroup2"
                else { continue }
                let path = Self.unescaped(fields[4])
                if fields[3] == "/" {
                    self.path = path
                    return
                }
                if part == nil { part = path }
            }
            guard let part else { return nil }
            path = part
        }

        /// The number of a group, which is the inode of its directory. `group` is the directory's path, or its path
        /// below the mount. `nil` if there is no such directory in this file system.
        package func number(of group: String) -> UInt64? {
            guard let device = Self.folder(path)?.st_dev else { return nil }
            let isFolder = group == path || group.hasPrefix(path + "/")
            guard let found = Self.folder(isFolder ? group : path + "/" + group), found.st_dev == device else {
                return nil
            }
            return UInt64(found.st_ino)
        }

        private static func folder(_ path: String) -> stat? {
            var status = stat()
            guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
            return status
        }

        /// Decodes a field in which space, tab, line feed and backslash are written as a backslash and three octal
        /// digits.
        private static func unescaped(_ field: Substring) -> String {
            var octets: [UInt8] = []
            var rest = field.utf8[...]
            while let octet = rest.popFirst() {
                let digits = rest.prefix(3)
                if octet == UInt8(ascii: "\\"), digits.count == 3, let value = UInt8(String(digits) ?? "", radix: 8) {
                    octets.append(value)
                    rest = rest.dropFirst(3)
                } else {
                    octets.append(octet)
                }
            }
            return String(decoding: octets, as: UTF8.self)
        }
    }

    /// The paths of cgroups (v2) by number, which is the inode of the group's directory. The tree is walked once, when
    /// the first path is asked for.
    public final class CgroupNames: Sendable {
        private let mount: CgroupMount?
        private let paths = Mutex<[UInt64: String]?>(nil)
        private static let mostFolders = 100_000

        /// The cgroups of the mount that this process sees.
        public convenience init() { self.init(mount: .here) }

        /// The cgroups below this mount; none if it is `nil`.
        package init(mount: CgroupMount?) { self.mount = mount }

        /// A cgroup's path below the mount's root, with a leading slash; `nil` if this process does not see such a
        /// cgroup.
        public func path(_ number: UInt64) -> String? {
            paths.withLock { paths in
                let known = paths ?? walk()
                paths = known
                return known[number]
            }
        }

        private func walk() -> [UInt64: String] {
            guard let root = mount?.path else { return [:] }
            var found: [UInt64: String] = [:]
            var folders = [""]
            var device: dev_t?
            while let folder = folders.popLast(), found.count < Self.mostFolders {
                var status = stat()
                guard unsafe lstat(root + folder, &status) == 0, status.st_dev == device ?? status.st_dev else {
                    continue
                }
                device = status.st_dev
                found[UInt64(status.st_ino)] = folder.isEmpty ? "/" : folder
                guard let stream = unsafe opendir(root + folder) else { continue }
                defer { unsafe closedir(stream) }
                let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
                while let entry = unsafe readdir(stream) {
                    guard unsafe entry.pointee.d_type == UInt8(DT_DIR) else { continue }
                    let name = unsafe String(
                        cString: UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self))
                    if name != ".", name != ".." { folders.append(folder + "/" + name) }
                }
            }
            return found
        }
    }
#endif
