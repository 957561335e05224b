import AmtguardCore

extension Check {
    /// A service of type NodePort gets a port of the cluster's range on the address of each node. If it is a port of
    /// AMT, packets from outside go to AMT. The default range, 30000-32767, has none of them.
    static let kubernetes = Check("kubernetes", of: "Kubernetes", "the range of NodePorts") { examination in
        let option = "service-node-port-range"
        let lines =
            [
                "/etc/kubernetes/manifests/kube-apiserver.yaml", "/etc/rancher/k3s/config.yaml",
                "/etc/rancher/rke2/config.yaml", "/etc/systemd/system/k3s.service",
                "/var/snap/microk8s/current/args/kube-apiserver",
            ].flatMap { examination.lines($0) }
            + ["/etc/rancher/k3s/config.yaml.d", "/etc/rancher/rke2/config.yaml.d"]
            .flatMap { examination.lines(in: $0, suffix: ".yaml") }
        for line in lines where !line.text.trimmed.hasPrefix("#") {
            // `- --service-node-port-range=1024-65535`, `service-node-port-range: "1024-65535"`
            let words = line.text.split(whereSeparator: { " \t\"'=:\\[],".contains($0) })
            guard let index = words.firstIndex(where: { $0.hasSuffix(option) }), index + 1 < words.count,
                let range = Examination.nodePorts(words[index + 1])
            else { continue }
            examination.judge(nodePorts: range, at: line.place)
        }
    }
}

extension Examination {
    /// `30000-32767`, `30000+2767` (its length) or `30000`.
    fileprivate static func nodePorts(_ text: Substring) -> ClosedRange<UInt16>? {
        let isLength = text.contains("+")
        let numbers = text.split(separator: isLength ? "+" : "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard numbers.count <= 2, let first = numbers.first, let low = first, let last = numbers.last, let high = last
        else { return nil }
        guard isLength else { return low <= high ? low...high : nil }
        return low...UInt16(clamping: Int(low) + Int(high))
    }

    fileprivate func judge(nodePorts range: ClosedRange<UInt16>, at place: Place) {
        let says = "services get NodePorts of \(range.lowerBound)-\(range.upperBound)"
        let taken = situation.tcp.union(situation.udp).intersection(PortSet(range))
        guard !taken.isEmpty else { return report(.ok, says, at: place) }
        // If AMT shares no address, or this is unknown, no loss is known.
        report(
            situation.sharing.isShared ? .warning : .note, says, at: place,
            consequence: "a service may get \(taken.abbreviated(to: 100)); where AMT shares the node's address, it "
                + "takes the packets that come from outside for that service",
            change: "Set service-node-port-range to 30000-32767 (the default), and move services that have such a port."
        )
    }
}
