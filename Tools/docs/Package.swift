// swift-tools-version: 6.2
import PackageDescription

// The documentation of the core: make docs. A separate package, so that no other build fetches the plugin. It has the
// core's sources by a symbolic link, and needs no other part of the project.
let package = Package(
    name: "docs",
    dependencies: [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")],
    targets: [.target(name: "AmtguardCore")]
)

// The settings of the root package that the core's sources depend on.
for target in package.targets {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
