// swift-tools-version: 6.2
import PackageDescription

// What run.sh measures with: other writers of the list, a floor to compare with, and clocks. C, so that a program that
// polls as fast as it can is as small as can be. They know nothing of amtguard but its command line.
let settings: [CSetting] = [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

let package = Package(
    name: "benchmarks",
    targets: [
        .target(name: "ReservedList", cSettings: settings),
        .executableTarget(name: "bare-loop", dependencies: ["ReservedList"], cSettings: settings),
        .executableTarget(name: "overwriter", dependencies: ["ReservedList"], cSettings: settings),
        .executableTarget(name: "ready-time", dependencies: ["ReservedList"], cSettings: settings),
        .executableTarget(name: "many-sockets", cSettings: settings),
        .executableTarget(name: "interleave", dependencies: ["ReservedList"], cSettings: settings),
    ],
    cLanguageStandard: .gnu17
)
