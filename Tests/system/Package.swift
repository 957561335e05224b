// swift-tools-version: 6.2
import PackageDescription

// What the scenarios need beside the tools of any Debian: a service manager that can be watched. No dependencies.
let package = Package(
    name: "system-tests",
    targets: [
        .executableTarget(
            name: "service-manager",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])])
    ],
    cLanguageStandard: .gnu17
)
