import TCPWire

/// A socket call of a script, with the script's own descriptor numbers, and the results that the script expects.
struct CallPlan: Sendable {
    var call: ScriptCall
    /// The call's name and arguments, for reports.
    var name: String
    /// The return value that is expected; `nil` where any will do.
    var value: Int64?
    /// The errno that is expected; `nil` where the script names none.
    var errno: Int32?
    /// The value that `getsockopt` or `ioctl` must read.
    var option: SocketOption.Value?
    /// The events that `poll` must report.
    var events: [PollEvents]?
    /// The octets that `read` must return.
    var octets: [UInt8]?
    /// The peer whose connection `accept` must return.
    var peer: Endpoint?
    var messageFlags: MessageFlags?
    /// The events that `epoll_wait` must report.
    var occurrences: [EpollEntry]?
    /// The control messages that `recvmsg` must return; their times are the script's.
    var control: [ControlMessage]?

    init(_ call: ScriptCall, name: String) {
        self.call = call
        self.name = name
    }

    /// Whether the result is a new descriptor.
    var makesDescriptor: Bool {
        switch call {
        case .socket, .accept, .epollCreate: true
        default: false
        }
    }
}

extension ScriptCall {
    /// The descriptor that the call is about; `nil` for `socket`, `poll` and `epoll_create`.
    var descriptor: Int32? {
        switch self {
        case .socket, .poll, .epollCreate: nil
        case .withoutBuffer(let call): call.descriptor
        case .bind(let number, _), .listen(let number, _), .accept(let number, _), .connect(let number, _),
            .receive(let number, _, _, _), .send(let number, _, _, _), .shutdown(let number, _), .close(let number),
            .setNonBlocking(let number, _), .statusFlags(let number), .setOption(let number, _, _),
            .getOption(let number, _), .queueLength(let number, _), .epollControl(let number, _, _, _),
            .epollWait(let number, _, _):
            number
        }
    }

    /// The same call with other descriptors, so that the script's numbers can be replaced by the host's.
    func mappingDescriptors(_ map: (Int32) -> Int32) -> ScriptCall {
        switch self {
        case .socket: self
        case .bind(let number, let endpoint): .bind(map(number), endpoint)
        case .listen(let number, let backlog): .listen(map(number), backlog: backlog)
        case .accept(let number, let isNonBlocking): .accept(map(number), isNonBlocking: isNonBlocking)
        case .connect(let number, let endpoint): .connect(map(number), endpoint)
        case .receive(let number, let count, let flags, let wantsControl):
            .receive(map(number), count: count, flags: flags, wantsControl: wantsControl)
        case .send(let number, let octets, let flags, let destination):
            .send(map(number), octets: octets, flags: flags, destination: destination)
        case .shutdown(let number, let direction): .shutdown(map(number), direction)
        case .close(let number): .close(map(number))
        case .setNonBlocking(let number, let isOn): .setNonBlocking(map(number), isOn)
        case .statusFlags(let number): .statusFlags(map(number))
        case .setOption(let number, let option, let value): .setOption(map(number), option, value)
        case .getOption(let number, let option): .getOption(map(number), option)
        case .queueLength(let number, let queue): .queueLength(map(number), queue)
        case .poll(let interests, let milliseconds):
            .poll(
                interests.map { Interest(descriptor: map($0.descriptor), events: $0.events) },
                milliseconds: milliseconds)
        case .epollCreate: self
        case .epollControl(let number, let operation, let watched, let entry):
            .epollControl(map(number), operation, map(watched), entry)
        case .epollWait(let number, let limit, let milliseconds):
            .epollWait(map(number), limit: limit, milliseconds: milliseconds)
        case .withoutBuffer(let call): .withoutBuffer(call.mappingDescriptors(map))
        }
    }
}
