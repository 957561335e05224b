import AmtguardCore

/// Other programs that write the list.
extension Examination {
    /// Judges that another program replaces the list.
    ///
    /// | the value | |
    /// |---|---|
    /// | has all required ports | ok |
    /// | lacks some, and amtguardd runs | note: it adds them again |
    /// | lacks some, which the kernel can't choose | note |
    /// | lacks some | warning |
    ///
    /// - Parameters:
    ///   - ports: What the list is then.
    ///   - when: "at each boot".
    ///   - change: The change, for a value that has their ports and the required ones.
    func judge(
        list ports: PortSet, writtenAt when: String, at place: Place, change: (_ value: String) -> String
    ) {
        let missing = situation.required.subtracting(ports)
        let what = ports.isEmpty ? "cleared" : "set to \(ports.abbreviated(to: 100))"
        let says = "the list is \(what) \(when)"
        guard !missing.isEmpty else { return report(.ok, says, at: place) }
        let complete = ports.union(situation.required)
        let change = complete.fitsOneWrite ? change("\(complete)") : "Add \(missing) to the value."
        let lost = situation.reach.map(missing.intersection) ?? missing
        if situation.isGuarded {
            report(
                .note, says, at: place, consequence: "amtguardd adds \(missing) each time", change: change)
        } else if lost.isEmpty {
            report(
                .note, says, at: place,
                consequence: "\(missing) are not reserved then; the kernel does not choose them as long as "
                    + "net.ipv4.ip_local_port_range stays as it is", change: change)
        } else {
            report(
                .warning, says, at: place,
                consequence: "the kernel may then choose \(lost), and AMT takes the replies", change: change)
        }
    }
}
