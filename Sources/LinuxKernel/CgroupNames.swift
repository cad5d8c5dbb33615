#if os(Linux)
    import Glibc
    import Synchronization

    /// The paths of cgroups (v2) by number: a folder's inode below /sys/fs/cgroup. The tree is walked once, when the first is
    /// asked for.
    public final class CgroupNames: Sendable {
        private let root: String
        private let paths = Mutex<[UInt64: String]?>(nil)
        private static let mostFolders = 100_000

        public init(root: String = "/sys/fs/cgroup") { self.root = root }

        /// The path below the root, with a slash before it; `nil` where no such cgroup is seen from here.
        public func path(_ number: UInt64) -> String? {
            paths.withLock { paths in
                let known = paths ?? walk()
                paths = known
                return known[number]
            }
        }

        private func walk() -> [UInt64: String] {
            var found: [UInt64: String] = [:]
            var folders = [""]
            while let folder = folders.popLast(), found.count < Self.mostFolders {
                var status = stat()
                guard unsafe lstat(root + folder, &status) == 0 else { continue }
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
