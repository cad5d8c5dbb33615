#if os(Linux)
    import Glibc

    /// A process that holds a socket open.
    public struct SocketOwner: Hashable, Sendable {
        public var processID: Int32
        /// The process's short name (`/proc/PID/comm`).
        public var command: String
        /// The number under which the process holds the socket.
        public var descriptor: Int32
    }

    /// Which processes hold which sockets.
    public enum SocketOwners {
        /// The owners of sockets by inode, from `/proc/PID/fd`: of all processes that this user may look into, which is every
        /// one for root and else the user's own.
        ///
        /// - Parameter inodes: the sockets asked for; `nil` for all.
        public static func byInode(_ inodes: Set<UInt32>? = nil) -> [UInt32: [SocketOwner]] {
            var owners: [UInt32: [SocketOwner]] = [:]
            for process in numbers(in: "/proc") {
                var command: String?
                let folder = "/proc/\(process)/fd"
                for descriptor in numbers(in: folder) {
                    guard let inode = socketInode("\(folder)/\(descriptor)"), inodes?.contains(inode) ?? true else {
                        continue
                    }
                    let name = command ?? commandName(process)
                    command = name
                    owners[inode, default: []].append(
                        SocketOwner(processID: process, command: name, descriptor: descriptor))
                }
            }
            return owners
        }

        /// The entries of a folder that are numbers; none where it may not be read.
        private static func numbers(in folder: String) -> [Int32] {
            guard let stream = unsafe opendir(folder) else { return [] }
            defer { unsafe closedir(stream) }
            var found: [Int32] = []
            while let entry = unsafe readdir(stream) {
                // A name ends with a 0 within its field; the entry stays until the next is read.
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                    unsafe field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee))
                    {
                        unsafe String(cString: $0)
                    }
                }
                if let number = Int32(name) { found.append(number) }
            }
            return found.sorted()
        }

        /// The inode that a link `socket:[123]` names.
        private static func socketInode(_ path: String) -> UInt32? {
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                    unsafe text.baseAddress.map { unsafe readlink(path, $0, text.count) } ?? 0
                }
            }
            guard count > 0, count < buffer.count else { return nil }
            let target = String(decoding: buffer[0..<count], as: UTF8.self)
            guard target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
            return UInt32(target.dropFirst(8).dropLast())
        }

        private static func commandName(_ process: Int32) -> String {
            let descriptor = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return "" }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return "" }
            let text = buffer[0..<count]
            return String(decoding: text.last == 10 ? text.dropLast() : text, as: UTF8.self)
        }
    }
#endif
