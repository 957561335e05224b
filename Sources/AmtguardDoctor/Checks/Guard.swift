import AmtguardCore

extension Check {
    /// Without amtguardd nothing repairs the list, holds ports, or keeps translated connections off AMT's ports.
    static let `guard` = Check("guard", of: "amtguard", "whether amtguardd guards this machine") { examination in
        let situation = examination.situation
        let exposed = situation.exposed ?? PortSet()
        if let complaint = situation.complaint {
            examination.report(
                exposed.isEmpty ? .warning : .problem, "amtguardd says: \(complaint)",
                change: "See amtguardctl status.")
        }
        guard situation.isConcerned, !situation.isGuarded else { return }
        examination.report(
            exposed.isEmpty ? .warning : .problem,
            "amtguardd does not guard this machine, and AMT may take ports here",
            consequence: exposed.isEmpty
                ? "nothing repairs the list, and programs that choose ports themselves can take one of AMT's"
                : "the kernel can choose \(exposed), and AMT takes the replies",
            change: "Run systemctl enable --now amtguardd. If it runs, remove Mode=observe from its configuration.")
    }
}
