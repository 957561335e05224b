import AmtguardCore

extension Check {
    /// Each network namespace has a range and a list of its own; a new one starts with an empty list.
    static let namespaces = Check("namespaces", of: "network namespaces", "the ports of containers") { examination in
        let situation = examination.situation
        guard situation.isConcerned else { return }
        let looks: [NamespaceLook]
        let hidden: Int
        do throws(Unreadable) {
            (looks, hidden) = try examination.machine.namespaces()
        } catch {
            return examination.report(
                .unknown, "the network namespaces can't be read: \(error.says)",
                change: error.needsRoot && !situation.isRoot ? "Run amtguardctl doctor as root." : nil)
        }
        let dark = looks.filter { $0.range == nil || $0.reserved == nil }
        if !dark.isEmpty {
            examination.report(
                .unknown, "the range or the list of \(dark.owners) can't be read",
                change: situation.isRoot ? nil : "Run amtguardctl doctor as root.")
        }
        if hidden > 0 {
            examination.report(
                .unknown,
                hidden == 1 ? "1 process or namespace is hidden" : "\(hidden) processes or namespaces are hidden",
                change: situation.isRoot ? nil : "Run amtguardctl doctor as root.")
        }
        let wide = looks.filter { !$0.exposed(situation.required).isEmpty }
        let sharing = wide.filter { !Set($0.addresses).isDisjoint(with: situation.addresses) }
        let others = wide.filter { Set($0.addresses).isDisjoint(with: situation.addresses) }
        examination.judge(sharing: sharing)
        examination.judge(behindThisHost: others)
    }
}

extension Examination {
    private static let change = "Set net.ipv4.ip_local_reserved_ports in each of them"

    /// Judges those that have an address of AMT themselves (ipvlan): this host's list and holds don't reach them.
    fileprivate func judge(sharing looks: [NamespaceLook]) {
        guard !looks.isEmpty else { return }
        report(
            .warning, "the kernel may choose \(looks.exposed(situation.required)) in \(looks.owners)",
            consequence: "they have an address that AMT shares, so AMT takes the replies",
            change: "\(Self.change) to \(situation.required).")
    }

    /// Judges those whose connections may leave through this host.
    fileprivate func judge(behindThisHost looks: [NamespaceLook]) {
        guard !looks.isEmpty else { return }
        let says = "the kernel may choose \(looks.exposed(situation.required)) in \(looks.owners)"
        let change = "\(Self.change) to \(situation.required) (docker run --sysctl, securityContext.sysctls of a pod)."
        if situation.addresses.isEmpty || situation.isTranslating == false {
            report(.ok, "\(says); their connections don't leave from an address that AMT shares")
        } else if situation.isTranslating == nil {
            report(
                .unknown, "\(says); whether this host translates their addresses can't be found out", change: change)
        } else if situation.isRedrawing {
            // Such a port comes again at each attempt: the connection is refused after a second, and does not hang.
            report(
                .note, says,
                consequence: "this host translates their addresses; amtguardd redraws or refuses such a connection, "
                    + "which costs a second", change: change)
        } else {
            report(
                .warning, says,
                consequence: "this host translates their addresses and keeps their ports, so AMT takes the replies",
                change: (situation.isGuarded
                    ? "Set Redraw=auto in the section [NAT] of /etc/amtguard.conf. Or: "
                    : "Run systemctl enable --now amtguardd. Or: ") + change)
        }
    }
}

extension NamespaceLook {
    /// The ports of `required` that its kernel may choose; none if that can't be read.
    fileprivate func exposed(_ required: PortSet) -> PortSet {
        guard let range, let reserved else { return PortSet() }
        return required.intersection(PortSet(range)).subtracting(reserved)
    }
}

extension [NamespaceLook] {
    /// What any of them may choose.
    fileprivate func exposed(_ required: PortSet) -> PortSet {
        reduce(PortSet()) { $0.union($1.exposed(required)) }
    }

    /// `3 network namespaces (web, db, pid 4711)`: eight by name.
    fileprivate var owners: String {
        let names = prefix(8).map { printable($0.owner.utf8, atMost: 60) }.joined(separator: ", ")
        return "\(count) network namespace\(count == 1 ? "" : "s") (\(names)\(count > 8 ? ", …" : ""))"
    }
}
