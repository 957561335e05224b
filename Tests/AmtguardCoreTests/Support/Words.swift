import AmtguardCore

extension PortSet: ExpressibleByStringLiteral {
    /// The kernel's notation, for tables: `"623,664,16992-16995"`.
    init(stringLiteral text: String) {
        guard let set = try? PortSet(kernel: Array(text.utf8)) else { preconditionFailure("no list: \(text)") }
        self = set
    }
}

/// What amtguard requires by default.
let amt: PortSet = "623,664,16992-16995"

/// This many seconds after the start of the machine, at 2026-11-22T20:00:00Z.
func at(_ seconds: Double) -> Moment {
    Moment(Instant(sinceBoot: .seconds(seconds)), wallClock: 1_795_377_600 + Int64(seconds))
}

let scope = Memory.Scope(boot: "b007", namespace: "4:4026531840")
let sysctl = Writer(pid: 4711, command: "sysctl", unit: "systemd-sysctl.service")
