// swift-tools-version: 6.2
import PackageDescription

// What the scenarios need beside the tools of any Debian: a service manager that can be watched, a login manager that
// is told when the machine sleeps, and somebody who borrows a hold. No dependencies but libsystemd.
let package = Package(
    name: "system-tests",
    targets: [
        .executableTarget(
            name: "service-manager",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "login-manager",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("systemd")]),
        .executableTarget(
            name: "borrower",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("systemd")]),
    ],
    cLanguageStandard: .gnu17
)
