import AmtguardCore

extension Check {
    /// TuneD sets its profile's values when it starts. When it stops, it restores the former values, and so removes
    /// what was reserved in between (plugin_sysctl.py).
    static let tuned = Check("tuned", of: "TuneD", "the kernel settings of its active profile") { examination in
        var profiles = TunedSettings()
        for file in ["/etc/tuned/active_profile", "/etc/tuned/post_loaded_profile"] {
            for line in examination.lines(file) where !profiles.isCut {
                for name in line.text.split(whereSeparator: \.isWhitespace) {
                    profiles.add(profile: name, examination)
                }
            }
            if profiles.isCut {
                examination.doubt("names or includes too many profiles, so the rest was not read", at: Place(file))
            }
        }
        for name in profiles.missing {
            examination.report(
                .unknown, "the profile \(printable(name.utf8, atMost: 60)) is in none of TuneD's directories")
        }
        if let list = profiles.settings["net.ipv4.ip_local_reserved_ports"] { examination.judge(list: list) }
        if let range = profiles.settings["net.ipv4.ip_local_port_range"] { examination.judge(range: range) }
    }
}

extension Examination {
    /// The value that TuneD writes; `nil`, after a report, if the value depends on a variable.
    private func written(_ setting: SysctlAssignment) -> String? {
        guard !setting.value.contains("${") else {
            report(.unknown, "the value depends on a variable of TuneD", at: setting.place)
            return nil
        }
        // A prefix `>`: write only a greater value. `<`: write only a smaller one.
        var value =
            setting.value.first.map { "<>".contains($0) } == true ? setting.value.dropFirst() : setting.value[...]
        if let first = value.first, "\"'".contains(first), value.last == first, value.count > 1 {
            value = value.dropFirst().dropLast()
        }
        return value.trimmed
    }

    fileprivate func judge(list setting: SysctlAssignment) {
        guard let value = written(setting) else { return }
        judge(list: WrittenList(value), writtenAt: "when TuneD starts or changes its profile", at: setting.place) {
            "In a copy of the profile below /etc/tuned, set net.ipv4.ip_local_reserved_ports = \($0)"
        }
    }

    fileprivate func judge(range setting: SysctlAssignment) {
        guard let value = written(setting) else { return }
        guard let range = Self.range(value) else {
            return report(.unknown, "the range can't be parsed", at: setting.place)
        }
        let says = "the profile sets net.ipv4.ip_local_port_range to \(range.lowerBound)-\(range.upperBound)"
        let inside = required(within: range)
        guard !inside.isEmpty else { return report(.ok, says, at: setting.place) }
        guard let reserved = situation.reserved else {
            return report(
                .unknown, "\(says); the list can't be read, so it is unknown whether \(inside) are reserved",
                at: setting.place)
        }
        let missing = inside.subtracting(reserved)
        if situation.isGuarded == true, missing.isEmpty { return report(.ok, says, at: setting.place) }
        let isInForce = attribute("/proc/sys/net/ipv4/ip_local_port_range").flatMap(Self.range) == range
        let change =
            "\(situation.guarding.remedy) Or set net.ipv4.ip_local_port_range = 32768 60999 in a copy of the profile "
            + "below /etc/tuned."
        if isInForce, !missing.isEmpty {
            report(
                .warning, says, at: setting.place,
                consequence: "the kernel can choose \(missing), and \(situation.sharing.loss(of: "the replies"))",
                change: change)
        } else if isInForce, situation.isGuarded == nil {
            report(
                .unknown, says, at: setting.place,
                consequence: "the list keeps \(inside) out of it; it is unknown whether amtguardd restores the list",
                change: change)
        } else {
            report(
                .note, says, at: setting.place,
                consequence: isInForce
                    ? "the list keeps \(inside) out of it, but nothing restores the list if a program overwrites it"
                    : "this is not in force now; when TuneD sets it, the kernel can choose \(inside) unless they are "
                        + "reserved",
                change: change)
        }
    }
}
