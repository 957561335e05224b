import AmtguardCore

extension Check {
    /// A rule publishes a port on an address that AMT shares. If it is a port of AMT, its packets go to AMT instead.
    static let published = Check("published", of: "netfilter", "the ports that are published") { examination in
        let situation = examination.situation
        guard situation.isConcerned, situation.sharing != .no else { return }
        guard let published = situation.published else {
            return examination.report(
                .unknown, "it is unknown whether a rule publishes one of AMT's ports on an address of AMT")
        }
        // One finding for each chain: Docker's, Podman's, the administrator's.
        for (chain, ports) in Dictionary(grouping: published, by: \.chain).sorted(by: { $0.key < $1.key }) {
            let names = ["tcp", "udp"].compactMap { transport -> String? in
                let ports = PortSet(merging: ports.filter { $0.transport == transport }.map { $0.port...$0.port })
                return ports.isEmpty ? nil : "\(transport.uppercased()) \(ports)"
            }
            let reached = ports.count == 1 ? "this port" : "these ports"
            examination.report(
                .warning, "a rule in \(printable(chain.utf8, atMost: 100)) publishes \(names.joined(separator: ", "))",
                consequence: situation.sharing.loss(of: "the packets that come from outside for \(reached)"),
                change: "Publish another port of this host, such as docker run --publish 8080:\(ports[0].port).")
        }
    }
}
