// swift-tools-version: 6.2
// The rooms of TCPLens, ground floor first: a room names only rooms above it in this file as its dependencies.
// `Docs/architecture.md` says what each is for; `script/check-rooms` holds the imports to it.
import PackageDescription

let safe: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
]
let plain: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "TCPLens",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "tcplens", targets: ["tcplens"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux"),
        .target(name: "TCPWire", swiftSettings: safe),
        .target(name: "CaptureFile", dependencies: ["CZlib"], swiftSettings: safe),
        .target(name: "TCPState", swiftSettings: safe),
        .target(name: "Connections", dependencies: ["TCPWire", "CaptureFile", "TCPState"], swiftSettings: safe),
        .target(name: "Narration", dependencies: ["TCPState"], swiftSettings: plain),
        .target(
            name: "Pictures", dependencies: ["TCPWire", "TCPState", "Connections", "Narration"],
            swiftSettings: plain),
        .target(
            name: "LinuxKernel", dependencies: ["CPcap", "CLinux", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: plain),
        .target(
            name: "Lab",
            dependencies: [
                "TCPWire", "CaptureFile", "TCPState", "Connections", "LinuxKernel",
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            swiftSettings: plain),
        .executableTarget(
            name: "tcplens",
            dependencies: [
                "TCPWire", "CaptureFile", "TCPState", "Connections", "Narration", "Pictures", "LinuxKernel", "Lab",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: plain),
        .testTarget(name: "TCPWireTests", dependencies: ["TCPWire"], swiftSettings: plain),
        .testTarget(name: "CaptureFileTests", dependencies: ["CaptureFile"], swiftSettings: plain),
        .testTarget(name: "TCPStateTests", dependencies: ["TCPState"], swiftSettings: plain),
        .testTarget(
            name: "ConnectionsTests", dependencies: ["Connections", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: plain),
        .testTarget(
            name: "PicturesTests", dependencies: ["Pictures", "Narration", "Connections", "TCPWire", "TCPState"],
            swiftSettings: plain),
        .testTarget(
            name: "LinuxKernelTests", dependencies: ["LinuxKernel", "TCPWire", "TCPState"], swiftSettings: plain),
        .testTarget(
            name: "CommandTests",
            dependencies: ["tcplens", "Lab", "CaptureFile", "TCPWire", "Connections"], swiftSettings: plain),
    ],
    swiftLanguageModes: [.v6]
)
