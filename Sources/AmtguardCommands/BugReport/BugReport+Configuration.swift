import AmtguardCore
import AmtguardDoctor
import AmtguardLinux

// The configuration that concerns amtguard: its own files, its units, and what sets the kernel's ranges at boot.

extension BugReport {
    /// Each file in full, below its path; of `sysctl.d` only the lines about local ports.
    static func configuration(_ host: Host) -> String {
        var parts: [String] = []
        for path in configurationFiles(host, &parts) {
            do {
                guard let text = try host.file(path) else { continue }
                parts.append("# \(path)\n\(text.bounded(to: 64 << 10))")
            } catch {
                parts.append("# \(error)")
            }
        }
        if parts.isEmpty { parts.append("# no amtguard.conf and no drop-in: all keys have their defaults") }
        let lines = sysctlLines(host)
        parts.append("# sysctl.d\n" + (lines.isEmpty ? "(no line sets ip_local_*)" : lines.joined(separator: "\n")))
        return parts.joined(separator: "\n\n")
    }

    private static func configurationFiles(_ host: Host, _ complaints: inout [String]) -> [String] {
        var names: [(directory: String, names: [String])] = []
        for directory in ConfigurationLayout.dropInDirectories {
            do {
                names.append((directory, try host.names(in: directory)))
            } catch {
                complaints.append("# \(error)")
            }
        }
        return ConfigurationLayout.mainFiles + ConfigurationLayout.dropIns(names).prefix(256)
    }

    private static func sysctlLines(_ host: Host) -> [String] {
        var lines: [String] = []
        var paths = ["/etc/sysctl.conf"]
        for directory in SysctlLayout.directories {
            do {
                paths += try host.names(in: directory).filter { $0.hasSuffix(".conf") }.prefix(256).map {
                    "\(directory)/\($0)"
                }
            } catch {
                lines.append("# \(error)")
            }
        }
        // Where /lib is a link to /usr/lib, each file appears twice.
        var seen: Set<String> = []
        for path in paths {
            guard seen.insert(path.hasPrefix("/usr/lib/") ? String(path.dropFirst(4)) : path).inserted else { continue }
            do {
                lines += try host.file(path).map { portLines(of: $0, in: path) } ?? []
            } catch {
                lines.append("# \(error)")
            }
        }
        return lines
    }

    /// The lines that set a range of local ports: `/etc/sysctl.d/10-x.conf:3: net.ipv4.ip_local_port_range = 1024 65535`.
    static func portLines(of text: String, in path: String) -> [String] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.enumerated().compactMap { index, line in
            let words = line.drop { $0 == " " || $0 == "\t" || $0 == "-" }
            guard let first = words.first, first != "#", first != ";", words.contains("ip_local_") else { return nil }
            return "\(path):\(index + 1): \(words.prefix(4_096))".oneLine
        }
    }

    /// The state of the units, and the drop-ins that the administrator added.
    static func units(_ host: Host) throws -> String {
        guard host.root == nil else { throw Unavailable("with --root, there is no service manager to ask") }
        let names = ["amtguardd.service", "amtguard-firmware.socket", "amtguard-metrics.timer"]
        let properties = [
            "Id", "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "NRestarts", "ExecMainStatus",
            "ActiveEnterTimestamp", "MemoryCurrent", "CPUUsageNSec", "DropInPaths", "NeedDaemonReload",
        ]
        let state = try host.output(
            of: ["systemctl", "show", "--no-pager", "--property=\(properties.joined(separator: ","))"] + names)
        let files = try host.output(
            of: ["systemctl", "cat", "--no-pager"] + names + ["amtguard-firmware@.service", "amtguard-metrics.service"])
        let dropIns = dropIns(in: files)
        return state + "\n\n" + (dropIns.isEmpty ? "(no drop-in)" : dropIns)
    }

    /// The parts of `systemctl cat` output that come from directories for drop-ins. A line `# PATH` begins each file.
    static func dropIns(in text: String) -> String {
        var isDropIn = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("# /") { isDropIn = line.contains(".d/") && line.hasSuffix(".conf") }
            return isDropIn
        }.joined(separator: "\n")
    }
}
