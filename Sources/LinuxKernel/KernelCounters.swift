#if os(Linux)
    import Glibc

    /// What the kernel counts of TCP in one network namespace (`/proc/net/snmp`, the line `Tcp`, and `/proc/net/netstat`, the line
    /// `TcpExt`), and by how much that has grown from one look to the next. Used by one thread at a time.
    package final class KernelCounters {
        /// One counter that is not what it was.
        package struct Change: Hashable, Sendable {
            /// As the kernel calls it: `TCPTimeouts`, `RetransSegs`.
            package let name: String
            /// By how much it has grown.
            package let by: Int64
        }

        private let files: [Int32]
        private var buffer = [UInt8](repeating: 0, count: 1 << 16)
        /// The lines' names as they stood, and taken apart; they never change.
        private var heads: [[UInt8]] = []
        private var names: [[String]] = []
        private var last: [[Int64]] = []

        private static let lines = [Array("Tcp: ".utf8), Array("TcpExt: ".utf8)]

        /// To be made by a thread in that namespace. The files stay those of this namespace.
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

        /// What has changed since this was asked the last time, or since this was made; empty where the kernel says nothing.
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
                // Two files of one kernel: the first may fail where the second does not.
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

        /// The names behind a line's word, and the numbers of the line below with the same word; `nil` where there are none.
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
