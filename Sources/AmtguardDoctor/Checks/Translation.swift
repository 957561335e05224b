import AmtguardCore

extension Check {
    /// Where this host gives its address to others' connections, the kernel chooses their port without the list.
    static let translation = Check("translation", of: "netfilter", "the ports of translated connections") {
        examination in
        let situation = examination.situation
        guard situation.isConcerned, !situation.addresses.isEmpty, situation.isTranslating != false else { return }
        guard situation.isTranslating == true else {
            return examination.report(
                .unknown, "whether this host translates the addresses of others' connections can't be found out",
                change: situation.isRoot ? nil : "Run amtguardctl doctor as root.")
        }
        let says = "this host translates the addresses of others' connections"
        guard !situation.isRedrawing else {
            return examination.report(.ok, "\(says); amtguardd keeps them off AMT's ports")
        }
        examination.report(
            .warning, says,
            consequence: "a connection may get one of \(situation.required.abbreviated(to: 100)) of "
                + "\(situation.addresses.prefix(4).joined(separator: ", ")), and AMT takes the replies",
            change: situation.isGuarded
                ? "Set Redraw=auto in the section [NAT] of /etc/amtguard.conf, and run systemctl reload amtguardd. If "
                    + "it is set, amtguardctl status has the reason why the table is not loaded."
                : "Run systemctl enable --now amtguardd.")
    }
}
