import AmtguardCore

/// Programs that choose the local port themselves: the kernel's list doesn't govern them.
extension Examination {
    enum Transport: String { case tcp = "TCP", udp = "UDP" }

    /// Judges that a program binds one of `ports` of its own accord.
    ///
    /// | ports | |
    /// |---|---|
    /// | none of AMT's | ok |
    /// | TCP ports of AMT, all held | note: the program is told that the port is in use, and takes another one |
    /// | TCP ports of AMT, by a program that sets SO_REUSEADDR | warning: it may bind where amtguardd holds |
    /// | TCP ports of AMT | warning |
    /// | UDP ports of AMT (623, 664) | warning |
    /// | UDP, on the other ports of AMT | note: AMT takes TCP there; some cards' filters do not distinguish |
    ///
    /// - Parameters:
    ///   - reusesAddress: Whether the program sets SO_REUSEADDR before it binds, as cooperative holds do: then a hold
    ///     does not stop it.
    ///   - says: The fact: "sends queries from 1024-65535".
    ///   - change: The exact change to make.
    func judge(
        choiceOf ports: PortSet, _ transport: Transport, reusesAddress: Bool = false, _ says: String,
        at place: Place?, change: String
    ) {
        let taken = ports.intersection(transport == .tcp ? situation.tcp : situation.udp)
        let near = transport == .udp ? ports.intersection(situation.tcp.union(situation.required)) : PortSet()
        if !taken.isEmpty, transport == .tcp, !reusesAddress, taken.subtracting(situation.held).isEmpty {
            report(
                .note, says, at: place,
                consequence:
                    "amtguardd holds \(taken.abbreviated(to: 100)), so the program is told that they are in use")
        } else if !taken.isEmpty {
            report(
                .warning, says, at: place,
                consequence:
                    "AMT takes the answers to \(transport.rawValue) \(taken.abbreviated(to: 100)), so what is sent from "
                    + "there gets no answer", change: change)
        } else if !near.isEmpty {
            report(
                .note, says, at: place,
                consequence: "AMT takes TCP on \(near.abbreviated(to: 100)); some network cards keep UDP as well",
                change: change)
        } else {
            report(.ok, says, at: place)
        }
    }
}
