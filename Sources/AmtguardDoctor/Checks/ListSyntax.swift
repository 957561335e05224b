import AmtguardCore

extension Check {
    /// If the kernel refuses the value, nothing is reserved, and systemd-sysctl.service fails.
    static let listSyntax = Check("list-syntax", of: "sysctl", "values for the list") { examination in
        for assignment in examination.assignments(of: "net/ipv4/ip_local_reserved_ports").all.suffix(32) {
            examination.judge(faultOf: WrittenList(assignment.value), at: assignment.place) {
                "Set net.ipv4.ip_local_reserved_ports = \($0)"
            }
        }
    }
}
