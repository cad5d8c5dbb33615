#if os(Linux)
    import Foundation
    import TCPWire
    import Testing

    @testable import LinuxKernel

    @Suite("a TUN device")
    struct TUNDeviceTests {
        @Test(
            "an IPv6 address is there at once: the kernel is told that nobody else has it",
            .enabled(if: Requirements.hasTUN, "needs namespaces and a TUN device"))
        func address() throws {
            let namespace = try NetworkNamespace()
            let address = try #require(IPAddress("fd00::1"))
            let device = try TUNDevice(in: namespace, address: address, prefix: 64, mtu: 1500)
            // Address, interface, prefix, scope, flags, name. Flags: IFA_F_PERMANENT 0x80, IFA_F_NODAD 0x02; with
            // IFA_F_TENTATIVE 0x40 the kernel would refuse to bind to it, though only until its work queue has run.
            let table = try namespace.run {
                try String(contentsOfFile: "/proc/thread-self/net/if_inet6", encoding: .utf8)
            }
            let row = table.split(separator: "\n").first { $0.hasPrefix("fd000000000000000000000000000001 ") }
            let flags = row?.split(separator: " ").dropFirst(4).first
            withExtendedLifetime(device) { #expect(flags == "82", "\(table)") }
        }
    }
#endif
