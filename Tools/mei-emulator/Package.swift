// swift-tools-version: 6.2
import PackageDescription

// An emulated CSME: see README.md. Needs libfuse3-dev, which the product itself does not.
let package = Package(
    name: "mei-emulator",
    products: [
        .executable(name: "mei-emulator", targets: ["mei-emulator"]),
        .executable(name: "mei-client", targets: ["mei-client"]),
        .executable(name: "lms-like", targets: ["lms-like"]),
        .library(name: "EmulatedMEI", targets: ["EmulatedMEI"]),
    ],
    targets: [
        .systemLibrary(name: "CFuse", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
        // The machine, its firmware and its device: pure, in virtual time.
        .target(name: "EmulatedMEI"),
        .executableTarget(name: "mei-emulator", dependencies: ["EmulatedMEI", "CFuse"]),
        // A client that shares no code with the emulator: C, and the kernel's own header.
        .executableTarget(
            name: "mei-client",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        // Another one, which takes the ports of the host as Intel LMS does.
        .executableTarget(
            name: "lms-like",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .testTarget(name: "EmulatorTests", dependencies: ["EmulatedMEI", "mei-emulator", "mei-client", "lms-like"]),
        // Scenarios of Tests/system/firmware: they need the built guard; `make test-emulator` builds it.
        .testTarget(name: "GuardTests", dependencies: ["mei-emulator", "mei-client", "lms-like"]),
    ],
    cLanguageStandard: .gnu17
)

// The settings of the root package, for the reasons given there.
for target in package.targets where target.type != .system && !["mei-client", "lms-like"].contains(target.name) {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .unsafeFlags(["-Xcc", "-D_GNU_SOURCE"]),
    ]
}
