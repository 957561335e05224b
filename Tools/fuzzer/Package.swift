// swift-tools-version: 6.2
import PackageDescription

// The fuzzer around the parsers: see run.sh. libFuzzer contains the main function, hence a separate package.
let package = Package(
    name: "fuzzer",
    dependencies: [
        .package(name: "amtguard", path: "../..")
    ],
    targets: [
        .executableTarget(name: "fuzzer", dependencies: [.product(name: "AmtguardFuzz", package: "amtguard")])
    ]
)

// The settings of the root package, for the reasons given there.
for target in package.targets {
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
