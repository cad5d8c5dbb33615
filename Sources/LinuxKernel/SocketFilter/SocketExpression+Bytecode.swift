import FlatMemory

/// The program by which the kernel itself selects sockets (INET_DIAG_REQ_BYTECODE, `linux/inet_diag.h`, struct
/// inet_diag_bc_op), so that sockets which do not match are never copied to this process.
///
/// Each instruction has two jump distances in octets, counted from its own start: `yes` if its condition holds, which
/// is always the instruction's length, and `no` if it does not. A socket matches if the program reaches its end
/// exactly; it is rejected by a jump to four octets after the end.
extension SocketExpression {
    private enum Operation {
        static let jump: UInt8 = 1
        static let localAtLeast: UInt8 = 2
        static let localAtMost: UInt8 = 3
        static let remoteAtLeast: UInt8 = 4
        static let remoteAtMost: UInt8 = 5
        static let autobound: UInt8 = 6
        static let local: UInt8 = 7
        static let remote: UInt8 = 8
        static let mark: UInt8 = 10
        static let cgroup: UInt8 = 13
    }

    /// The most octets of a program: jumps and the length of a netlink attribute have 16 bits.
    private static let longest = 60_000

    /// The program for this condition; `nil` if it would be too long for the kernel, or if ss makes none for it.
    package var bytecode: [UInt8]? {
        switch self {
        case .list(let first, let links):
            guard var program = first.bytecode else { return nil }
            for link in links {
                guard let next = link.condition.bytecode, program.count + next.count < Self.longest else { return nil }
                switch link.join {
                case .and: Self.moveRejections(of: &program, by: next.count)
                case .or: Self.append(Operation.jump, 4, next.count + 4, to: &program)
                }
                program += next
            }
            return program
        case .not(let condition):
            guard var program = condition.bytecode else { return nil }
            // After a match, this jump leads to four octets after the end. A rejection of the inner program, which led
            // to four octets after its own end, now leads to the end of this program.
            Self.append(Operation.jump, 4, 8, to: &program)
            return program
        case .host(let end, let host): return Self.program(host, end == .local ? Operation.local : Operation.remote)
        case .portAtLeast(let end, let port):
            return Self.program(port, end == .local ? Operation.localAtLeast : Operation.remoteAtLeast)
        case .portAtMost(let end, let port):
            return Self.program(port, end == .local ? Operation.localAtMost : Operation.remoteAtMost)
        case .autobound: return Self.instruction(Operation.autobound, [])
        case .device:
            // The kernel can check this (INET_DIAG_BC_DEV_COND), but ss does not ask it to. With ss's own check alone,
            // more IPv6 sockets match an IPv4 network than with both, so the kernel is not asked here either.
            return nil
        case .mark(let mark, let mask):
            return Self.instruction(Operation.mark, Self.native(mark) + Self.native(mask))
        case .cgroup(let id): return Self.instruction(Operation.cgroup, Self.native(id))
        }
    }

    private static func program(_ host: HostCondition, _ operation: UInt8) -> [UInt8] {
        let family: UInt8
        let count: Int
        switch host.family {
        case .ipv4: (family, count) = (SocketDiagnostics.familyIPv4, 1)
        case .ipv6: (family, count) = (SocketDiagnostics.familyIPv6, 4)
        case nil: (family, count) = (0, 0)
        }
        // struct inet_diag_hostcond: family, prefix length, two octets of padding, the port as an int (-1: any),
        // address.
        var condition: [UInt8] = [family, host.prefixLength, 0, 0]
        condition.append(native: host.port.map(Int32.init) ?? -1)
        for word in host.words.prefix(count) { condition.append(bigEndian: word) }
        return instruction(operation, condition)
    }

    /// A comparison with a port, which is stored in the field `no` of a second instruction.
    private static func program(_ port: UInt16, _ operation: UInt8) -> [UInt8] {
        instruction(operation, [0, 0] + native(port))
    }

    private static func instruction(_ operation: UInt8, _ operands: [UInt8]) -> [UInt8] {
        var program: [UInt8] = []
        append(operation, 4 + operands.count, 8 + operands.count, to: &program)
        return program + operands
    }

    private static func append(_ operation: UInt8, _ yes: Int, _ no: Int, to program: inout [UInt8]) {
        program.append(operation)
        program.append(UInt8(truncatingIfNeeded: yes))
        program.append(native: UInt16(truncatingIfNeeded: no))
    }

    private static func native<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: number)
        return bytes
    }

    /// Lengthens the jumps by which `program` rejects a socket, so that they lead past another program of `length`
    /// octets that will be appended.
    private static func moveRejections(of program: inout [UInt8], by length: Int) {
        var place = 0
        while place + 4 <= program.count {
            let no = unsafe program.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: place + 2, as: UInt16.self)
            }
            if Int(no) == program.count - place + 4 {
                program.replaceSubrange(
                    place + 2..<place + 4, with: native(UInt16(truncatingIfNeeded: Int(no) + length)))
            }
            place += max(4, Int(program[place + 1]))
        }
    }
}
