import AmtguardCore

extension Check {
    /// Below `ip_unprivileged_port_start` only privileged programs bind, and the kernel chooses no port. Rootless
    /// containers often lower it.
    static let unprivilegedPorts = Check("unprivileged-ports", of: "the kernel", "who may bind low ports") {
        examination in
        let setting = "net/ipv4/ip_unprivileged_port_start"
        let start = examination.unprivilegedStart
        guard start < 1024 else { return }
        let open = examination.situation.required.intersection(PortSet(start...1023))
        let place = examination.place(of: setting) { UInt16($0) == start }
        let says = "net.ipv4.ip_unprivileged_port_start is \(start)"
        guard !open.isEmpty else { return examination.report(.ok, says, at: place) }
        let exposed = open.intersection(examination.situation.exposed ?? PortSet())
        let sharing = examination.situation.sharing
        let last = open.ranges.last?.upperBound ?? 0
        examination.report(
            exposed.isEmpty ? .note : .warning, says, at: place,
            consequence: exposed.isEmpty
                ? "every user's program may bind \(open); \(sharing.loss(of: "what is sent to these ports"))"
                : "the kernel can choose \(exposed) for every user's program, and \(sharing.loss(of: "the replies"))",
            change: "If no program needs a lower port, set net.ipv4.ip_unprivileged_port_start = \(last + 1).")
    }
}
