#if os(Linux)
    import Glibc

    /// The kernel's TCP counters of one network namespace (`/proc/net/snmp`, the line `Tcp`, and `/proc/net/netstat`,
    /// the line `TcpExt`), and how much each has grown from one reading to the next. Must be used by one thread at a
    /// time.
    package final class KernelCounters {
        /// A counter whose value has changed.
        package struct Change: Hashable, Sendable {
            /// The counter's name in the kernel: `TCPTimeouts`, `RetransSegs`.
            package let name: String
            /// The difference from the value read before.
            package let by: Int64
        }

        private let files: [Int32]
        private var buffer = [UInt8](repeating: 0, count: 1 << 16)
        /// The counters' names in each file, as text and split up; they never change.
        private var heads: [[UInt8]] = []
        private var names: [[String]] = []
        private var last: [[Int64]] = []

        private static let lines = [Array("Tcp: ".utf8), Array("TcpExt: ".utf8)]

        /// Must be called by a thread in the network namespace that is to be observed. The open files keep to that
        /// namespace.
        package init() throws(SystemError) {
            var opened: [Int32] = []
            for name in ["snmp", "netstat"] {
                let file = unsafe open("/proc/thread-self/net/\(name)", O_RDONLY | O_CLOEXEC)
                guard file >= 0 else {
                    let error = SystemError.last("open")
                    for other in opened { close(other) }
                    throw error
                }
                opened.append(file)
            }
            files = opened
            _ = changes()
        }

        deinit { for file in files { close(file) } }

        /// The counters that have changed since the last call, or since `init`; empty also if the files cannot be read.
        package func changes() -> [Change] {
            var found: [Change] = []
            for (place, file) in files.enumerated() {
                let text = read(file)
                guard let (head, values) = Self.line(Self.lines[place], in: text) else { continue }
                if place == heads.count {
                    heads.append(head)
                    names.append(String(decoding: head, as: UTF8.self).split(separator: " ").map(String.init))
                    last.append(values)
                    continue
                }
                // One of the two files may have been unreadable at first; without its names, its values mean nothing.
                guard heads.indices.contains(place), heads[place] == head else { continue }
                for (index, value) in values.enumerated() where index < names[place].count {
                    let before = index < last[place].count ? last[place][index] : 0
                    if value != before { found.append(Change(name: names[place][index], by: value &- before)) }
                }
                last[place] = values
            }
            return found
        }

        private func read(_ file: Int32) -> ArraySlice<UInt8> {
            var length = 0
            while length < buffer.count {
                let count = unsafe buffer.withUnsafeMutableBytes { place in
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: place[length...])
                    return unsafe pread(file, rest.baseAddress, rest.count, off_t(length))
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                length += count
            }
            return buffer[..<length]
        }

        /// The names in the first line that begins with `word`, and the numbers in the line after it, which must begin
        /// with `word` too; `nil` if there are no such lines.
        static func line(_ word: [UInt8], in text: ArraySlice<UInt8>) -> (names: [UInt8], values: [Int64])? {
            let lines = text.split(separator: UInt8(ascii: "\n"))
            guard let place = lines.firstIndex(where: { $0.starts(with: word) }), place + 1 < lines.count,
                lines[place + 1].starts(with: word)
            else { return nil }
            return (Array(lines[place].dropFirst(word.count)), numbers(lines[place + 1].dropFirst(word.count)))
        }

        private static func numbers(_ text: ArraySlice<UInt8>) -> [Int64] {
            text.split(separator: UInt8(ascii: " ")).map { word in
                let isNegative = word.first == UInt8(ascii: "-")
                let value = word.dropFirst(isNegative ? 1 : 0).reduce(Int64(0)) { $0 &* 10 &+ Int64($1 & 15) }
                return isNegative ? 0 &- value : value
            }
        }
    }
#endif
