/// `struct epoll_event`: what is watched for, or what came.
public struct EpollEntry: Hashable, Sendable {
    /// EPOLLIN and the others, with Linux's numbers, which are poll(2)'s for what both know.
    public var events: UInt32
    /// What the program wants told back.
    public var data: UInt64

    /// An entry as the program passes it, or gets it back.
    public init(events: UInt32, data: UInt64) {
        self.events = events
        self.data = data
    }

    /// EPOLLEXCLUSIVE: of several that wait only one is woken.
    public static let exclusive: UInt32 = 1 << 28
    /// EPOLLONESHOT: told once, until it is asked for again.
    public static let oneShot: UInt32 = 1 << 30
    /// EPOLLET: told when something happens, not while it lasts.
    public static let edgeTriggered: UInt32 = 1 << 31
}

/// What epoll_ctl(2) does.
public enum EpollOperation: Int32, Hashable, Sendable {
    /// EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD.
    case add = 1
    case delete, modify
}

extension EpollEntry {
    /// In the script's notation.
    var text: String {
        let names: [(UInt32, String)] = [
            (0x1, "EPOLLIN"), (0x2, "EPOLLPRI"), (0x4, "EPOLLOUT"), (0x8, "EPOLLERR"), (0x10, "EPOLLHUP"),
            (0x2000, "EPOLLRDHUP"),
        ]
        let present = names.filter { events & $0.0 != 0 }.map(\.1)
        return "{events=\(present.isEmpty ? "0" : present.joined(separator: "|")), data=\(data)}"
    }
}
