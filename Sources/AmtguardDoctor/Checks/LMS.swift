import AmtguardCore

extension Check {
    /// Intel LMS listens on AMT's ports for programs of this host. It sets SO_REUSEADDR, so a cooperative hold admits
    /// it.
    static let lms = Check("lms", of: "Intel LMS", "whether it can listen beside the holds") { examination in
        let situation = examination.situation
        guard situation.isHeldStrictly, !situation.held.isEmpty else { return }
        let isRunning = !examination.running(["lms"], byOneOf: ["root"]).isEmpty
        let units = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"]
        let isInstalled = units.contains { examination.names(in: $0).contains("lms.service") }
        guard isRunning || isInstalled else { return }
        examination.report(
            isRunning ? .warning : .note,
            "Intel LMS \(isRunning ? "runs" : "is installed"), and Hold=strict is in force",
            consequence: "it can't listen on \(situation.held), and programs of this host do not reach AMT through it",
            change: "Set Hold=cooperative in the section [Hold] of /etc/amtguard.conf, run systemctl reload amtguardd, "
                + "and restart lms.")
    }
}
