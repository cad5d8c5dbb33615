#if os(Linux)
    import Glibc

    /// A process that holds a socket open.
    public struct SocketOwner: Hashable, Sendable {
        /// The process's number in the PID namespace that `/proc` shows.
        public var processID: Int32
        /// The process's short name (`/proc/PID/comm`).
        public var command: String
        /// The process's file descriptor for the socket.
        public var descriptor: Int32
        /// The container that the process runs in; `nil` if its cgroups name none.
        public var container: Container?
    }

    /// The processes that hold each socket, read from `/proc/PID/fd` of all processes that this user may inspect: every
    /// process for root, else the user's own.
    public struct SocketOwners: Sendable {
        private struct Holding {
            var inode: UInt32
            var process: Int32
            var descriptor: Int32
        }

        private struct Process {
            var id: Int32
            var command: String
            var container: Container?
        }

        /// The holdings, sorted by inode.
        private var holdings: [Holding] = []
        private var processes: [Process] = []
        /// Why the sockets of some process could not be seen.
        public enum Gap: Hashable, Sendable {
            /// The process is another user's, or this process may not trace it.
            case notPermitted
            /// This process, or the machine, has reached its limit of open files.
            case tooManyFiles

            init?(_ error: Int32) {
                switch error {
                case EACCES, EPERM: self = .notPermitted
                case EMFILE, ENFILE: self = .tooManyFiles
                // The process has ended in the meantime.
                default: return nil
                }
            }
        }

        /// Why owners may be missing; `nil` if every process could be inspected.
        public private(set) var gap: Gap?

        /// Creates a list without any owner.
        public init() {}

        /// Reads the owners of all sockets.
        ///
        /// - Parameter proc: the mount point of the process file system.
        public init(proc: String) {
            let all = unsafe open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if all < 0 { gap = Gap(errno) }
            unsafe Self.eachNumber(in: all) { _, id, _ in
                let folder = unsafe open("\(proc)/\(id)/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                if folder < 0, let found = Gap(errno) { gap = found }
                take(process: id, proc: proc, folder: folder)
            }
            // Process 1 never ends: if it is not listed, /proc is mounted so that other users' processes are hidden
            // (hidepid).
            if gap == nil, unsafe access("\(proc)/1", F_OK) != 0 { gap = .notPermitted }
            holdings.sort {
                ($0.inode, $0.process, $0.descriptor) < ($1.inode, $1.process, $1.descriptor)
            }
        }

        /// The processes that hold the socket with this inode, in the order in which /proc lists them.
        public subscript(inode: UInt32) -> [SocketOwner] {
            guard inode != 0 else { return [] }
            var low = 0
            var high = holdings.count
            while low < high {
                let middle = (low + high) / 2
                if holdings[middle].inode < inode { low = middle + 1 } else { high = middle }
            }
            return holdings[low...].prefix { $0.inode == inode }.map { holding in
                let process = processes[Int(holding.process)]
                return SocketOwner(
                    processID: process.id, command: process.command, descriptor: holding.descriptor,
                    container: process.container)
            }
        }

        /// Records the sockets of one process. `folder` is the descriptor of its `fd` directory, which is closed here.
        private mutating func take(process id: Int32, proc: String, folder: Int32) {
            let known = holdings.count
            unsafe Self.eachNumber(in: folder) { name, descriptor, folder in
                switch unsafe Self.target(folder, name) {
                case .socket(let inode):
                    holdings.append(Holding(inode: inode, process: Int32(processes.count), descriptor: descriptor))
                case .hidden(let found): gap = found
                case .other: return
                }
            }
            guard holdings.count > known else { return }
            let command = WholeFile.text("\(proc)/\(id)/comm") ?? ""
            let cgroups = WholeFile.text("\(proc)/\(id)/cgroup") ?? ""
            processes.append(
                Process(
                    id: id, command: command.hasSuffix("\n") ? String(command.dropLast()) : command,
                    container: Container(cgroups: cgroups)))
        }

        /// Calls `visit` for each entry of a directory whose name is a number; for none if `folder` is negative. Closes
        /// the directory.
        private static func eachNumber(in folder: Int32, _ visit: (UnsafePointer<CChar>, Int32, Int32) -> Void) {
            guard folder >= 0 else { return }
            guard let stream = unsafe fdopendir(folder) else {
                close(folder)
                return
            }
            defer { unsafe closedir(stream) }
            let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
            while let entry = unsafe readdir(stream) {
                let name = unsafe UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
                if let number = unsafe number(name, end: 0) { unsafe visit(name, Int32(clamping: number), folder) }
            }
        }

        /// The decimal number that `text` consists of up to the octet `end`; `nil` if it is not a number of at most 19
        /// digits.
        private static func number(_ text: UnsafePointer<CChar>, end: CChar) -> UInt64? {
            var number: UInt64 = 0
            for index in 0..<20 {
                let octet = unsafe text[index]
                if octet == end { return index > 0 ? number : nil }
                guard octet >= 0x30, octet <= 0x39 else { return nil }
                number = number &* 10 &+ UInt64(octet &- 0x30)
            }
            return nil
        }

        /// The target of a link in a process's `fd` directory.
        private enum Target {
            case socket(UInt32)
            case other
            /// The link may not be read although the directory may, which takes less permission.
            case hidden(Gap)
        }

        private static func target(_ folder: Int32, _ name: UnsafePointer<CChar>) -> Target {
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { space in
                guard let text = space.baseAddress else { return .other }
                let count = unsafe readlinkat(folder, name, text, 63)
                if count < 0 { return Gap(errno).map { .hidden($0) } ?? .other }
                guard count > 8, count < 63 else { return .other }
                unsafe text[count] = 0
                // `socket:[123]`; the number is the inode.
                guard unsafe strncmp(text, "socket:[", 8) == 0, let inode = unsafe number(text + 8, end: 0x5d) else {
                    return .other
                }
                return .socket(UInt32(truncatingIfNeeded: inode))
            }
        }
    }
#endif
