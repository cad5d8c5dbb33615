// swift-tools-version: 6.2
// The rooms of TCPLens, ground floor first: a room names only rooms above it in this file as its dependencies.
// `Docs/architecture.md` says what each is for; `script/check-rooms` holds the imports to it.
import PackageDescription

/// Of tests, benchmarks and fuzz targets.
let plain: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]
/// Of the rooms.
let safe = plain + [.strictMemorySafety()]

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
        .target(name: "FlatMemory", dependencies: ["CHint"], swiftSettings: safe),
        .target(name: "TCPWire", dependencies: ["FlatMemory"], swiftSettings: safe),
        .target(name: "CaptureFile", dependencies: ["CZlib", "FlatMemory"], swiftSettings: safe),
        .target(name: "TCPState", swiftSettings: safe),
        .target(name: "PacketScript", dependencies: ["FlatMemory", "TCPWire"], swiftSettings: safe),
        .target(name: "TCPStack", dependencies: ["FlatMemory", "TCPWire", "TCPState"], swiftSettings: safe),
        .target(
            name: "VirtualNetwork", dependencies: ["FlatMemory", "TCPWire", "CaptureFile", "TCPState", "TCPStack"],
            swiftSettings: safe),
        .target(
            name: "Tracking", dependencies: ["CHint", "FlatMemory", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: safe),
        .target(
            name: "Measures", dependencies: ["TCPWire", "CaptureFile", "TCPState", "Tracking"], swiftSettings: safe),
        .target(
            name: "Settling", dependencies: ["FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking"],
            swiftSettings: safe),
        .target(
            name: "Queries", dependencies: ["TCPWire", "CaptureFile", "TCPState", "Tracking", "Measures"],
            swiftSettings: safe),
        .target(
            name: "Passes", dependencies: ["FlatMemory", "TCPWire", "CaptureFile", "Tracking", "Measures", "Settling"],
            swiftSettings: safe),
        .target(
            name: "Stories", dependencies: ["FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking"],
            swiftSettings: safe),
        .target(
            name: "LinuxKernel", dependencies: ["CPcap", "CLinux", "FlatMemory", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: safe),
        .target(
            name: "Lab",
            dependencies: [
                "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "PacketScript", "TCPStack", "VirtualNetwork",
                "Tracking", "Passes", "Stories", "LinuxKernel",
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            swiftSettings: safe),
        .target(
            name: "Narration",
            dependencies: [
                "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "PacketScript", "Tracking", "Measures", "Settling",
                "Queries", "Stories", "LinuxKernel", "Lab",
            ],
            swiftSettings: safe),
        .target(
            name: "Scenes",
            dependencies: ["FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Stories", "Narration"],
            swiftSettings: safe),
        .target(
            name: "Pictures",
            dependencies: ["FlatMemory", "TCPWire", "TCPState", "Tracking", "Stories", "Narration", "Scenes"],
            swiftSettings: safe),
        .target(
            name: "Drawings",
            dependencies: ["TCPWire", "TCPState", "Tracking", "Stories", "Narration", "Scenes"],
            swiftSettings: safe),
        .target(
            name: "Documents",
            dependencies: [
                "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "PacketScript", "Tracking", "Measures", "Queries",
                "Stories", "LinuxKernel", "Lab", "Narration",
            ],
            swiftSettings: safe),
        // Its files are embedded by the compiler, not copied: `exclude` keeps them from being taken for sources.
        .target(name: "CPageFiles", exclude: ["Files"]),
        .target(
            name: "WebPage",
            dependencies: [
                "CPageFiles", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Stories", "Narration", "Scenes",
                "Drawings",
                "Documents",
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "tcplens",
            dependencies: [
                "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "PacketScript", "Tracking", "Measures",
                "Queries", "Passes", "Stories", "LinuxKernel", "Lab", "Narration", "Scenes", "Pictures", "Drawings",
                "Documents", "WebPage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: safe),
        // What several rooms' tests are written with.
        .target(
            name: "Transcripts",
            dependencies: [
                "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Settling", "Stories", "Passes",
            ],
            path: "Tests/Transcripts", swiftSettings: plain),
        // What compares all views of a connection, for its tests and for the long run (`script/bench agreement`).
        .target(
            name: "Agreement",
            dependencies: [
                "Transcripts", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Measures", "Settling", "Queries",
                "Passes", "Stories", "Documents",
            ],
            path: "Tests/Agreement", swiftSettings: plain),
        // What compares our own TCP with the kernel's, exchange by exchange, for a test and for the long run
        // (`DifferentialRun`).
        .target(
            name: "Differential",
            dependencies: [
                "FlatMemory", "TCPWire", "TCPState", "PacketScript", "TCPStack", "VirtualNetwork", "LinuxKernel", "Lab",
            ],
            path: "Tests/Differential", swiftSettings: plain),
        .testTarget(
            name: "AgreementTests", dependencies: ["Agreement", "Transcripts", "CaptureFile"], swiftSettings: plain),
        .testTarget(name: "TCPWireTests", dependencies: ["FlatMemory", "TCPWire"], swiftSettings: plain),
        .testTarget(name: "CaptureFileTests", dependencies: ["CaptureFile"], swiftSettings: plain),
        .testTarget(name: "TCPStateTests", dependencies: ["TCPState"], swiftSettings: plain),
        .testTarget(
            name: "TCPStackTests", dependencies: ["FlatMemory", "TCPStack", "TCPWire", "TCPState"], swiftSettings: plain
        ),
        .testTarget(
            name: "VirtualNetworkTests",
            dependencies: ["VirtualNetwork", "TCPStack", "TCPWire", "CaptureFile", "TCPState"],
            swiftSettings: plain),
        .testTarget(
            name: "PacketScriptTests", dependencies: ["FlatMemory", "PacketScript", "TCPWire"],
            exclude: ["Scripts"], swiftSettings: plain),
        .testTarget(
            name: "TrackingTests",
            dependencies: [
                "Transcripts", "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Passes", "Stories",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "MeasuresTests",
            dependencies: [
                "Transcripts", "FlatMemory", "TCPWire", "CaptureFile", "Tracking", "Passes", "Measures", "Stories",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "SettlingTests",
            dependencies: [
                "Agreement", "Transcripts", "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Passes",
                "Settling",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "QueriesTests",
            dependencies: [
                "Transcripts", "TCPWire", "CaptureFile", "Passes", "Queries",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "PassesTests",
            dependencies: [
                "Transcripts", "FlatMemory", "TCPWire", "CaptureFile", "Tracking", "Passes",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "StoriesTests",
            dependencies: [
                "Transcripts", "FlatMemory", "TCPWire", "CaptureFile", "TCPState", "Tracking", "Settling", "Passes",
                "Stories",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "PicturesTests",
            dependencies: [
                "Transcripts", "CZlib", "Scenes", "Pictures", "Drawings", "Narration", "Tracking", "Passes", "Stories",
                "CaptureFile", "TCPWire", "TCPState", "TCPStack",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "LinuxKernelTests",
            dependencies: ["LinuxKernel", "CaptureFile", "TCPWire", "TCPState"],
            swiftSettings: plain),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "Differential", "Lab", "LinuxKernel", "CaptureFile", "TCPWire", "TCPState", "PacketScript", "TCPStack",
                "VirtualNetwork",
                "Tracking", "Stories", "Narration", "Scenes", "Pictures", "Drawings", "Transcripts",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "WebPageTests",
            dependencies: [
                "WebPage", "Lab", "Narration", "Passes", "Scenes", "Stories", "CaptureFile", "TCPState", "TCPWire",
                "Tracking", "Transcripts",
            ],
            swiftSettings: plain),
        .testTarget(
            name: "DocumentsTests", dependencies: ["FlatMemory", "TCPWire", "Documents"], swiftSettings: plain),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Transcripts", "tcplens", "Lab", "CaptureFile", "TCPWire", "FlatMemory", "Stories",
            ], swiftSettings: plain),
    ],
    swiftLanguageModes: [.v6]
)

// Fuzz targets have no main of their own: libFuzzer brings it (`script/fuzz`).
if Context.environment["FUZZ"] != nil {
    let fuzzers = [
        ("FuzzWire", ["FlatMemory", "TCPWire"]), ("FuzzCapture", ["FlatMemory", "CaptureFile"]),
        ("FuzzSockDiag", ["LinuxKernel"]),
        ("FuzzScript", ["FlatMemory", "PacketScript", "TCPWire", "TCPState"]),
        (
            "FuzzConnections",
            [
                "FlatMemory", "Tracking", "Measures", "Settling", "Queries", "Passes", "Stories", "TCPWire",
                "CaptureFile", "TCPState", "Transcripts",
            ]
        ),
        (
            "FuzzFilter",
            ["FlatMemory", "Tracking", "Measures", "Queries", "Passes", "Stories", "TCPWire", "CaptureFile"]
        ),
        ("FuzzStack", ["FlatMemory", "TCPStack", "TCPWire", "TCPState"]),
        ("FuzzStep", ["Lab", "Narration", "Scenes", "Stories", "TCPState"]),
    ]
    for (name, rooms) in fuzzers {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: rooms.map { .byName(name: $0) }, path: "Fuzz/\(name)",
                exclude: ["FuzzCapture", "FuzzScript", "FuzzFilter", "FuzzStack", "FuzzStep"].contains(name)
                    ? ["seeds"] : [],
                swiftSettings: plain
            ))
        package.products.append(.executable(name: name, targets: [name]))
    }
}

// The benchmarks' own programs (`script/bench`).
if Context.environment["BENCH"] != nil {
    let benchmarks = [
        ("MakeCapture", ["FlatMemory", "TCPWire", "CaptureFile"]), ("Bench", ["CLinux"]),
        ("StackBench", ["FlatMemory", "TCPStack", "TCPWire", "VirtualNetwork"]), ("AgreementRun", ["Agreement"]),
        ("DifferentialRun", ["Differential"]), ("StoryBench", ["Stories", "Tracking", "Transcripts"]),
    ]
    for (name, rooms) in benchmarks {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: rooms.map { .byName(name: $0) }, path: "Benchmarks/\(name)",
                swiftSettings: plain))
        package.products.append(.executable(name: name, targets: [name]))
    }
}
