/// A line that assigns a value to a kernel setting.
struct SysctlAssignment: Hashable {
    /// Without the blanks around it.
    var value: String
    var place: Place
}

/// The lines of all files that assign one kernel setting.
struct SysctlAssignments {
    /// Those of systemd-sysctl, at each boot and when it is restarted. The last one is in force.
    var atBoot: [SysctlAssignment] = []
    /// Those of `sysctl --system` of procps, which reads `/etc/sysctl.conf` last. The last one is in force.
    var bySystem: [SysctlAssignment] = []
    /// Those of ufw, when it starts (`IPT_SYSCTL=` in `/etc/default/ufw`).
    var byUfw: [SysctlAssignment] = []

    /// All, each line once.
    var all: [SysctlAssignment] {
        var seen: Set<SysctlAssignment> = []
        return (atBoot + bySystem + byUfw).filter { seen.insert($0).inserted }
    }
}

/// The directories of sysctl.d(5).
public enum SysctlLayout {
    /// A file hides files of the same name in later directories.
    public static let directories = [
        "/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
    ]
}

/// The files of sysctl.d(5) and sysctl(8), in their precedence.
extension Examination {
    /// The lines that assign `setting`, which is a path below `/proc/sys`: `net/ipv4/ip_local_port_range`.
    func assignments(of setting: String) -> SysctlAssignments {
        var paths: [String: String] = [:]
        for directory in SysctlLayout.directories {
            for name in names(in: directory) where name.hasSuffix(".conf") && !name.hasPrefix(".") {
                paths[name] = paths[name] ?? "\(directory)/\(name)"
            }
        }
        let names = paths.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let common = lines("/etc/sysctl.conf")
        var files = names.compactMap { paths[$0] }.map { lines($0) }
        // systemd itself doesn't read /etc/sysctl.conf; distributions link it as 99-sysctl.conf.
        for index in names.indices
        where names[index] == "99-sysctl.conf" && files[index].map(\.text) == common.map(\.text) {
            files[index] = common
        }
        return SysctlAssignments(
            atBoot: Self.assignments(of: setting, in: files.flatMap(\.self)),
            bySystem: Self.assignments(of: setting, in: files.filter { $0 != common }.flatMap(\.self) + common),
            byUfw: Self.assignments(of: setting, in: lines("/etc/ufw/sysctl.conf")))
    }

    /// The assignments, the one in force last. A line with a pattern counts only if no line names the setting.
    private static func assignments(of setting: String, in lines: [SourceLine]) -> [SysctlAssignment] {
        var patterns: [SysctlAssignment] = []
        var exact: [SysctlAssignment] = []
        var isExcluded = false
        for line in lines {
            let text = line.text.trimmed
            guard let first = text.first, first != "#", first != ";" else { continue }
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isMarked = first == "-"
            let key = path(of: String(parts[0].dropFirst(isMarked ? 1 : 0)).trimmed)
            guard parts.count == 2 else {
                isExcluded = isExcluded || isMarked && key == setting
                continue
            }
            let assignment = SysctlAssignment(value: String(parts[1]).trimmed, place: line.place)
            if key == setting {
                exact.append(assignment)
            } else if key.utf8.count <= 256, Glob.isPattern(key), setting.matches(key) {
                patterns.append(assignment)
            }
        }
        return (isExcluded ? [] : patterns) + exact
    }

    /// `net/ipv4/ip_forward` for `net.ipv4.ip_forward`: the first separator decides what dots and slashes mean.
    private static func path(of key: String) -> String {
        let key = key.hasPrefix("/") ? String(key.dropFirst()) : key
        guard key.first(where: { $0 == "." || $0 == "/" }) == "." else { return key }
        return String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    }
}

extension String {
    /// Whether this path matches a pattern, component by component: no wildcard stands for a slash.
    func matches(_ pattern: String) -> Bool {
        let (names, patterns) = (split(separator: "/"), pattern.split(separator: "/"))
        return names.count == patterns.count && zip(patterns, names).allSatisfy { Glob.matches($0, $1) }
    }
}
