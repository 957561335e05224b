import AmtguardCore

extension Check {
    /// Where this host translates other hosts' or containers' connections to its address, the kernel chooses their
    /// ports without the list.
    static let translation = Check("translation", of: "netfilter", "the ports of translated connections") {
        examination in
        let situation = examination.situation
        guard situation.isConcerned, situation.sharing != .no, situation.isTranslating != false else { return }
        guard situation.isTranslating == true else {
            return examination.report(
                .unknown, "it is unknown whether this host translates the addresses of others' connections",
                change: situation.isRoot ? nil : "Run amtguardctl doctor as root.")
        }
        let says = "this host translates the addresses of others' connections"
        guard !situation.isRedrawing else {
            return examination.report(.ok, "\(says); amtguardd keeps them off AMT's ports")
        }
        let addresses = situation.sharing.addresses.prefix(4).joined(separator: ", ")
        examination.report(
            situation.sharing.isShared ? .warning : .unknown,
            situation.sharing.isShared ? says : "\(says); it is unknown whether AMT shares their new address",
            consequence: "a connection may get one of \(situation.required.abbreviated(to: 100))"
                + (addresses.isEmpty ? "" : " of \(addresses)") + ", and \(situation.sharing.loss(of: "the replies"))",
            change: situation.guarding.acts
                ? "Set Redraw=auto in the section [NAT] of /etc/amtguard.conf, and run systemctl reload amtguardd. If "
                    + "it is set, amtguardctl status has the reason why the table is not loaded."
                : situation.guarding.remedy)
    }
}
