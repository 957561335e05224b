import AmtguardCore

extension Check {
    /// Without amtguardd nothing repairs the list, holds ports, or keeps translated connections off AMT's ports.
    static let `guard` = Check("guard", of: "amtguard", "whether amtguardd guards this machine") { examination in
        let situation = examination.situation
        let exposed = situation.exposed ?? PortSet()
        let alarm: Severity = exposed.isEmpty ? .warning : .problem
        let consequence =
            exposed.isEmpty
            ? "nothing repairs the list, and programs that choose ports themselves can take one of AMT's"
            : "the kernel can choose \(exposed), and \(situation.sharing.loss(of: "the replies"))"
        if let complaint = situation.complaint {
            examination.report(
                alarm, "amtguardd says: \(complaint)", consequence: exposed.isEmpty ? nil : consequence,
                change: "See amtguardctl status.")
        }
        guard situation.isConcerned else { return }
        func report(_ severity: Severity, _ says: String) {
            examination.report(severity, says, consequence: consequence, change: situation.guarding.remedy)
        }
        switch situation.guarding {
        case .repairs: break
        case .hindered:
            if situation.complaint == nil { report(alarm, "amtguardd can't write the list") }
        case .observes: report(alarm, "amtguardd only observes (Mode=observe), and AMT may take ports here")
        case .absent: report(alarm, "amtguardd does not run, and AMT may take ports here")
        case .unknown(let says, let advice):
            guard exposed.isEmpty else { return report(.problem, says) }
            examination.report(.unknown, says, change: advice)
        }
    }
}
