import Foundation
import LinuxKernel

/// What a test may need. Where it is missing the test is skipped, except under TCPLENS_REQUIRE_ALL=1: there it runs, and
/// fails.
enum Requirements {
    static let requiresAll = ProcessInfo.processInfo.environment["TCPLENS_REQUIRE_ALL"] == "1"
    static var isRoot: Bool { requiresAll || geteuid() == 0 }
    static var canCapture: Bool { requiresAll || LiveCapture.check(interface: "lo") == nil }
    static let hasIPv6: Bool = requiresAll || FileManager.default.fileExists(atPath: "/proc/net/if_inet6")

    /// Whether this process may make a network namespace and open the TUN device's node.
    static var hasTUN: Bool {
        guard !requiresAll else { return true }
        guard access("/dev/net/tun", R_OK | W_OK) == 0 else { return false }
        return (try? NetworkNamespace()) != nil
    }

    static func has(tool: String) -> Bool {
        requiresAll || ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].contains { access($0 + tool, X_OK) == 0 }
    }
}
