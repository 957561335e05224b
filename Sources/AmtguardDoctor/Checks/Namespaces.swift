import AmtguardCore

extension Check {
    /// Each network namespace has its own range and its own list; a new one starts with an empty list.
    static let namespaces = Check("namespaces", of: "network namespaces", "the ports of containers") { examination in
        let situation = examination.situation
        guard situation.isConcerned else { return }
        let survey: NamespaceSurvey
        do throws(Unreadable) {
            survey = try examination.machine.namespaces()
        } catch {
            return examination.report(
                unseen: "the network namespaces can't be read: \(error.says)", needsRoot: error.needsRoot)
        }
        examination.report(whatIsHiddenIn: survey)
        // A namespace without an address can't reach the network. Every user can create one.
        let looks = survey.looks.filter { $0.addresses?.isEmpty != true }
        let dark = looks.filter { $0.range == nil || $0.reserved == nil }
        if !dark.isEmpty {
            examination.report(unseen: "the range or the list of \(dark.owners) can't be read", needsRoot: true)
        }
        let wide = looks.filter { !$0.exposed(situation.required).isEmpty }
        let shared = Set(situation.sharing.addresses)
        examination.judge(sharing: wide.filter { $0.addresses.map { !shared.isDisjoint(with: $0) } == true })
        examination.judge(behindThisHost: wide.filter { $0.addresses.map { shared.isDisjoint(with: $0) } == true })
        examination.judge(ofUnknownAddress: wide.filter { $0.addresses == nil })
    }
}

extension Examination {
    /// Reports the namespaces that could not be read.
    fileprivate func report(unseen says: String, needsRoot: Bool) {
        let needsRoot = needsRoot && !situation.isRoot
        report(.unknown, says, change: needsRoot ? Self.asRoot : nil, needsRoot: needsRoot)
    }

    fileprivate func report(whatIsHiddenIn survey: NamespaceSurvey) {
        if survey.isCut { report(.unknown, "there are too many network namespaces, so the rest was not examined") }
        var parts: [String] = []
        if survey.closed > 0 { parts.append("\(survey.closed) can't be entered") }
        if survey.hiddenProcesses > 0 {
            parts.append(
                "that of \(survey.hiddenProcesses) process\(survey.hiddenProcesses == 1 ? "" : "es") can't be seen")
        }
        if !parts.isEmpty {
            report(unseen: "some network namespaces are hidden: " + parts.joined(separator: ", "), needsRoot: true)
        }
    }

    private static let change = "Set net.ipv4.ip_local_reserved_ports in each of them"

    /// Judges the namespaces with an address that AMT shares (ipvlan): this host's list and holds don't reach them.
    fileprivate func judge(sharing looks: [NamespaceLook]) {
        guard !looks.isEmpty else { return }
        report(
            .warning, "the kernel may choose \(looks.exposed(situation.required)) in \(looks.owners)",
            consequence: "they have an address that AMT shares, so AMT takes the replies",
            change: "\(Self.change) to \(situation.required).")
    }

    /// Judges the namespaces whose connections may leave through this host.
    fileprivate func judge(behindThisHost looks: [NamespaceLook]) {
        guard !looks.isEmpty else { return }
        let says = "the kernel may choose \(looks.exposed(situation.required)) in \(looks.owners)"
        let change = "\(Self.change) to \(situation.required) (docker run --sysctl, securityContext.sysctls of a pod)."
        if situation.sharing == .no {
            report(.ok, "\(says); AMT shares no address of this host")
        } else if situation.isTranslating == false {
            report(.ok, "\(says); this host does not translate their addresses")
        } else if situation.sharing == .unknown, !situation.isRedrawing {
            report(
                .unknown, "\(says); it is unknown whether AMT shares an address of this host",
                consequence: "if this host translates their addresses, \(situation.sharing.loss(of: "the replies"))",
                change: change)
        } else if situation.isTranslating == nil {
            report(
                .unknown, "\(says); it is unknown whether this host translates their addresses", change: change)
        } else if situation.isRedrawing {
            // A new attempt gets the same port: the connection is refused after a second, and does not hang.
            report(
                .note, says,
                consequence: "this host translates their addresses; amtguardd redraws or refuses such a connection, "
                    + "which costs a second", change: change)
        } else {
            report(
                .warning, says,
                consequence: "this host translates their addresses and keeps their ports, so AMT takes the replies",
                change: (situation.guarding.acts
                    ? "Set Redraw=auto in the section [NAT] of /etc/amtguard.conf." : situation.guarding.remedy)
                    + " Or: \(change)")
        }
    }

    /// Judges the namespaces whose addresses can't be read.
    fileprivate func judge(ofUnknownAddress looks: [NamespaceLook]) {
        guard !looks.isEmpty, situation.sharing != .no else { return }
        report(
            .unknown, "the kernel may choose \(looks.exposed(situation.required)) in \(looks.owners)",
            consequence: "their addresses can't be read; if they share one with AMT, it takes the replies",
            change: "\(Self.change) to \(situation.required).")
    }
}

extension NamespaceLook {
    /// The ports of `required` that the namespace's kernel settings let it choose; none if they can't be read.
    fileprivate func exposed(_ required: PortSet) -> PortSet {
        guard let range, let reserved else { return PortSet() }
        return required.intersection(PortSet(range)).subtracting(reserved)
    }
}

extension [NamespaceLook] {
    /// The ports that any of the namespaces may choose.
    fileprivate func exposed(_ required: PortSet) -> PortSet {
        reduce(PortSet()) { $0.union($1.exposed(required)) }
    }

    /// `3 network namespaces (web, db, pid 4711)`: eight by name.
    fileprivate var owners: String {
        let names = prefix(8).map { printable($0.owner.utf8, atMost: 60) }.joined(separator: ", ")
        return "\(count) network namespace\(count == 1 ? "" : "s") (\(names)\(count > 8 ? ", ..." : ""))"
    }
}
