// swift-tools-version: 6.2
import PackageDescription

// Helpers of the scenarios, in addition to the tools of any Debian: a service manager and a login manager that record
// and emit messages, a library that simulates a machine after sleep, and a hostile program. No dependencies but
// libsystemd.
let package = Package(
    name: "system-tests",
    products: [.library(name: "asleep", type: .dynamic, targets: ["asleep"])],
    targets: [
        .target(
            name: "asleep", cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "service-manager",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "login-manager",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("systemd")]),
        .executableTarget(
            name: "stranger",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    ],
    cLanguageStandard: .gnu17
)
