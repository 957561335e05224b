import AmtguardCore

/// Programs that choose the local port themselves and ignore the kernel's list.
extension Examination {
    enum Transport: String { case tcp = "TCP", udp = "UDP" }

    /// Judges that a program binds one of `ports` of its own accord.
    ///
    /// | ports | |
    /// |---|---|
    /// | none of AMT's | ok |
    /// | ports that AMT takes by this protocol, all held | note: the program gets the error "in use" |
    /// | the same, by a program that sets SO_REUSEADDR | warning: it may bind a port that is not held strictly |
    /// | ports that AMT takes by this protocol | warning; note where AMT shares no address |
    /// | UDP, on the other ports of AMT | note: AMT takes TCP there; some cards' filters do not distinguish |
    ///
    /// If it is unknown whether AMT shares an address, the texts say "may".
    ///
    /// - Parameters:
    ///   - reusesAddress: Whether the program sets SO_REUSEADDR before it binds, as cooperative holds do. Then only a
    ///     strict hold stops it.
    ///   - says: The fact: "sends queries from 1024-65535".
    ///   - change: The exact change to make.
    func judge(
        choiceOf ports: PortSet, _ transport: Transport, reusesAddress: Bool = false, _ says: String,
        at place: Place?, change: String
    ) {
        let taken = ports.intersection(transport == .tcp ? situation.tcp : situation.udp)
        let near = transport == .udp ? ports.intersection(situation.tcp.union(situation.required)) : PortSet()
        let held = transport == .tcp ? situation.held : situation.heldUDP
        let isStopped = !reusesAddress || situation.isHeldStrictly
        if !taken.isEmpty, isStopped, taken.subtracting(held).isEmpty {
            report(
                .note, says, at: place,
                consequence:
                    "amtguardd holds \(taken.abbreviated(to: 100)), so the program gets the error "
                    + "\"Address already in use\"")
        } else if !taken.isEmpty {
            let answers = "the answers to \(transport.rawValue) \(taken.abbreviated(to: 100))"
            report(
                situation.sharing == .no ? .note : .warning, says, at: place,
                consequence: situation.sharing.loss(of: answers)
                    + (situation.sharing == .no ? "" : ", so requests from there get no answer"), change: change)
        } else if !near.isEmpty, situation.sharing != .no {
            report(
                .note, says, at: place,
                consequence: "AMT takes TCP on \(near.abbreviated(to: 100)); some network cards give it UDP as well",
                change: change)
        } else {
            report(.ok, says, at: place)
        }
    }
}
