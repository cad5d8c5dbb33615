#if os(Linux)
    import CaptureFile
    import Glibc
    import LinuxKernel
    import PacketScript

    /// recvmsg(2) for a script: data, and the control messages that come with it.
    enum KernelMessages {
        static func received(
            _ descriptor: Int32, _ count: Int, _ flags: MessageFlags, wantsControl: Bool
        ) -> ScriptResult {
            var buffer = [UInt8](repeating: 0, count: max(count, 1))
            var space = [UInt8](repeating: 0, count: wantsControl ? 1024 : 0)
            var spaceUsed = 0
            let (result, told) = unsafe buffer.withUnsafeMutableBytes { buffer in
                var vector = unsafe iovec(iov_base: buffer.baseAddress, iov_len: count)
                return unsafe withUnsafeMutablePointer(to: &vector) { pointer in
                    unsafe space.withUnsafeMutableBytes { space in
                        var message = unsafe msghdr()
                        unsafe message.msg_iov = unsafe pointer
                        unsafe message.msg_iovlen = 1
                        if unsafe !space.isEmpty {
                            unsafe message.msg_control = space.baseAddress
                            unsafe message.msg_controllen = space.count
                        }
                        let result = unsafe SocketCalls.plain(recvmsg(descriptor, &message, flags.rawValue))
                        spaceUsed = unsafe message.msg_controllen
                        return unsafe (result, MessageFlags(rawValue: message.msg_flags))
                    }
                }
            }
            var whole = result
            // With MSG_TRUNC the kernel's count includes what it discarded.
            whole.octets = Array(buffer.prefix(max(0, min(Int(result.value), count))))
            whole.messageFlags = told
            if result.errno == 0 { whole.control = controlMessages(space.prefix(min(spaceUsed, space.count))) }
            return whole
        }

        /// `struct cmsghdr`: a length in eight octets, which includes the header's sixteen; the level; the type; then
        /// the data, padded to a multiple of eight.
        static func controlMessages(_ octets: ArraySlice<UInt8>) -> [ControlMessage] {
            var messages: [ControlMessage] = []
            var rest = octets
            while rest.count >= 16 {
                let length = Int(truncatingIfNeeded: word(rest, 0, size: 8))
                guard length >= 16, length <= rest.count else { break }
                let data = rest.dropFirst(16).prefix(length - 16)
                let level = Int32(truncatingIfNeeded: word(rest, 8))
                let type = Int32(truncatingIfNeeded: word(rest, 12))
                if let value = value(data, level, type) {
                    messages.append(ControlMessage(level: level, type: type, value))
                }
                rest = rest.dropFirst((length + 7) & ~7)
            }
            return messages
        }

        private static func value(_ data: ArraySlice<UInt8>, _ level: Int32, _ type: Int32) -> ControlMessage.Value? {
            switch ControlMessage.Kind(level: level, type: type) {
            case .inQueue? where data.count >= 4: return .integer(Int64(Int32(truncatingIfNeeded: word(data, 0))))
            case .timestamping? where data.count >= 16:
                // The timestamp is of the wall clock. Its age is computed, to convert it to the monotonic clock.
                let seconds = Int64(bitPattern: word(data, 0, size: 8))
                let rest = Int64(bitPattern: word(data, 8, size: 8))
                let age = SystemClock.now().nanoseconds &- (seconds &* 1_000_000_000 &+ rest)
                return .time(SystemClock.ticks() &- age)
            case .error? where data.count >= 16:
                let kinds = data.dropFirst(4).prefix(3).map { $0 }
                return .error(
                    ControlMessage.ExtendedError(
                        errno: UInt32(truncatingIfNeeded: word(data, 0)), origin: kinds[0], type: kinds[1],
                        code: kinds[2], info: UInt32(truncatingIfNeeded: word(data, 8)),
                        data: UInt32(truncatingIfNeeded: word(data, 12))))
            default: return nil
            }
        }

        /// A number in the machine's byte order.
        private static func word(_ octets: ArraySlice<UInt8>, _ offset: Int, size: Int = 4) -> UInt64 {
            var value: UInt64 = 0
            for (index, octet) in octets.dropFirst(offset).prefix(size).enumerated() {
                #if _endian(little)
                    value |= UInt64(octet) << (8 * UInt64(index))
                #else
                    value = value << 8 | UInt64(octet)
                #endif
            }
            return value
        }
    }
#endif
