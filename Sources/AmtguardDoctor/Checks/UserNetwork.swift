import AmtguardCore

extension Check {
    /// Rootless containers reach the network through a process of this host. passt and pasta send UDP from the port
    /// that the guest chose. Their TCP, and all traffic of slirp4netns, comes from ports that this host's kernel
    /// chooses.
    static let userNetwork = Check("user-network", of: "passt", "the UDP ports of rootless containers") { examination in
        let situation = examination.situation
        guard situation.isConcerned else { return }
        let running = examination.running(["passt", "passt.avx2", "pasta", "pasta.avx2"])
        guard !running.isEmpty else { return }
        let says = "\(running.joined(separator: ", ")) sends UDP from the ports that its guests choose"
        // passt binds the guest's port on the host as well, as an ordinary user.
        let start = examination.unprivilegedStart
        let taken = situation.udp.intersection(PortSet(start...UInt16.max)).subtracting(situation.heldUDP)
        guard !taken.isEmpty else { return examination.report(.ok, says) }
        examination.report(
            .note, says,
            consequence: "ordinary users may bind \(taken) here, so a guest can use them, and "
                + situation.sharing.loss(of: "the answers"),
            change: "If no program needs a lower port, set net.ipv4.ip_unprivileged_port_start = 665.")
    }
}
