import AmtguardCore

/// Other programs that write the list.
extension Examination {
    /// Judges that another program replaces the list.
    ///
    /// | the value | |
    /// |---|---|
    /// | has all required ports | ok |
    /// | is refused by the kernel | see below |
    /// | lacks some, and amtguardd repairs the list | note: it adds them again |
    /// | lacks some, which the kernel can't choose | note |
    /// | lacks some, and it is not known whether amtguardd repairs the list | unknown |
    /// | lacks some | warning |
    ///
    /// - Parameters:
    ///   - list: What is written.
    ///   - when: "at each boot".
    ///   - change: The change; its argument is a value with the writer's ports and the required ones.
    func judge(
        list: WrittenList, writtenAt when: String, at place: Place, change: (_ value: String) -> String
    ) {
        guard let ports = list.ports else { return judge(faultOf: list, at: place, change: change) }
        let missing = situation.required.subtracting(ports)
        let what = ports.isEmpty ? "cleared" : "set to \(ports.abbreviated(to: 100))"
        let says = "the list is \(what) \(when)"
        guard !missing.isEmpty else { return report(.ok, says, at: place) }
        let complete = ports.union(situation.required)
        let change = complete.fitsOneWrite ? change("\(complete)") : "Add \(missing) to the value."
        let lost = situation.reach.map(missing.intersection) ?? missing
        if situation.isGuarded == true {
            report(
                .note, says, at: place, consequence: "amtguardd adds \(missing) each time", change: change)
        } else if lost.isEmpty {
            report(
                .note, says, at: place,
                consequence: "\(missing) are not reserved then; the kernel does not choose them as long as "
                    + "net.ipv4.ip_local_port_range stays as it is", change: change)
        } else {
            // It may be unknown whether amtguardd adds them.
            report(
                situation.isGuarded == nil ? .unknown : .warning, says, at: place,
                consequence: (situation.isGuarded == nil ? "unless amtguardd adds them, " : "")
                    + "the kernel may then choose \(lost), and \(situation.sharing.loss(of: "the replies"))",
                change: change)
        }
    }

    /// Judges a value that the kernel refuses as a whole, or reads as other ports than it seems to say. Reports nothing
    /// for any other value.
    ///
    /// If amtguardd repairs the list, a refused value leaves AMT's ports reserved: a note. Otherwise the value may have
    /// been meant to reserve them: a warning.
    func judge(faultOf list: WrittenList, at place: Place, change: (_ value: String) -> String) {
        guard let fault = list.fault else { return }
        let value = list.meant.map { $0.union(situation.required) }.flatMap { $0.fitsOneWrite ? "\($0)" : nil }
        let change =
            value.map(change)
            ?? "Write ports and ranges as decimal numbers with commas between them: 623,664,16992-16995"
        guard list.ports == nil else {
            return report(
                .note, fault, at: place, consequence: "the kernel reserves other ports than the line suggests",
                change: change)
        }
        let severity: Severity =
            switch situation.isGuarded {
            case true?: .note
            case false?: .warning
            case nil: .unknown
            }
        report(
            severity, "the kernel refuses this value: \(fault)", at: place,
            consequence: "the line reserves nothing"
                + (situation.isGuarded == true ? "; amtguardd reserves AMT's ports itself" : ""), change: change)
    }
}
