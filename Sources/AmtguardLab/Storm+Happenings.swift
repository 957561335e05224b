import AmtguardCore

// What a storm lets happen.

extension Storm {
    mutating func happen() {
        switch ground.random.below(100) {
        case 0..<25: write()
        case 25..<45: pass()
        case 45..<49: look(.request)
        case 49..<50: stop()
        case 50..<55: jump()
        case 55..<60: observePresence()
        case 60..<68: observeFirmware()
        case 68..<74: observeInterfaces()
        case 74..<79: observeTranslation()
        case 79..<84: observeSockets()
        case 84..<88: configure()
        case 88..<91: observeChoice()
        case 91..<93: changeWatch()
        case 93..<95: restart()
        case 95..<96: see(.deviceChanged)
        case 96..<97: see(.resumed)
        case 97..<98: see(.runtimeDirectory(problem: chance(0.5) ? "No space left on device" : nil))
        case 98..<99: loseHolds()
        default: alterTable()
        }
    }

    /// Another program writes the list: ports that never existed before, and sometimes some of the required ones. The
    /// watch may show it.
    mutating func write() {
        count("write")
        let mark = 20_000 + UInt16(truncatingIfNeeded: ground.list.strangersWrites % 40_000)
        var ports = PortSet(mark...mark)
        for port: UInt16 in [623, 16992, 16995, 8080] where chance(0.1) { ports = ports.union(PortSet(port...port)) }
        if chance(0.7) { ground.list.replace(with: ports) } else { ground.list.join(ports) }
        guard ground.watch.kind != .none, chance(0.8) else { return }
        ground.isShown = true
        if ground.isListening { lookAfterWrite() }
    }

    /// Time passes, up to what the guardian has arranged.
    private mutating func pass() {
        let arranged = [ground.nextLook, ground.nextAudit, ground.firmwareAt].compactMap { $0 }.min()
        let next = ground.clock + .milliseconds(1 + ground.random.below(5_000))
        guard let arranged, arranged <= next else { return ground.clock = next }
        ground.clock = max(ground.clock, arranged)
        if let look = ground.nextLook, look <= ground.clock {
            ground.nextLook = nil
            self.look(.token)
        } else if let due = ground.firmwareAt, due <= ground.clock {
            ground.firmwareAt = nil
            see(.firmwareDue)
        } else {
            audit()
        }
    }

    /// All that the daemon looks at when an audit is due.
    mutating func audit() {
        ground.nextAudit = ground.auditEvery.map { ground.clock + $0 }
        look(.audit)
        see(.holds(HoldReading(held: ground.held), .audit))
        see(.redrawTable(ground.table, .audit))
    }

    /// The machine sleeps, or the administrator sets the wall clock.
    private mutating func jump() {
        if chance(0.5) {
            ground.clock = ground.clock + .seconds(ground.random.below(100_000))
        } else {
            ground.epoch += Int64(ground.random.below(2_000_000)) - 1_000_000
        }
    }

    private mutating func observePresence() {
        let hidden = Presence(pciFunctions: 20, heci: [], devices: [], offeringAMTHI: [])
        see(.presence(chance(0.7) ? .withAMT : hidden))
    }

    /// The helper's answer, with some of its bytes changed; or none.
    private mutating func observeFirmware() {
        guard ground.isAsked else { return see(.firmwareDue) }
        ground.isAsked = false
        count("answer")
        guard var bytes = answers.randomElement(using: &ground.random), chance(0.8) else {
            let failures: [FirmwareFailure] = [.ended, .tooLong, .abandoned, .malformed("line 1")]
            return see(.firmware(.failed(failures.randomElement(using: &ground.random) ?? .ended)))
        }
        for _ in 0..<ground.random.below(3) where !bytes.isEmpty {
            bytes[ground.random.below(bytes.count)] = UInt8(truncatingIfNeeded: ground.random.below(256))
        }
        see(.firmware(FirmwareInquiry(reply: bytes)))
    }

    private mutating func observeInterfaces() {
        guard chance(0.9) else { return see(.interfaces(nil, failure())) }
        let addresses = (1...3).filter { _ in chance(0.6) }.map { IPv4Address(bits: 0xC000_0200 + UInt32($0)) }
        let card = HostInterface(
            index: 2, name: "eno1", mac: MACAddress("00:1b:21:aa:bb:cc"), ipv4: addresses)
        see(.interfaces(chance(0.9) ? [card] : []))
    }

    private mutating func observeTranslation() {
        let chain = Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING")
        if chance(0.7) {
            let chains = chance(0.7) ? [chain] : []
            see(.translation(Translation(chains: chains, hasLegacyTable: false, tracks: chance(0.5))))
        } else {
            see(.translation(Translation(chains: nil, hasLegacyTable: nil, gap: "Operation not permitted")))
        }
        let flow = TranslatedFlow(
            .tcp, from: .init(.v4(IPv4Address(bits: 0xAC11_0002)), port: 40_000),
            to: .init(.v4(IPv4Address(bits: 0xC633_6401)), port: 443),
            as: .init(.v4(IPv4Address(bits: 0xC000_0201)), port: port()))
        see(chance(0.8) ? .flows(FlowReading(chance(0.5) ? [flow] : [])) : .flows(nil, failure()))
    }

    private mutating func observeSockets() {
        guard chance(0.85) else { return see(.sockets(nil, failure())) }
        let states: [LocalSocket.State] = [.bound, .listening, .synSent, .established, .finWait1]
        let sockets = (0..<ground.random.below(4)).map { _ in
            LocalSocket(
                .tcp, .v4(IPv4Address(bits: 0xC000_0201)), port: port(),
                states.randomElement(using: &ground.random) ?? .bound,
                to: .init(.v4(IPv4Address(bits: 0xC633_6401)), port: 443), uid: 0,
                retransmissions: UInt8(ground.random.below(8)))
        }
        see(.sockets(SocketReading(sockets.sorted { $0.port < $1.port })))
    }

    private mutating func configure() {
        var configuration = Configuration()
        configuration.mode = Configuration.Mode.allCases.randomElement(using: &ground.random) ?? .auto
        configuration.onStop = chance(0.5) ? .release : .keep
        if chance(0.3) { configuration.extraPorts = PortSet(5_900...5_901) }
        guard chance(0.8) else {
            let file = ConfigurationFile(path: "/etc/amtguard.conf", content: .unreadable("this is a directory"))
            see(.configuration(configuration, Configuration.salvage([file]).1))
            return look(.request)
        }
        count(configuration.mode == .observe ? "observe" : "reload")
        // Another mode begins another series of overwrites.
        if configuration.mode != self.configuration.mode { repairs = [] }
        self.configuration = configuration
        see(.configuration(configuration, []))
        look(.request)
    }

    private mutating func observeChoice() {
        see(chance(0.8) ? .choice(chance(0.5) ? .wide : .narrow) : .choice(nil, failure()))
    }

    private mutating func changeWatch() {
        let kinds: [Watch.Kind] = [.fanotify, .inotify, .none]
        ground.watch = Watch(kinds.randomElement(using: &ground.random) ?? .none)
        (ground.isShown, ground.isListening) = (false, true)  // The events of the former watch are gone.
        see(.watch(ground.watch))
    }

    /// The sockets are gone: the service manager lost them, or descriptors ran out.
    private mutating func loseHolds() {
        for hold in ground.held.keys.sorted() where chance(0.5) { ground.held[hold] = nil }
        see(.holds(HoldReading(held: ground.held), .audit))
    }

    /// Another program flushes all rules, or changes the table.
    private mutating func alterTable() {
        let states: [RedrawReading.State] = [.absent, .altered, .foreign(owner: "firewalld")]
        ground.table = RedrawReading(states.randomElement(using: &ground.random) ?? .absent)
        see(.redrawTable(ground.table, .audit))
    }

    mutating func chance(_ probability: Double) -> Bool { ground.random.chance(probability) }

    private mutating func port() -> UInt16 {
        ([623, 664, 16_992, 16_993, 16_994, 16_995] as [UInt16]).randomElement(using: &ground.random) ?? 623
    }

    private mutating func failure() -> ReadingFailure {
        let failures: [ReadingFailure] = [.missing, .noDescriptor, .failed("Input/output error")]
        return failures.randomElement(using: &ground.random) ?? .missing
    }
}

extension Presence {
    static let withAMT = Presence(
        pciFunctions: 20, heci: ["0000:00:16.0"], devices: [], offeringAMTHI: ["0000:00:16.0"])
}

extension KernelChoice {
    static let wide = KernelChoice(ephemeralRange: 1_024...65_535, unprivilegedStart: 1_024)
    static let narrow = KernelChoice(ephemeralRange: 32_768...60_999, unprivilegedStart: 1_024)
}

extension SplitMix64 {
    fileprivate mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
