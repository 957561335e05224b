// swift-tools-version: 6.2
import PackageDescription

// The programs in C of bench: other writers of the list, a floor for comparison, and clocks. They are in C, so that a program
// that polls at full speed is as small as possible. They know only amtguard's command line.
let settings: [CSetting] = [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

let package = Package(
    name: "benchmarks",
    targets: [
        .target(name: "ReservedList", cSettings: settings),
        .executableTarget(name: "bare-loop", dependencies: ["ReservedList"], cSettings: settings),
        .executableTarget(name: "overwriter", dependencies: ["ReservedList"], cSettings: settings),
        .executableTarget(name: "ready-time", dependencies: ["ReservedList"], cSettings: settings),
        .executableTarget(name: "many-sockets", cSettings: settings),
        .executableTarget(name: "table-gaps", cSettings: settings),
        .executableTarget(name: "interleave", dependencies: ["ReservedList"], cSettings: settings),
    ],
    cLanguageStandard: .gnu17
)
