import Foundation

/// What a test may need. Where it is missing the test is skipped, except under TCPLENS_REQUIRE_ALL=1: there it runs, and
/// fails.
enum Requirements {
    static let requiresAll = ProcessInfo.processInfo.environment["TCPLENS_REQUIRE_ALL"] == "1"
    static var isRoot: Bool { requiresAll || geteuid() == 0 }

    static func has(tool: String) -> Bool {
        requiresAll || ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].contains { access($0 + tool, X_OK) == 0 }
    }
}
