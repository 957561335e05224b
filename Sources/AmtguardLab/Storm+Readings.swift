import AmtguardCore

// What the daemon reads besides the list, right or wrong.

extension Storm {
    mutating func observePresence() {
        // Descriptors run out, or /sys can't be read in part.
        if chance(0.15) { return see(.presence(StormSources.unread[ground.below(StormSources.unread.count)])) }
        see(.presence(StormSources.presences[ground.below(StormSources.presences.count)]))
    }

    /// The helper's answer, perhaps with some of its bytes changed; or none.
    mutating func observeFirmware() {
        guard ground.isAsked else { return see(.firmwareDue) }
        ground.isAsked = false
        guard !sources.answers.isEmpty, chance(0.8) else {
            return see(.firmware(.failed(Refusals.ofAnswering[ground.below(Refusals.ofAnswering.count)])))
        }
        let index = ground.below(sources.answers.count)
        guard chance(0.2) else { return see(.firmware(sources.inquiries[index])) }
        var bytes = sources.answers[index]
        for _ in 0..<2 where !bytes.isEmpty {
            bytes[ground.below(bytes.count)] = UInt8(truncatingIfNeeded: ground.random.next())
        }
        see(.firmware(FirmwareInquiry(reply: bytes)))
    }

    mutating func observeInterfaces() {
        guard chance(0.9) else { return see(.interfaces(nil, failure())) }
        see(.interfaces(StormSources.interfaces[ground.below(StormSources.interfaces.count)]))
    }

    mutating func observeTranslation() {
        if chance(0.6) {
            see(.translation(StormSources.translations[ground.below(StormSources.translations.count)]))
        }
        guard chance(0.8) else { return see(.flows(nil, chance(0.5) ? failure() : nil)) }
        guard chance(0.5) else { return see(.flows(FlowReading([]))) }
        let flows = (0...ground.below(15)).map { index in
            TranslatedFlow(
                chance(0.8) ? .tcp : .udp, from: .init(StormSources.container, port: 40_000 + UInt16(index)),
                to: .init(StormSources.peer, port: 443), as: .init(StormSources.host, port: port()))
        }
        see(.flows(FlowReading(flows, omitted: chance(0.1) ? 1 : 0)))
    }

    mutating func observeSockets() {
        guard chance(0.85) else { return see(.sockets(nil, failure())) }
        // One look in twenty shows more than are reported one by one.
        let sockets = (0..<(chance(0.05) ? 15 : ground.below(4))).map { index in
            LocalSocket(
                chance(0.9) ? .tcp : .udp, StormSources.host, port: port(),
                StormSources.states[ground.below(StormSources.states.count)],
                to: .init(StormSources.peer, port: 443 + UInt16(index)), uid: 0,
                retransmissions: UInt8(ground.below(8)))
        }
        see(.sockets(SocketReading(sockets.sorted { $0.port < $1.port }, omitted: chance(0.1) ? 1 : 0)))
    }

    mutating func observeChoice() {
        see(chance(0.8) ? .choice(chance(0.5) ? .wide : .narrow) : .choice(nil, failure()))
    }

    private mutating func port() -> UInt16 { StormSources.ports[ground.below(StormSources.ports.count)] }

    private mutating func failure() -> ReadingFailure {
        Refusals.ofOtherReadings[ground.below(Refusals.ofOtherReadings.count)]
    }
}

/// What a storm draws its readings from.
public struct StormSources: Sendable {
    /// What firmware's helpers may send.
    let answers: [[UInt8]]
    let inquiries: [FirmwareInquiry]
    let smbios: [SMBIOSReading?]
    let probes: [ProbeResult]

    /// - Parameters:
    ///   - answers: What a firmware's helper may send.
    ///   - smbiosTables: SMBIOS tables of any machines.
    ///   - probes: The lines of probes; malformed ones are left out.
    public init(answers: [[UInt8]] = [], smbiosTables: [[UInt8]] = [], probes: [[UInt8]] = []) {
        self.answers = answers
        inquiries = answers.map { FirmwareInquiry(reply: $0) }
        smbios = smbiosTables.map { SMBIOSReading(table: $0) } + [nil]
        self.probes = probes.compactMap { try? ProbeResult(parsing: $0) }
    }

    static let host = IPAddress.v4(IPv4Address(bits: 0xC000_0201))
    static let peer = IPAddress.v4(IPv4Address(bits: 0xC633_6401))
    static let container = IPAddress.v4(IPv4Address(bits: 0xAC11_0002))
    static let ports: [UInt16] = [623, 664, 16_992, 16_993, 16_994, 16_995]
    static let states: [LocalSocket.State] = [.bound, .listening, .synSent, .established, .finWait1]

    static let presences: [Presence] = {
        let node = Presence.Device(
            name: "mei0", kind: "mei", state: "ENABLED", firmwareVersion: "16.1.25.2124", parent: "0000:00:16.0")
        var resetting = node
        resetting.state = "RESETTING"
        let hidden = Presence(pciFunctions: 20, heci: [], devices: [], offeringAMTHI: [])
        var foreign = hidden
        foreign.machine.chipset = .other("0x1022")
        var virtual = hidden
        virtual.machine.hypervisor = "KVM"
        virtual.machine.networkCards = []
        var controlled = hidden
        controlled.machine.chipset = .intel
        controlled.controllers = ["ipmi0"]
        let nodes = [[node], [resetting]].map { devices in
            Presence(
                pciFunctions: 20, heci: ["0000:00:16.0"], devices: devices, offeringAMTHI: ["0000:00:16.0"],
                driver: .loaded)
        }
        return nodes + [.withAMT, .withAMT, .withAMT, hidden, foreign, virtual, controlled]
    }()

    /// Readings that fail in part.
    static let unread: [Presence] = Presence.Part.allCases.flatMap { part in
        Refusals.ofOtherReadings.map { failure in
            Presence(
                pciFunctions: part == .pci ? nil : 20, heci: [], devices: [], offeringAMTHI: [],
                controllers: nil, failures: [part: failure])
        }
    }

    /// Several, with any of three addresses, or none.
    static let interfaces: [[HostInterface]] = {
        let addresses = (1...3).map { IPv4Address(bits: 0xC000_0200 + $0) }
        let cards = (0..<8).map { mask in
            HostInterface(
                index: 2, name: "eno1", mac: MACAddress("00:1b:21:aa:bb:cc"),
                ipv4: addresses.indices.filter { mask >> $0 & 1 == 1 }.map { addresses[$0] })
        }
        let loopback = HostInterface(
            index: 1, name: "lo", isLoopback: true, ipv4: [IPv4Address(bits: 0x7F00_0001)])
        return cards.map { [loopback, $0] } + [[loopback], []]
    }()

    static let translations: [Translation] = {
        let chain = Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING")
        let published = Translation.PublishedPort(.tcp, port: 16_992, in: chain)
        return [
            Translation(chains: [chain], hasLegacyTable: false, tracks: true),
            Translation(chains: [chain], hasLegacyTable: false, published: [published], tracks: true),
            Translation(chains: [chain], hasLegacyTable: true, tracks: false),
            Translation(chains: [], hasLegacyTable: false, tracks: false),
            Translation(chains: [], hasLegacyTable: nil, tracks: true),
            Translation(chains: nil, hasLegacyTable: nil, gap: "Operation not permitted"),
            Translation(chains: nil, hasLegacyTable: false, gap: "Too many open files"),
        ]
    }()

    static let refused = Configuration.salvage(
        [ConfigurationFile(path: "/etc/amtguard.conf", content: .unreadable("this is a directory"))]
    ).1
    static let warned = Configuration.salvage(
        [ConfigurationFile(path: "/etc/amtguard.conf", content: .bytes(Array("[Guard]\nMood=auto\n".utf8)))]
    ).1
}

extension Presence {
    static let withAMT = Presence(
        pciFunctions: 20, heci: ["0000:00:16.0"], devices: [], offeringAMTHI: ["0000:00:16.0"])
}

extension KernelChoice {
    static let wide = KernelChoice(ephemeralRange: 1_024...65_535, unprivilegedStart: 1_024)
    static let narrow = KernelChoice(ephemeralRange: 32_768...60_999, unprivilegedStart: 1_024)
}
