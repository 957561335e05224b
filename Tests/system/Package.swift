// swift-tools-version: 6.2
import PackageDescription

// What the scenarios need beside the tools of any Debian: a service manager that can be watched, a login manager that
// is told when the machine sleeps, a machine that has slept, and a stranger who wishes the guard ill. No dependencies but libsystemd.
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
