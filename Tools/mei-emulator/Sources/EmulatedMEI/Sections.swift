// The contents of a machine file, one line per key. README.md has the same list with its meaning, and a test compares
// them.

/// All sections. A computed property, because a global of closures would be shared state.
var sections: [Section] {
    [
        Section(name: "machine", content: .keys(machineKeys)),
        Section(
            name: "clients",
            content: .keys(
                Client.allCases.map { client in
                    let allowed = Offer.allCases.map(\.rawValue).joined(separator: ", ")
                    return Key(name: client.rawValue, allowed: allowed) { machine, text in
                        guard let offer = Offer(rawValue: text) else { return false }
                        machine.clients[client] = offer
                        return true
                    }
                })),
        Section(name: "amt", content: .keys(amtKeys)),
        Section(name: "lan wired", content: .keys(lanKeys(\.wired))),
        Section(name: "lan wireless", content: .keys(lanKeys(\.wireless))),
        Section(name: "security", content: .keys(securityKeys)),
        Section(
            name: "redirection",
            content: .keys([
                .flag("sol", \.redirection.sol), .flag("ider", \.redirection.ider), .flag("kvm", \.redirection.kvm),
            ])),
        Section(name: "features", content: .keys(featureKeys)),
        Section(name: "remote access", content: .keys(remoteAccessKeys)),
        Section(name: "mkhi", content: .keys(mkhiKeys)),
        Section(name: "watchdog", content: .keys(watchdogKeys)),
        Section(name: "lme", content: .keys(lmeKeys)),
        Section(name: "smbios", content: .keys([structure(130), structure(131)])),
        Section(
            name: "status",
            content: .targets(
                Question.statusTargets,
                allowed: "a number, or one of \(statusNames.keys.sorted().joined(separator: ", "))"
            ) { machine, target, text in
                guard let status = statusNames[text] ?? unsigned(text) else { return false }
                machine.statuses[target] = status
                return true
            }),
        Section(
            name: "faults", repeats: true,
            content: .targets(Question.faultTargets, allowed: Fault.allowed) { machine, target, text in
                guard let rule = FaultRule(target: target, text: text) else { return false }
                machine.faults.append(rule)
                return true
            }),
        Section(name: "exchanges", named: true, repeats: true, content: .exchanges),
        Section(name: "host", named: true, content: .keys(hostKeys)),
        Section(name: "expect", content: .keys(expectationKeys)),
    ]
}

private var machineKeys: [Key] {
    [
        .flag("csme", \.hardware.csme),
        .flag("driver", \.hardware.driver),
        .number("index", \.hardware.index, 0...255),
        Key(name: "address", allowed: "a PCI function as 0000:80:16.0") { machine, text in
            machine.hardware.address = text
            return Machine.Hardware.isAddress(text)
        },
        .number("pci device", \.hardware.pciDevice, 0...0xFFFF),
        .function("host bridge", \.hardware.hostBridge),
        .function("network card", \.hardware.networkCard),
        .choice(
            "kind", \.hardware.kind, ["mei": "mei", "itouch": "itouch", "gsc": "gsc", "gscfi": "gscfi", "absent": nil]),
        Key(
            name: "dev_state",
            allowed: DeviceState.allCases.map(\.rawValue).joined(separator: ", ") + "; then optionally: for MS"
        ) { machine, text in
            let words = text.split(separator: " ")
            guard let first = words.first, let state = DeviceState(rawValue: String(first)) else { return false }
            guard words.count == 1 || words.count == 3 && words[1] == "for" else { return false }
            if words.count == 3 {
                guard let lasts = Int(words[2]), (0...3_600_000).contains(lasts) else { return false }
                machine.hardware.stateLasts = lasts
            }
            machine.hardware.state = state
            return true
        },
        .number("reset", \.hardware.resetLasts, 0...3_600_000),
        Key(name: "fw_ver", allowed: "text as 0:16.1.25.2020") { machine, text in
            machine.hardware.fwVer = text
            return text.utf8.count <= 60
        },
        .text("hbm_ver", \.hardware.hbmVer, atMost: 10),
        .text("fw_status", \.hardware.fwStatus, atMost: 60),
        .number("graphics", \.hardware.graphics, 0...255),
        .flag("serial over lan", \.hardware.serialOverLAN),
        .flag("iwlmei", \.hardware.iwlmei),
        .number("latency", \.hardware.latency, 0...60_000),
    ]
}

private var amtKeys: [Key] {
    [
        .text("version", \.amt.version, atMost: 20),
        .text("build", \.amt.build, atMost: 20),
        .text("sku", \.amt.sku, atMost: 20),
        .text("bios", \.amt.bios, atMost: 65),
        .text("vendor", \.amt.vendor, atMost: 20),
        .text("legacy mode", \.amt.legacyMode, atMost: 20),
        .code("provisioning", \.amt.provisioning, ["pre": 0, "in": 1, "post": 2]),
        .code("control mode", \.amt.controlMode, ["none": 0, "client": 1, "admin": 2, "remote assist": 3]),
        .code(
            "provisioning mode", \.amt.provisioningMode,
            ["none": 0, "enterprise": 1, "small business": 2, "remote assist": 3]),
        Key(name: "uuid", allowed: "as 12345678-9abc-def0-1234-56789abcdef0") { machine, text in
            guard let bytes = mixedEndian(uuid: text) else { return false }
            machine.amt.uuid = bytes
            return true
        },
        .flag("zero touch", \.amt.zeroTouch),
        .text("dns suffix", \.amt.suffix, atMost: 255),
        .text("fqdn", \.amt.fqdn, atMost: 255),
        .flag("host based setup", \.amt.hostBasedSetup),
    ]
}

private func lanKeys(_ lan: WritableKeyPath<Machine, Machine.LAN>) -> [Key] {
    [
        .flag("enabled", lan.appending(path: \.enabled)),
        .ipv4("ipv4", lan.appending(path: \.ipv4)),
        .flag("dhcp", lan.appending(path: \.dhcp)),
        Key(name: "mode", allowed: "active, passive, or a number from 0 to 255") { machine, text in
            guard let mode = ["active": 1, "passive": 2][text] ?? UInt8(text) else { return false }
            machine[keyPath: lan].mode = mode
            return true
        },
        .choice("link", lan.appending(path: \.link), ["down": false, "up": true]),
        .mac("mac", lan.appending(path: \.mac)),
    ]
}

private var securityKeys: [Key] {
    [
        .flag("enterprise", \.security.enterprise),
        .flag("tls", \.security.tls),
        .flag("crypto", \.security.crypto),
        .choice("provisioned", \.security.provisioned, ["no": false, "yes": true]),
        .flag("network", \.security.network),
        .flag("sol", \.security.sol),
        .flag("ider", \.security.ider),
        .flag("update", \.security.update),
        .choice("link", \.security.link, ["down": false, "up": true]),
        .flag("kvm", \.security.kvm),
    ]
}

private var featureKeys: [Key] {
    [
        .flag("web ui", \.features.webUI),
        .flag("system defence", \.features.systemDefence),
        .flag("eac", \.features.eac),
        .flag("ider session", \.features.iderOpen),
        .flag("sol session", \.features.solOpen),
        .flag("kvm session", \.features.kvmActive),
        .flag("kvm consent", \.features.kvmConsent),
    ]
}

private var remoteAccessKeys: [Key] {
    [
        .code("network", \.remoteAccess.network, ["direct": 0, "vpn": 1, "outside": 2, "unknown": 3]),
        .code("status", \.remoteAccess.status, ["not connected": 0, "connecting": 1, "connected": 2]),
        .code("trigger", \.remoteAccess.trigger, ["user": 0, "alert": 1, "provisioning": 2, "periodic": 3]),
        .text("server", \.remoteAccess.server, atMost: 255),
    ]
}

private var mkhiKeys: [Key] {
    [
        .featureBits("capable", \.mkhi.capable),
        .featureBits("enabled", \.mkhi.enabled),
        .featureBits("available", \.mkhi.available),
        .number("platform", \.mkhi.platform, 0...UInt32.max),
    ]
}

private var watchdogKeys: [Key] {
    let allowed = "a number, as 7 or 0x7; then optionally: byte, for one up to 255, or u32"
    return [
        Key(name: "answer", allowed: allowed) { machine, text in
            let words = text.split(separator: " ")
            guard (1...2).contains(words.count), let answer = unsigned(words[0]) else { return false }
            switch words.dropFirst().first {
            case nil: machine.watchdog.isLong = answer > 255
            case "byte" where answer <= 255: machine.watchdog.isLong = false
            case "u32": machine.watchdog.isLong = true
            default: return false
            }
            machine.watchdog.answer = answer
            return true
        }
    ]
}

private var lmeKeys: [Key] {
    [
        Key(name: "ports", allowed: "none, or numbers from 1 to 65535, with spaces between") { machine, text in
            let ports = text == "none" ? [] : text.split(separator: " ").map { UInt16($0) ?? 0 }
            machine.lme.ports = ports
            return !ports.contains(0) && !(ports.isEmpty && text != "none")
        },
        Key(name: "address", allowed: "text of at most 255 bytes") { machine, text in
            machine.lme.address = text
            return text.utf8.count <= 255
        },
    ]
}

/// A raw structure: type, length, handle, and so on, without the strings after it.
private func structure(_ type: UInt8) -> Key {
    let allowed = "a structure of that type in hexadecimal: its length is its second byte"
    return Key(name: "type \(type)", allowed: allowed) { machine, text in
        guard let bytes = hexadecimal(text), bytes.count >= 4, bytes[0] == type, bytes.count == bytes[1] else {
            return false
        }
        machine.smbios[type] = bytes
        return true
    }
}

private var hostKeys: [Key] {
    func interface(_ machine: inout Machine, _ change: (inout Machine.HostInterface) -> Void) -> Bool {
        guard var last = machine.host.popLast() else { return false }
        change(&last)
        machine.host.append(last)
        return true
    }
    let kinds = ["ethernet", "wireless", "bridge", "bond", "vlan"]
    return [
        Key(name: "mac", allowed: "an address as c8:d9:d2:7a:1e:33") { machine, text in
            guard let bytes = hexadecimal(text), bytes.count == 6 else { return false }
            return interface(&machine) { $0.mac = bytes }
        },
        Key(name: "permanent mac", allowed: "an address as c8:d9:d2:7a:1e:33") { machine, text in
            guard let bytes = hexadecimal(text), bytes.count == 6 else { return false }
            return interface(&machine) { $0.permanent = bytes }
        },
        Key(name: "addresses", allowed: "addresses as 192.168.1.20/24, with spaces between") { machine, text in
            let addresses = text.split(separator: " ").map(String.init)
            guard addresses.allSatisfy({ $0.contains("/") }) else { return false }
            return interface(&machine) { $0.addresses = addresses }
        },
        Key(name: "above", allowed: "the name of the interface that it stands above") { machine, text in
            interface(&machine) { $0.above = text }
        },
        Key(name: "kind", allowed: kinds.joined(separator: ", ")) { machine, text in
            guard kinds.contains(text) else { return false }
            return interface(&machine) { $0.kind = text }
        },
    ]
}

private var expectationKeys: [Key] {
    func word(_ name: String, _ path: WritableKeyPath<Machine, String?>, _ words: [String]) -> Key {
        Key(name: name, allowed: words.joined(separator: ", ")) { machine, text in
            machine[keyPath: path] = text
            return words.contains(text)
        }
    }
    let addresses = ["shared", "separate", "none", "unknown"]
    return [
        word(
            "state", \.expectation.state,
            ["impossible", "unknown", "disabled", "unprovisioned", "provisioning", "provisioned"]),
        word("control mode", \.expectation.controlMode, ["client", "admin", "legacy", "unknown"]),
        word("wired", \.expectation.wired, addresses),
        word("wireless", \.expectation.wireless, addresses),
        word(
            "rule", \.expectation.rule,
            [
                "same-lease", "same-static", "same-reversed", "awaits-lease", "former-lease", "own-lease", "own-static",
            ]),
        Key(name: "shared with", allowed: "names of interfaces, with spaces between") { machine, text in
            machine.expectation.sharedWith = text.split(separator: " ").map(String.init)
            return true
        },
        Key(name: "says", allowed: "text") { machine, text in
            machine.expectation.says = text
            return true
        },
    ]
}

extension MachineFile {
    /// All sections and their keys, for the test of the page that explains them.
    public static var vocabulary: [(section: String, keys: [String])] {
        sections.map { section in
            switch section.content {
            case .keys(let keys): (section.name, keys.map(\.name))
            case .targets(let targets, _, _): (section.name, targets.filter { !$0.contains("/") })
            case .exchanges: (section.name, [])
            }
        }
    }
}
