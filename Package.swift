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
        .systemLibrary(name: "CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .target(name: "CPcap", dependencies: ["CLibpcap"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CHint"),
        .target(name: "CLinux"),
        .target(name: "TCPWire", swiftSettings: safe),
        .target(name: "CaptureFile", dependencies: ["CZlib", "CHint"], swiftSettings: safe),
        .target(name: "TCPState", swiftSettings: safe),
        .target(name: "PacketScript", dependencies: ["TCPWire", "TCPState"], swiftSettings: safe),
        .target(name: "TCPStack", dependencies: ["TCPWire", "TCPState"], swiftSettings: safe),
        .target(
            name: "VirtualNetwork", dependencies: ["TCPWire", "CaptureFile", "TCPState", "TCPStack"],
            swiftSettings: safe),
        .target(
            name: "Connections", dependencies: ["CHint", "TCPWire", "CaptureFile", "TCPState", "TCPStack"],
            swiftSettings: safe),
        .target(
            name: "Narration", dependencies: ["TCPWire", "CaptureFile", "TCPState", "TCPStack", "Connections"],
            swiftSettings: plain),
        .target(
            name: "Pictures", dependencies: ["TCPWire", "CaptureFile", "TCPState", "Connections", "Narration"],
            swiftSettings: plain),
        .target(
            name: "LinuxKernel", dependencies: ["CPcap", "CLinux", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: plain),
        .target(
            name: "Lab",
            dependencies: [
                "TCPWire", "CaptureFile", "TCPState", "PacketScript", "TCPStack", "VirtualNetwork", "Connections",
                "LinuxKernel",
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            swiftSettings: plain),
        .executableTarget(
            name: "tcplens",
            dependencies: [
                "TCPWire", "CaptureFile", "TCPState", "PacketScript", "TCPStack", "Connections", "Narration",
                "Pictures",
                "LinuxKernel", "Lab",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: plain),
        .testTarget(name: "TCPWireTests", dependencies: ["TCPWire"], swiftSettings: plain),
        .testTarget(name: "CaptureFileTests", dependencies: ["CaptureFile"], swiftSettings: plain),
        .testTarget(name: "TCPStateTests", dependencies: ["TCPState"], swiftSettings: plain),
        .testTarget(name: "TCPStackTests", dependencies: ["TCPStack", "TCPWire", "TCPState"], swiftSettings: plain),
        .testTarget(
            name: "VirtualNetworkTests",
            dependencies: ["VirtualNetwork", "TCPStack", "TCPWire", "CaptureFile", "TCPState"], swiftSettings: plain),
        .testTarget(
            name: "PacketScriptTests", dependencies: ["PacketScript", "TCPWire", "TCPState"],
            exclude: ["Scripts"], swiftSettings: plain),
        .testTarget(
            name: "ConnectionsTests", dependencies: ["Connections", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: plain),
        .testTarget(
            name: "PicturesTests",
            dependencies: ["Pictures", "Narration", "Connections", "CaptureFile", "TCPWire", "TCPState", "TCPStack"],
            swiftSettings: plain),
        .testTarget(
            name: "LinuxKernelTests", dependencies: ["LinuxKernel", "CaptureFile", "TCPWire", "TCPState"],
            swiftSettings: plain),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "Lab", "LinuxKernel", "CaptureFile", "TCPWire", "TCPState", "PacketScript", "TCPStack",
                "VirtualNetwork",
                "Connections", "Narration", "Pictures",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "CommandTests",
            dependencies: ["tcplens", "Lab", "CaptureFile", "TCPWire", "Connections"], swiftSettings: plain),
    ],
    swiftLanguageModes: [.v6]
)

// Fuzz targets have no main of their own: libFuzzer brings it (`script/fuzz`).
if Context.environment["FUZZ"] != nil {
    let fuzzers = [
        ("FuzzWire", ["TCPWire"]), ("FuzzCapture", ["CaptureFile"]), ("FuzzSockDiag", ["LinuxKernel"]),
        ("FuzzScript", ["PacketScript", "TCPWire", "TCPState"]),
        ("FuzzConnections", ["Connections", "TCPWire", "CaptureFile", "TCPState"]),
        ("FuzzFilter", ["Connections", "TCPWire", "CaptureFile"]),
        ("FuzzStack", ["TCPStack", "TCPWire", "TCPState"]),
    ]
    for (name, rooms) in fuzzers {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: rooms.map { .byName(name: $0) }, path: "Fuzz/\(name)",
                exclude: ["FuzzScript", "FuzzFilter", "FuzzStack"].contains(name) ? ["seeds"] : [], swiftSettings: plain
            ))
        package.products.append(.executable(name: name, targets: [name]))
    }
}

// The benchmarks' own programs (`script/bench`).
if Context.environment["BENCH"] != nil {
    let benchmarks = [
        ("MakeCapture", ["TCPWire", "CaptureFile"]), ("Bench", ["CLinux"]),
        ("StackBench", ["TCPStack", "TCPWire", "VirtualNetwork"]),
    ]
    for (name, rooms) in benchmarks {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: rooms.map { .byName(name: $0) }, path: "Benchmarks/\(name)",
                swiftSettings: plain))
        package.products.append(.executable(name: name, targets: [name]))
    }
}
