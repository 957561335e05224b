// swift-tools-version: 6.2
import PackageDescription

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "amtguard",
    products: [
        .executable(name: "amtguardd", targets: ["amtguardd"]),
        .executable(name: "amtguardctl", targets: ["amtguardctl"]),
        .executable(name: "amtguard-firmware", targets: ["amtguard-firmware"]),
        // For the nested package Tools/fuzzer.
        .library(name: "AmtguardFuzz", targets: ["AmtguardFuzz"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // Headers only: what Swift cannot import from C by itself.
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CLinux"),

        // The guard. An arrow that is not here does not exist: the core imports nobody.
        .target(name: "AmtguardCore"),
        .target(name: "AmtguardLinux", dependencies: ["AmtguardCore", "CLinux", system]),
        .target(name: "AmtguardSystemd", dependencies: ["CSystemd", system]),
        .target(
            name: "AmtguardDaemon", dependencies: ["AmtguardCore", "AmtguardLinux", "AmtguardSystemd", system]),
        .executableTarget(name: "amtguardd", dependencies: ["AmtguardDaemon"]),

        // The firmware is asked by a program of its own: it opens the device, and waits as long as that takes.
        .target(name: "AmtguardMEI", dependencies: ["AmtguardCore", "AmtguardLinux", "CLinux", system]),
        .executableTarget(name: "amtguard-firmware", dependencies: ["AmtguardMEI"]),

        // What reservation, holds and redrawing can't reach, judged by the configuration of other programs. It is pure.
        .target(name: "AmtguardDoctor", dependencies: ["AmtguardCore"]),

        // The administrator's side.
        .target(
            name: "AmtguardCommands",
            dependencies: [
                "AmtguardCore", "AmtguardDoctor", "AmtguardLinux", "AmtguardSystemd", argumentParser, system,
            ]),
        .executableTarget(name: "amtguardctl", dependencies: ["AmtguardCommands", argumentParser]),

        // A host in virtual time, and what firmware sends, on the core alone.
        .target(name: "AmtguardLab", dependencies: ["AmtguardCore"]),

        // What must hold of each parser: tried by the tests and, in Tools/fuzzer, by the fuzzer.
        .target(
            name: "AmtguardFuzz",
            dependencies: [
                "AmtguardCore", "AmtguardDoctor", "AmtguardLab", "AmtguardLinux", "AmtguardSystemd", "AmtguardMEI",
                "CLinux", system,
            ]),

        // What several of the targets below need: the checkout, and programs that run to their end.
        .target(name: "AmtguardTestTools", path: "Tests/AmtguardTestTools", exclude: ["validate.py"]),
        .testTarget(name: "AmtguardCoreTests", dependencies: ["AmtguardCore", "AmtguardLab", "AmtguardTestTools"]),
        // The daemon and the lab, for a walk of both on the kernel's list.
        .testTarget(
            name: "AmtguardLinuxTests",
            dependencies: [
                "AmtguardLinux", "AmtguardCore", "AmtguardDaemon", "AmtguardLab", "AmtguardSystemd", "CLinux", system,
            ]),
        .testTarget(name: "AmtguardSystemdTests", dependencies: ["AmtguardSystemd", "CSystemd", system]),
        .testTarget(
            name: "AmtguardDaemonTests",
            dependencies: ["AmtguardDaemon", "AmtguardLinux", "AmtguardSystemd", "AmtguardCore", system]),
        .testTarget(
            name: "AmtguardMEITests",
            dependencies: [
                "AmtguardMEI", "AmtguardLinux", "AmtguardLab", "AmtguardCore", "amtguard-firmware", system,
            ]),
        .testTarget(
            name: "AmtguardCommandsTests",
            dependencies: ["AmtguardCommands", "AmtguardCore", "AmtguardDoctor", "AmtguardTestTools"],
            exclude: ["Golden"]),
        .testTarget(
            name: "AmtguardDoctorTests", dependencies: ["AmtguardDoctor", "AmtguardCore", "AmtguardTestTools"],
            exclude: ["Defaults"]),
        .testTarget(name: "AmtguardLabTests", dependencies: ["AmtguardLab", "AmtguardCore"]),
        .testTarget(name: "AmtguardFuzzTests", dependencies: ["AmtguardFuzz"]),
        // The files beside the code: what is installed, manual and completions among it.
        .testTarget(
            name: "AmtguardPackagingTests",
            dependencies: [
                "AmtguardCore", "AmtguardDaemon", "AmtguardMEI", "AmtguardCommands", "AmtguardTestTools",
                argumentParser,
            ]),
        .testTarget(name: "AmtguardSystemTests", dependencies: ["amtguardd", "amtguardctl", "AmtguardTestTools"]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            // https://www.swift.org/migration/documentation/migrationguide/
            .swiftLanguageMode(.v6),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
            .strictMemorySafety(),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0480-swiftpm-warning-control.md
            .treatAllWarnings(as: .error),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
            .enableUpcomingFeature("ExistentialAny"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
            .enableUpcomingFeature("InternalImportsByDefault"),
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
            .enableUpcomingFeature("MemberImportVisibility"),
            // One setting for every module, or their views of glibc disagree: O_PATH, pipe2, memfd_create, pidfd_open.
            .unsafeFlags(["-Xcc", "-D_GNU_SOURCE"]),
        ]
}

// What the daemon and its helper are made of. Neither module is imported behind its back: regular expressions would add a megabyte of
// parser, and the concurrency runtime threads of its own.
let daemon = [
    "AmtguardCore", "AmtguardLinux", "AmtguardSystemd", "AmtguardDaemon", "amtguardd", "AmtguardMEI",
    "amtguard-firmware",
]
for target in package.targets where daemon.contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .unsafeFlags([
                "-Xfrontend", "-disable-implicit-string-processing-module-import",
                "-Xfrontend", "-disable-implicit-concurrency-module-import",
            ])
        ]
}
