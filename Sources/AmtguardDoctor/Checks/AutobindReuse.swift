import AmtguardCore

extension Check {
    /// With `ip_autobind_reuse`, `bind` to port 0 with SO_REUSEADDR may return a held port, but never a reserved one.
    static let autobindReuse = Check("autobind-reuse", of: "the kernel", "whether it may choose a held port") {
        examination in
        let setting = "net/ipv4/ip_autobind_reuse"
        guard let text = examination.attribute("/proc/sys/\(setting)"), text.trimmed != "0" else { return }
        let place = examination.place(of: setting) { $0 == text.trimmed }
        let says = "net.ipv4.ip_autobind_reuse is \(printable(text.trimmed.utf8))"
        guard let exposed = examination.situation.exposed else {
            guard examination.situation.isConcerned else { return examination.report(.ok, says, at: place) }
            return examination.report(
                .unknown, "\(says); the list can't be read, so it is unknown whether it has AMT's ports", at: place,
                change: "Set net.ipv4.ip_autobind_reuse = 0.")
        }
        guard !exposed.isEmpty else {
            return examination.report(.ok, "\(says); the kernel still respects the list", at: place)
        }
        examination.report(
            .warning, says, at: place,
            consequence: "the kernel can choose \(exposed), which are not reserved, even if amtguardd holds them",
            change: "Set net.ipv4.ip_autobind_reuse = 0.")
    }
}
