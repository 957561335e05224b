// The values that have several parts.

extension LANSettings: AnswerValue {
    static let parts = ["ENABLED", "IPV4", "DHCP", "DHCP_MODE", "LINK", "MAC"]

    var texts: [String] {
        [enabled.texts[0], ipv4.description, dhcpEnabled.texts[0], dhcpMode.word, link.texts[0], mac.description]
    }

    init?(texts: [String]) {
        guard let enabled = Bool.flag(texts[0]), let ipv4 = IPv4Address(texts[1]),
            let dhcpEnabled = Bool.flag(texts[2]), let dhcpMode = DHCPMode(word: texts[3]),
            let link = Bool.flag(texts[4]), let mac = MACAddress(texts[5])
        else { return nil }
        self.init(
            enabled: enabled, ipv4: ipv4, dhcpEnabled: dhcpEnabled, dhcpMode: dhcpMode, link: link, mac: mac)
    }

    var json: JSON {
        [
            "enabled": .bool(enabled), "ipv4": .string(ipv4.description), "dhcp": .bool(dhcpEnabled),
            "dhcpMode": .string(dhcpMode.word), "link": .bool(link), "mac": .string(mac.description),
        ]
    }

    var words: String {
        guard !mac.isZero else { return "not there" }
        let address = ipv4.isUnspecified ? "no address" : ipv4.description
        let dhcp = dhcpEnabled ? "DHCP \(dhcpMode.word)" : "no DHCP"
        return "\(enabled ? "enabled" : "disabled"), \(address), \(dhcp), link \(link ? "up" : "down"), \(mac)"
    }
}

extension SecurityParameters: AnswerValue {
    static let parts = ["TLS", "NETWORK", "SOL", "IDER", "KVM", "LINK"]

    var texts: [String] { [tls, networkInterfaceEnabled, sol, ider, kvm, link].map { $0.texts[0] } }

    init?(texts: [String]) {
        let flags = texts.compactMap(Bool.flag)
        guard flags.count == 6 else { return nil }
        self.init(
            tls: flags[0], networkInterfaceEnabled: flags[1], sol: flags[2], ider: flags[3], kvm: flags[4],
            link: flags[5])
    }

    var json: JSON {
        [
            "tls": .bool(tls), "networkInterfaceEnabled": .bool(networkInterfaceEnabled), "sol": .bool(sol),
            "ider": .bool(ider), "kvm": .bool(kvm), "link": .bool(link),
        ]
    }

    var words: String {
        "network \(onOff(networkInterfaceEnabled)), TLS \(onOff(tls)), SOL \(onOff(sol)), IDE-R \(onOff(ider)), "
            + "KVM \(onOff(kvm))"
    }
}

extension RemoteAccess: AnswerValue {
    static let parts = ["NETWORK", "CONNECTION", "TRIGGER", "HOST"]

    var texts: [String] { [network.word, connection.word, trigger.word, host] }

    init?(texts: [String]) {
        guard let network = Network(word: texts[0]), let connection = Connection(word: texts[1]),
            let trigger = Trigger(word: texts[2])
        else { return nil }
        self.init(network: network, connection: connection, trigger: trigger, host: texts[3])
    }

    var json: JSON {
        [
            "network": .string(network.word), "connection": .string(connection.word),
            "trigger": .string(trigger.word), "host": .string(host),
        ]
    }

    var words: String {
        "\(connection.word), network \(network.word)" + (host.isEmpty ? "" : ", server \(host) by \(trigger.word)")
    }
}
