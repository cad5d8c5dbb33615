/// `struct epoll_event`: the events to watch for, or those that have occurred.
public struct EpollEntry: Hashable, Sendable {
    /// EPOLLIN and the others, with Linux's numbers; those that poll(2) has too are equal to its numbers.
    public var events: UInt32
    /// The data that the program wants returned with an event.
    public var data: UInt64

    /// An entry, as the program passes it or receives it.
    public init(events: UInt32, data: UInt64) {
        self.events = events
        self.data = data
    }

    /// EPOLLEXCLUSIVE: if several wait for an event, only one of them is woken.
    public static let exclusive: UInt32 = 1 << 28
    /// EPOLLONESHOT: reported once, and not again until it is requested anew.
    public static let oneShot: UInt32 = 1 << 30
    /// EPOLLET: reported when something happens, and not for as long as the condition lasts.
    public static let edgeTriggered: UInt32 = 1 << 31
}

/// The operation of epoll_ctl(2).
public enum EpollOperation: Int32, Hashable, Sendable {
    /// EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD.
    case add = 1
    case delete, modify
}

extension EpollEntry {
    /// The event in the script's notation.
    var text: String {
        let names: [(UInt32, String)] = [
            (0x1, "EPOLLIN"), (0x2, "EPOLLPRI"), (0x4, "EPOLLOUT"), (0x8, "EPOLLERR"), (0x10, "EPOLLHUP"),
            (0x2000, "EPOLLRDHUP"),
        ]
        let present = names.filter { events & $0.0 != 0 }.map(\.1)
        return "{events=\(present.isEmpty ? "0" : present.joined(separator: "|")), data=\(data)}"
    }
}
