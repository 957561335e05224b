import AmtguardCore

extension Check {
    /// Each write replaces the whole list, so only the ports of the last writer remain.
    static let listWriters = Check("list-writers", of: "sysctl", "files that set the list") { examination in
        let assignments = examination.assignments(of: "net/ipv4/ip_local_reserved_ports")
        var told: [Place] = []
        for (assignment, when) in assignments.inForce {
            let list = WrittenList(assignment.value)
            // `list-syntax` reports the refused values.
            guard list.ports != nil else { continue }
            told.append(assignment.place)
            examination.judge(list: list, writtenAt: when, at: assignment.place) {
                "Set net.ipv4.ip_local_reserved_ports = \($0)"
            }
        }
        // A line that another one overrides reserves nothing.
        guard let (last, _) = assignments.inForce.first else { return }
        // If the kernel refuses a line, systemd does not try the line before it.
        let kept = WrittenList(last.value).ports ?? PortSet()
        for assignment in assignments.all.prefix(32) where !told.contains(assignment.place) {
            guard let ports = WrittenList(assignment.value).ports else { continue }
            let lost = ports.subtracting(kept)
            guard !lost.isEmpty else { continue }
            examination.report(
                .note, "this line is overridden by \(last.place)", at: assignment.place,
                consequence: "its ports \(lost.abbreviated(to: 100)) are not reserved",
                change: "Put all ports into one line: net.ipv4.ip_local_reserved_ports = "
                    + kept.union(ports).union(examination.situation.required).abbreviated(to: 1000))
        }
    }
}

extension SysctlAssignments {
    /// The last line of each program that reads such files, and when it reads them. The others are overridden.
    fileprivate var inForce: [(SysctlAssignment, String)] {
        let boot = atBoot.last
        let system = bySystem.last
        var lines: [(SysctlAssignment, String)] = []
        if let boot {
            lines.append((boot, boot == system ? "at each boot and by sysctl --system" : "at each boot"))
        }
        if let system, system != boot { lines.append((system, "by sysctl --system")) }
        if let ufw = byUfw.last { lines.append((ufw, "when ufw starts")) }
        return lines
    }
}
