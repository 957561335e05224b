import AmtguardCore

extension Check {
    /// The range from which the kernel chooses a port, and whether the list keeps AMT's ports out of it.
    static let portRange = Check("port-range", of: "the kernel", "the range from which it chooses ports") {
        examination in
        let setting = "net/ipv4/ip_local_port_range"
        guard let text = examination.attribute("/proc/sys/\(setting)") else { return }
        guard let range = Examination.range(text) else {
            return examination.report(.unknown, "the range can't be parsed", at: Place("/proc/sys/\(setting)"))
        }
        let place = examination.place(of: setting) { Examination.range($0) == range }
        let says = "net.ipv4.ip_local_port_range is \(range.lowerBound)-\(range.upperBound)"
        let inside = examination.required(within: range)
        guard !inside.isEmpty else { return examination.report(.ok, says, at: place) }
        guard let reserved = examination.situation.reserved else {
            return examination.report(
                .unknown, "\(says); the list can't be read, so it is unknown whether \(inside) are reserved", at: place)
        }
        let exposed = inside.subtracting(reserved)
        guard exposed.isEmpty else {
            return examination.report(
                .problem, says, at: place,
                consequence: "the kernel can choose \(exposed) for a connection, and "
                    + examination.situation.sharing.loss(of: "the replies"),
                change: "\(examination.situation.guarding.remedy) Or set net.ipv4.ip_local_port_range = 32768 60999.")
        }
        examination.report(.ok, "\(says), and the list keeps \(inside) out of it", at: place)
    }
}
