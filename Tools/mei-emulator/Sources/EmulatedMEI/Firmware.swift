/// Answers the messages of one client. The device decides what happens to an answer.
struct Firmware {
    var machine: Machine

    /// A question: its names for `[status]` and `[faults]`, the most specific first.
    struct Request {
        var names: [String]
        /// For the log.
        var title: String { names.first ?? "?" }
    }

    /// How often each recorded request was answered, because the same question may have two different answers.
    private var repetitions: [[UInt8]: Int] = [:]

    init(machine: Machine) { self.machine = machine }

    /// Names the request and answers it like a sound firmware; no reply if the client does not answer this.
    ///
    /// - Parameter forwarding: The connection, if it is one to LME.
    mutating func answer(
        _ bytes: [UInt8], to client: Client, _ forwarding: inout PortForwarding?
    ) -> (request: Request, replies: [[UInt8]]) {
        if machine.exchanges[client] == nil, let (name, replies) = forwarding?.take(bytes) {
            return (Request(names: [name, "lme", "any"]), replies)
        }
        let (request, reply) = answer(bytes, to: client)
        return (request, reply.map { [$0] } ?? [])
    }

    private mutating func answer(_ bytes: [UInt8], to client: Client) -> (request: Request, reply: [UInt8]?) {
        let described = describe(bytes, to: client)
        guard let exchanges = machine.exchanges[client] else { return described }
        let recorded = exchanges.filter { $0.request == bytes }
        guard let last = recorded.last else {
            // A recording has no further answers, and must not be completed with answers that were not recorded.
            let reply = client == .amthi ? response(to: Cursor(bytes).command ?? 0, status: 0x812) : nil
            return (described.request, reply)
        }
        let repetition = repetitions[bytes, default: 0]
        repetitions[bytes] = repetition + 1
        return (described.request, (repetition < recorded.count ? recorded[repetition] : last).reply)
    }

    private func describe(_ bytes: [UInt8], to client: Client) -> (request: Request, reply: [UInt8]?) {
        switch client {
        case .amthi: return amthi(bytes)
        case .mkhi, .mkhiFixed: return mkhi(bytes)
        case .watchdog: return watchdog(bytes)
        default: return (Request(names: [client.rawValue, "any"]), nil)
        }
    }
}

extension Cursor {
    /// The command field of an AMTHI message.
    fileprivate var command: UInt32? {
        var copy = self
        _ = copy.long()
        return copy.long()
    }
}

extension Firmware {
    /// Version 1.1, the command with bit 23, the number of bytes after these twelve, the status, the payload.
    func response(to command: UInt32, status: UInt32, payload: [UInt8] = []) -> [UInt8] {
        var message = Message()
        message.byte(1)
        message.byte(1)
        message.word(0)
        message.long(command | 1 << 23)
        message.long(UInt32(4 + payload.count))
        message.long(status)
        message.raw(payload)
        return message.bytes
    }

    /// Only IsChangeToAMTEnabled reads. All other commands change a state of AMT, or start a watchdog that resets the
    /// machine. How the firmware refuses them is unknown, so they get no reply.
    private func watchdog(_ bytes: [UInt8]) -> (request: Request, reply: [UInt8]?) {
        guard bytes == [0x05, 0x02, 0x51, 0x10] else {
            let command = bytes.count > 2 ? "0x" + String(bytes[2], radix: 16) : "malformed"
            return (Request(names: ["FORBIDDEN watchdog \(command)", "watchdog", "any"]), nil)
        }
        var reply = Message()
        if machine.watchdog.isLong {
            reply.long(machine.watchdog.answer)
        } else {
            reply.byte(UInt8(truncatingIfNeeded: machine.watchdog.answer))
        }
        return (Request(names: ["watchdog", "any"]), reply.bytes)
    }

    func amthi(_ bytes: [UInt8]) -> (request: Request, reply: [UInt8]?) {
        var cursor = Cursor(bytes)
        guard let version = cursor.word(), let reserved = cursor.word(), let command = cursor.long(),
            let length = cursor.long(), reserved == 0, version & 0xFF == 1
        else { return (Request(names: ["malformed", "amthi", "any"]), nil) }
        guard let question = Question(rawValue: command) else {
            if let name = Question.forbidden[command] {
                return (Request(names: ["FORBIDDEN \(name)", "amthi", "any"]), response(to: command, status: 0x10))
            }
            let name = "0x" + String(command, radix: 16)
            return (Request(names: [name, "amthi", "any"]), response(to: command, status: 0x812))
        }
        var names = [question.name, "amthi", "any"]
        guard Int(length) == cursor.count, cursor.count == question.parameters else {
            return (Request(names: names), response(to: command, status: 4))
        }
        let parameter = cursor.long() ?? 0
        if let part = Question.parts.first(where: { $0.question == question && $0.parameter == parameter }) {
            names.insert("\(question.name)/\(part.name)", at: 0)
        }
        let status = names.lazy.compactMap { machine.statuses[$0] }.first ?? 0
        guard status == 0 else { return (Request(names: names), response(to: command, status: status)) }
        switch payload(of: question, parameter) {
        case .success(let payload):
            return (Request(names: names), response(to: command, status: 0, payload: payload))
        case .failure(let refusal):
            return (Request(names: names), response(to: command, status: refusal.status))
        }
    }

    /// A status other than success.
    struct Refusal: Error {
        var status: UInt32
    }

    private func payload(of question: Question, _ parameter: UInt32) -> Result<[UInt8], Refusal> {
        var message = Message()
        switch question {
        case .getProvisioningMode:
            message.long(machine.amt.provisioningMode)
            message.flag(machine.amt.legacyMode == "True")
        case .getTcpipParameters:
            message.long(machine.wired.dhcp ? 2 : 1)
            for _ in 0..<5 { message.long(0) }
            message.counted(machine.amt.suffix)
        case .getProvisioningState: message.long(machine.amt.provisioning)
        case .getCodeVersions: codeVersions(into: &message)
        case .getSecurityParameters: security(into: &message)
        case .getMACAddresses:
            message.raw(repeatElement(0, count: 6))
            message.raw(machine.wired.mac)
        case .getHashHandles: message.long(0)
        case .getZeroTouchEnabled: message.flag(machine.amt.zeroTouch)
        case .getDNSSuffix: message.counted(machine.amt.suffix)
        case .getDNSSuffixList: message.counted(machine.amt.suffix)
        case .getRemoteAccessConnectionStatus:
            message.long(machine.remoteAccess.network ?? (machine.amt.provisioning == 2 ? 0 : 2))
            message.long(machine.remoteAccess.status)
            message.long(machine.remoteAccess.trigger)
            message.counted(machine.remoteAccess.server)
        case .getLanInterfaceSettings:
            guard parameter < 2 else { return .failure(Refusal(status: 0x23)) }
            lan(parameter == 0 ? machine.wired : machine.wireless, into: &message)
        case .getFeaturesState:
            guard parameter < 5 else { return .failure(Refusal(status: 0x24)) }
            feature(parameter, into: &message)
        case .getUserInitiatedEnabledInterfaces: message.long(0)
        case .getIPv6LanInterfaceStatus: return .failure(Refusal(status: 2_500))
        case .getFQDN:
            message.flag(true)
            message.flag(false)
            message.long(1_440)
            message.long(900)
            message.long(UInt32(machine.amt.fqdn.prefix { $0 != "." }.utf8.count))
            message.counted(machine.amt.fqdn)
        case .getRedirectionState:
            let state = machine.redirection
            message.long((state.sol ? 1 : 0) | (state.ider ? 2 : 0) | (state.kvm ? 4 : 0))
        case .getUUID: message.raw(machine.amt.uuid)
        case .getControlMode: message.long(machine.amt.controlMode)
        case .getEHBCState: message.flag(machine.amt.hostBasedSetup)
        }
        return .success(message.bytes)
    }

    private func codeVersions(into message: inout Message) {
        let amt = machine.amt
        message.text(amt.bios, in: 65)
        let versions: KeyValuePairs = [
            "Flash": amt.version, "Netstack": amt.version, "AMTApps": amt.version, "AMT": amt.version, "Sku": amt.sku,
            "VendorID": amt.vendor, "Build Number": amt.build, "Recovery Version": amt.version,
            "Recovery Build Num": amt.build, "Legacy Mode": amt.legacyMode,
        ]
        message.long(UInt32(versions.count))
        for (name, version) in versions {
            for text in [name, version] {
                message.word(UInt16(text.utf8.count))
                message.text(text, in: 20)
            }
        }
    }

    private func security(into message: inout Message) {
        let security = machine.security
        message.flag(security.enterprise)
        message.flag(security.tls)
        message.flag(security.crypto)
        message.flag(security.provisioned ?? (machine.amt.provisioning == 2))
        message.flag(security.network)
        message.flag(security.sol)
        message.flag(security.ider)
        message.flag(security.update)
        message.flag(security.link)
        message.flag(security.kvm)
        for _ in 0..<7 { message.long(0) }
    }

    private func lan(_ lan: Machine.LAN, into message: inout Message) {
        message.flag(lan.enabled)
        // A number (1.2.3.4 is 0x01020304), in the byte order of all numbers here.
        message.long(lan.ipv4.reduce(0) { $0 << 8 | UInt32($1) })
        message.flag(lan.dhcp)
        message.byte(lan.mode)
        message.byte(lan.link ? 1 : 0)
        message.raw(lan.mac)
    }

    private func feature(_ id: UInt32, into message: inout Message) {
        let features = machine.features
        message.long(id)
        switch id {
        case 0:
            message.flag(features.iderOpen)
            message.flag(features.solOpen)
            message.long(0)
        case 1: message.flag(features.systemDefence)
        case 2: message.flag(features.webUI)
        case 3: message.flag(features.eac)
        default: message.long((features.kvmActive ? 1 : 0) | (features.kvmConsent ? 2 : 0))
        }
    }
}
