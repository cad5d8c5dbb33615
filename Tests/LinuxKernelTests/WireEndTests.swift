#if os(Linux)
    import Foundation
    import TCPWire
    import Testing

    @testable import LinuxKernel

    @Suite("the end of a wire")
    struct WireEndTests {
        /// Left to itself, the kernel makes a new address its own when a work queue comes round to it: after some tens of
        /// microseconds, or milliseconds where it is busy.
        @Test(
            "an IPv6 address is the kernel's own as soon as the device is there",
            .enabled(if: Requirements.hasTUN, "needs namespaces and a TUN device"))
        func address() throws {
            let address = try #require(IPAddress("fd00::1"))
            for _ in 0..<20 {
                let end = try WireEnd(.tun(path: "/dev/net/tun"), address: address, prefix: 64)
                func table(_ name: String) throws -> String {
                    try end.namespace.run {
                        try String(contentsOfFile: "/proc/thread-self/net/\(name)", encoding: .utf8)
                    }
                }
                let (addresses, routes) = (try table("if_inet6"), try table("ipv6_route"))
                withExtendedLifetime(end) {
                    // Address, interface, prefix, scope, flags, name: IFA_F_PERMANENT 0x80, without IFA_F_TENTATIVE 0x40.
                    let row = addresses.split(separator: "\n").first {
                        $0.hasPrefix("fd000000000000000000000000000001 ")
                    }
                    #expect(row?.split(separator: " ").dropFirst(4).first == "80", "\(addresses)")
                    // Destination, prefix, and more; in the flags RTF_LOCAL 0x80000000.
                    let own = routes.split(separator: "\n").filter {
                        $0.hasPrefix("fd000000000000000000000000000001 80 ")
                    }
                    #expect(own.contains { $0.contains(" 80200001 ") }, "\(routes)")
                }
            }
        }
    }
#endif
