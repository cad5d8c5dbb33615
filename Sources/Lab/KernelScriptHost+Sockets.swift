#if os(Linux)
    import Glibc
    import LinuxKernel
    import PacketScript
    import TCPWire

    /// Makes a script's socket calls on the kernel.
    enum SocketCalls {
        static func perform(_ call: ScriptCall) -> ScriptResult {
            switch call {
            case .socket(let isIPv6, let isNonBlocking):
                let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue) | nonBlocking(isNonBlocking)
                return plain(Int(socket(isIPv6 ? AF_INET6 : AF_INET, type, Int32(IPPROTO_TCP))))
            case .bind(let descriptor, let endpoint):
                return unsafe plain(Int(SocketName(endpoint).withAddress { unsafe bind(descriptor, $0, $1) }))
            case .listen(let descriptor, let backlog): return plain(Int(listen(descriptor, backlog)))
            case .accept(let descriptor, let isNonBlocking): return accepted(descriptor, isNonBlocking)
            case .connect(let descriptor, let endpoint):
                return unsafe plain(Int(SocketName(endpoint).withAddress { unsafe connect(descriptor, $0, $1) }))
            case .receive(let descriptor, let count, let flags, let wantsControl):
                return KernelMessages.received(descriptor, count, flags, wantsControl: wantsControl)
            case .send(let descriptor, let octets, let flags, let destination):
                return sent(descriptor, octets, flags, destination)
            case .shutdown(let descriptor, let direction): return plain(Int(shutdown(descriptor, direction.rawValue)))
            case .close(let descriptor): return plain(Int(close(descriptor)))
            case .setNonBlocking(let descriptor, let isOn):
                return plain(Int(fcntl(descriptor, F_SETFL, O_RDWR | (isOn ? O_NONBLOCK : 0))))
            case .statusFlags(let descriptor):
                return plain(Int(fcntl(descriptor, F_GETFL)))
            case .setOption(let descriptor, let option, let value): return set(descriptor, option, value)
            case .getOption(let descriptor, let option): return get(descriptor, option)
            case .queueLength(let descriptor, let queue): return queueLength(descriptor, queue)
            case .poll(let interests, let milliseconds): return polled(interests, milliseconds)
            case .epollCreate: return plain(Int(EventPoll.create()))
            case .epollControl(let descriptor, let operation, let watched, let entry):
                let wanted = EventPoll.Entry(events: entry.events, data: entry.data)
                return plain(Int(EventPoll.control(descriptor, operation.rawValue, watched, wanted)))
            case .epollWait(let descriptor, let limit, let milliseconds):
                return waited(descriptor, limit, milliseconds)
            case .withoutBuffer(let call): return withoutBuffer(call)
            }
        }

        private static func nonBlocking(_ isOn: Bool) -> Int32 { isOn ? Int32(SOCK_NONBLOCK.rawValue) : 0 }

        /// Converts a call's return value. It must be used directly after the call, because it reads the thread's
        /// errno.
        static func plain(_ value: Int) -> ScriptResult {
            let code = errno
            let now = SystemClock.ticks()
            return value < 0 ? ScriptResult(failed: code, at: now) : ScriptResult(Int64(value), at: now)
        }

        private static func accepted(_ descriptor: Int32, _ isNonBlocking: Bool) -> ScriptResult {
            var made: Int32 = -1
            var code: Int32 = 0
            let peer = unsafe SocketName.written { address, length in
                made = unsafe accept(descriptor, address, length)
                code = errno
                return made >= 0 ? 0 : -1
            }
            if made >= 0 {
                _ = fcntl(made, F_SETFD, FD_CLOEXEC)
                if isNonBlocking { _ = fcntl(made, F_SETFL, O_RDWR | O_NONBLOCK) }
            }
            errno = code
            var result = plain(Int(made))
            result.peer = peer?.endpoint
            return result
        }

        private static func sent(
            _ descriptor: Int32, _ octets: [UInt8], _ flags: MessageFlags, _ destination: Endpoint?
        ) -> ScriptResult {
            // SIGPIPE would end the program that runs the script.
            let flags = flags.union(.noSignal).rawValue
            guard let destination else { return unsafe plain(send(descriptor, octets, octets.count, flags)) }
            var count = -1
            _ = unsafe SocketName(destination).withAddress { address, length in
                count = unsafe sendto(descriptor, octets, octets.count, flags, address, length)
                return 0
            }
            return plain(count)
        }

        private static func set(
            _ descriptor: Int32, _ option: SocketOption, _ value: SocketOption.Value
        ) -> ScriptResult {
            switch value {
            case .integer(var number):
                return unsafe plain(Int(setsockopt(descriptor, option.level, option.name, &number, 4)))
            case .linger(let isOn, let seconds):
                var value = linger(l_onoff: isOn ? 1 : 0, l_linger: seconds)
                let size = socklen_t(MemoryLayout<linger>.size)
                return unsafe plain(Int(setsockopt(descriptor, option.level, option.name, &value, size)))
            case .octets(let octets):
                return unsafe plain(
                    Int(setsockopt(descriptor, option.level, option.name, octets, socklen_t(octets.count))))
            case .text(let text):
                return unsafe plain(
                    Int(setsockopt(descriptor, option.level, option.name, text, socklen_t(text.utf8.count))))
            }
        }

        private static func get(_ descriptor: Int32, _ option: SocketOption) -> ScriptResult {
            var buffer = [UInt8](repeating: 0, count: 64)
            var length = socklen_t(buffer.count)
            var result = unsafe plain(Int(getsockopt(descriptor, option.level, option.name, &buffer, &length)))
            guard result.errno == 0 else { return result }
            let octets = buffer.prefix(Int(length))
            func number(_ offset: Int) -> Int32 {
                unsafe octets.withUnsafeBytes {
                    unsafe offset + 4 <= $0.count ? $0.loadUnaligned(fromByteOffset: offset, as: Int32.self) : 0
                }
            }
            switch option {
            case .linger: result.option = .linger(isOn: number(0) != 0, seconds: number(4))
            case .congestion: result.option = .text(String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self))
            default: result.option = .integer(number(0))
            }
            return result
        }

        private static func queueLength(_ descriptor: Int32, _ queue: ScriptCall.Queue) -> ScriptResult {
            let request: UInt =
                switch queue {
                case .unread: 0x541b
                case .unacknowledged: 0x5411
                case .unsent: 0x894b
                }
            var length: Int32 = 0
            var result = unsafe plain(Int(ioctl(descriptor, request, &length)))
            if result.errno == 0 { result.option = .integer(length) }
            return result
        }

        private static func waited(_ descriptor: Int32, _ limit: Int32, _ milliseconds: Int32) -> ScriptResult {
            let told = EventPoll.wait(descriptor, limit: limit, milliseconds: milliseconds)
            var result = plain(Int(told.result))
            result.occurrences = told.entries.map { EpollEntry(events: $0.events, data: $0.data) }
            return result
        }

        /// The kernel cannot read from or write to a null pointer, whatever length it is given.
        private static func withoutBuffer(_ call: ScriptCall) -> ScriptResult {
            switch call {
            case .receive(let descriptor, let count, let flags, _):
                return plain(recv(descriptor, nil, count, flags.rawValue))
            case .send(let descriptor, let octets, let flags, let destination):
                let flags = flags.union(.noSignal).rawValue
                guard let destination else { return plain(send(descriptor, nil, octets.count, flags)) }
                var count = -1
                _ = unsafe SocketName(destination).withAddress { address, length in
                    count = unsafe sendto(descriptor, nil, octets.count, flags, address, length)
                    return 0
                }
                return plain(count)
            default: return ScriptResult(failed: EFAULT, at: SystemClock.ticks())
            }
        }

        private static func polled(_ interests: [ScriptCall.Interest], _ milliseconds: Int32) -> ScriptResult {
            var entries = interests.map { pollfd(fd: $0.descriptor, events: $0.events.rawValue, revents: 0) }
            var result = unsafe plain(Int(poll(&entries, nfds_t(entries.count), milliseconds)))
            result.events = entries.map { PollEvents(rawValue: $0.revents) }
            return result
        }
    }
#endif
