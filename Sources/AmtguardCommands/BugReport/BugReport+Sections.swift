import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import SystemPackage

// The sections of a report, the most useful ones first. A part that can't be read becomes a line that says why.

extension BugReport {
    /// All sections in their order.
    static var sections: [Section] {
        [
            Section("versions", "amtguard, kernel, systemd, distribution, machine", versions),
            Section("status", "what amtguardctl status says") { host in rendered(StatusCommand.report(host.outcome)) },
            Section("doctor", "what amtguardctl doctor says") { host in
                let diagnosis = Diagnosis(Check.all, below: host.root, host.outcome)
                return Terminal(colours: false).render(diagnosis.text(isVerbose: true))
            },
            Section("firmware", "what amtguardctl firmware says") { host in
                rendered(FirmwareCommand.report(host.outcome))
            },
            Section("firmware now", "the answer of the firmware to amtguard-firmware; needs root", firmware),
            Section("kernel settings", "the list and the ranges from which ports are chosen", kernelSettings),
            Section("units", "the state of amtguard's units, and their drop-ins", units),
            Section("configuration", "amtguard.conf, its drop-ins, and lines of sysctl.d that set ip_local_*") { host in
                configuration(host)
            },
            Section("journal", "amtguard's entries of two days, the last 500", journal),
            Section("status as JSON", "what amtguardctl status --json says") { host in
                StatusCommand.report(host.outcome).json.description
            },
        ]
    }

    private static func rendered(_ report: Report) -> String { Terminal(colours: false).render(report.text) }

    /// One line for each version, even if some are unknown.
    private static func versions(_ host: Host) -> String {
        func line(_ label: String, _ text: () throws -> String?) -> String {
            let told: String
            do {
                let first = try text()?.split(separator: "\n").first { !$0.isEmpty }
                told = first.map(String.init) ?? "unknown"
            } catch {
                told = "unknown: \(error)"
            }
            return label + ":" + String(repeating: " ", count: max(1, 14 - label.count)) + told
        }
        var lines = [
            line("amtguardctl") { amtguardVersion },
            line("amtguardd") { try host.output(of: ["amtguardd", "--version"]) },
        ]
        if case .report(let assessment) = host.outcome {
            lines.append(line("running") { "amtguardd \(assessment.status.version)" })
        }
        lines += [
            line("kernel") {
                try ["osrelease", "version"].compactMap { try host.file("/proc/sys/kernel/\($0)", ofTree: false) }
                    .map { String($0.prefix { $0 != "\n" }) }.joined(separator: " ")
            },
            line("systemd") { try host.output(of: ["systemctl", "--version"]) },
            line("distribution") {
                try host.file("/etc/os-release")?.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
                    .map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } }
            },
            line("machine") {
                try ["sys_vendor", "product_name", "product_version", "bios_version"].compactMap { name in
                    try host.file("/sys/class/dmi/id/\(name)")?.split(separator: "\n").first.map(String.init)
                }.joined(separator: ", ")
            },
        ]
        return lines.joined(separator: "\n")
    }

    private static func firmware(_ host: Host) throws -> String {
        guard host.isRoot else { throw Unavailable("only root may open the device of the management engine") }
        let program = "amtguard-firmware"
        // The conversation ends after 14 s; the driver may need more time.
        let patience = Duration.seconds(30)
        guard let root = host.root else { return try host.output(of: [program], within: patience) }
        return try host.output(of: [program, "--root", root.string], within: patience)
    }

    private static func kernelSettings(_ host: Host) -> String {
        [
            "ip_local_reserved_ports", "ip_local_port_range", "ip_unprivileged_port_start", "ip_autobind_reuse",
        ].map { name in
            do {
                let text = try host.file("/proc/sys/net/ipv4/\(name)", ofTree: false, atMost: 256 << 10)
                return "net.ipv4.\(name) = \(text?.split(separator: "\n").first ?? "")"
            } catch {
                return "net.ipv4.\(name): \(error)"
            }
        }.joined(separator: "\n")
    }

    private static func journal(_ host: Host) throws -> String {
        let arguments = [
            "-u", "amtguardd", "-u", "amtguard-firmware@*", "--since", "-2d", "-n", "500", "--no-pager",
            "--no-hostname",
            "-o", "short-iso",
        ]
        let tree = host.root.map { ["--root", $0.string] } ?? []
        return try host.output(of: ["journalctl"] + tree + arguments, within: .seconds(20))
    }
}
