// swift-tools-version: 6.2
import PackageDescription

// The two small programs that demo.sh needs besides the tools of any Linux. No dependencies.
let settings: [CSetting] = [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

let package = Package(
    name: "demo",
    targets: [
        .executableTarget(name: "opener", cSettings: settings),
        .executableTarget(name: "greeter", cSettings: settings),
    ],
    cLanguageStandard: .gnu17
)
