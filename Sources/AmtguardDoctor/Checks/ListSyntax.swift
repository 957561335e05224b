import AmtguardCore

extension Check {
    /// A value that the kernel refuses reserves nothing, and systemd-sysctl.service fails.
    static let listSyntax = Check("list-syntax", of: "sysctl", "values for the list") { examination in
        let situation = examination.situation
        for assignment in examination.assignments(of: "net/ipv4/ip_local_reserved_ports").all.suffix(32) {
            let list = WrittenList(assignment.value)
            guard let fault = list.fault else { continue }
            let isRefused = list.ports == nil
            let value = list.meant.map { $0.union(situation.required) }.flatMap { $0.fitsOneWrite ? "\($0)" : nil }
            examination.report(
                isRefused && !situation.isGuarded ? .warning : .note,
                isRefused ? "the kernel refuses this value: \(fault)" : fault, at: assignment.place,
                consequence: isRefused
                    ? "the line reserves nothing"
                        + (situation.isGuarded ? "; amtguardd reserves AMT's ports itself" : "")
                    : "other ports are reserved than the line seems to say",
                change: value.map { "Set net.ipv4.ip_local_reserved_ports = \($0)" }
                    ?? "Write ports and ranges as decimal numbers with commas between them: 623,664,16992-16995")
        }
    }
}
