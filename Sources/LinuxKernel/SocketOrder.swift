import TCPState
import TCPWire

/// The order in which sockets are listed: listeners first, then by address and port.
package enum SocketOrder {
    private struct Key {
        let rank: UInt8
        let local: Endpoint
        let remote: Endpoint
        let index: Int

        static func < (left: Key, right: Key) -> Bool {
            if left.rank != right.rank { return left.rank < right.rank }
            if left.local != right.local { return left.local < right.local }
            return left.remote < right.remote
        }
    }

    /// The entries in the order of a list.
    package static func sorted(_ entries: [SocketEntry]) -> [SocketEntry] {
        let keys = entries.indices.map { index in
            let entry = entries[index]
            return Key(rank: entry.state == .listen ? 0 : 1, local: entry.local, remote: entry.remote, index: index)
        }
        return keys.sorted(by: <).map { entries[$0.index] }
    }
}
