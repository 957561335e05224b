@testable import AmtguardCore

/// `ip("192.0.2.1")`
func ip(_ text: String) -> IPv4Address {
    guard let address = IPv4Address(text) else { preconditionFailure("no address: \(text)") }
    return address
}

/// `ether("a4:bb:6d:00:00:01")`
func ether(_ text: String) -> MACAddress {
    guard let address = MACAddress(text) else { preconditionFailure("no address: \(text)") }
    return address
}

/// AMT's own MAC address, in all these tests.
let wiredMAC = ether("a4:bb:6d:00:00:01")
let wirelessMAC = ether("a4:bb:6d:00:00:02")

extension LANSettings {
    /// An interface that is on, with a link.
    static func wired(_ ipv4: String, dhcp: Bool = true, _ mode: DHCPMode = .passive) -> LANSettings {
        LANSettings(enabled: true, ipv4: ip(ipv4), dhcpEnabled: dhcp, dhcpMode: mode, link: true, mac: wiredMAC)
    }

    static func wireless(_ ipv4: String) -> LANSettings {
        LANSettings(
            enabled: true, ipv4: ip(ipv4), dhcpEnabled: true, dhcpMode: .passive, link: true, mac: wirelessMAC)
    }

    /// The firmware's settings for an interface that does not exist.
    static let none = LANSettings(
        enabled: false, ipv4: ip("0.0.0.0"), dhcpEnabled: false, dhcpMode: DHCPMode(rawValue: 0), link: false,
        mac: ether("00:00:00:00:00:00"))
}

extension FirmwareAnswer {
    /// A complete answer of AMT.
    static func heard(
        _ provisioning: ProvisioningState, _ mode: ControlMode, tls: Bool = false, network: Bool = true,
        version: String = "15.0.42", redirection: RedirectionState = [.sol],
        wired: LANSettings = .wired("0.0.0.0"), wireless: LANSettings = .none
    ) -> FirmwareAnswer {
        var answer = FirmwareAnswer(.answered, because: "not asked")
        answer.device = .known("mei0")
        answer.deviceState = .known("ENABLED")
        answer.amthi = .known(.answers)
        answer.amtVersion = .known(version)
        answer.provisioningState = .known(provisioning)
        answer.controlMode = .known(mode)
        answer.wired = .known(wired)
        answer.wireless = .known(wireless)
        answer.security = .known(
            SecurityParameters(
                tls: tls, networkInterfaceEnabled: network, sol: true, ider: false, kvm: true, link: true))
        answer.redirection = .known(redirection)
        return answer
    }

    static func provisioned(_ mode: ControlMode) -> FirmwareAnswer { heard(.post, mode) }

    /// AMTHI is not offered, and the engine's kernel answers this.
    static func mkhi(_ capable: Bool?, _ enabled: Bool?) -> FirmwareAnswer {
        var answer = FirmwareAnswer(.answered, because: "the AMT host interface is not offered")
        answer.deviceState = .known("ENABLED")
        answer.amthi = .known(.notOffered)
        answer.capable = capable.map(Finding.known) ?? .unknown("MKHI is not offered either")
        answer.enabled = enabled.map(Finding.known) ?? .unknown("MKHI is not offered either")
        return answer
    }

    /// An answer with only this behaviour and outcome.
    static func silent(_ behaviour: Behaviour, _ outcome: Outcome) -> FirmwareAnswer {
        var answer = FirmwareAnswer(outcome)
        answer.amthi = .known(behaviour)
        return answer
    }

    static let disabled = silent(.disabled, .answered)

    func with(_ change: (inout FirmwareAnswer) -> Void) -> FirmwareAnswer {
        var answer = self
        change(&answer)
        return answer
    }
}

extension Presence {
    func with(_ change: (inout Presence) -> Void) -> Presence {
        var presence = self
        change(&presence)
        return presence
    }
}

extension SMBIOSReading {
    static let on = SMBIOSReading(table: SMBIOSTests.on + [0, 0])
    static let off = SMBIOSReading(table: SMBIOSTests.disabled + [0, 0])
    static let unsupported = SMBIOSReading(table: SMBIOSTests.unsupported + [0, 0])
    static let vProAlone = SMBIOSReading(table: SMBIOSTests.vPro(engine: 0xC009) + [0, 0])
    /// Another vendor's structure of type 130, with the value "supported".
    static let foreign = SMBIOSReading(
        table: SMBIOSTests.on.enumerated().map { (4..<8).contains($0.offset) ? 0x41 : $0.element } + [0, 0])
    static let manageable = SMBIOSReading(table: SMBIOSTests.vPro(engine: 0x11) + [0, 0])
    static let vProWithout = SMBIOSReading(table: SMBIOSTests.vPro(engine: 0x2001) + [0, 0])
    static let unsupportedVPro = SMBIOSReading(
        table: SMBIOSTests.unsupported + [0, 0] + SMBIOSTests.vPro(engine: 0xC009) + [0, 0])
    static let both = SMBIOSReading(table: SMBIOSTests.disabled + [0, 0] + SMBIOSTests.on + [0, 0])
}

typealias SMBIOSTests = `SMBIOS`

extension HostInterface {
    static let lo = HostInterface(index: 1, name: "lo", isLoopback: true, ipv4: [ip("127.0.0.1")])

    static func eno1(_ ipv4: String...) -> HostInterface {
        HostInterface(index: 2, name: "eno1", mac: wiredMAC, permanentMAC: wiredMAC, ipv4: ipv4.map { ip($0) })
    }

    static func wlan0(_ ipv4: String...) -> HostInterface {
        HostInterface(index: 3, name: "wlan0", mac: wirelessMAC, permanentMAC: wirelessMAC, ipv4: ipv4.map { ip($0) })
    }

    /// A dock with the laptop's address by MAC pass-through.
    static func dock(_ ipv4: String...) -> HostInterface {
        HostInterface(index: 7, name: "enx0", mac: wiredMAC, permanentMAC: wiredMAC, ipv4: ipv4.map { ip($0) })
    }
}

extension LocalSocket {
    /// `.listener("0.0.0.0", 16992)`, by TCP.
    static func listener(_ address: String, _ port: UInt16, uid: UInt32 = 1000, unit: String? = nil) -> LocalSocket {
        LocalSocket(.tcp, .v4(ip(address)), port: port, .listening, uid: uid, unit: unit)
    }

    /// `.connection("192.0.2.20", 16994, to: "198.51.100.7")`, by TCP, to its port 443.
    static func connection(
        _ address: String, _ port: UInt16, to remote: String, _ state: State = .synSent, uid: UInt32 = 1000
    ) -> LocalSocket {
        LocalSocket(
            .tcp, .v4(ip(address)), port: port, state, to: Endpoint(.v4(ip(remote)), port: 443), uid: uid,
            unit: "session-3.scope")
    }

    /// Processes of these names are in its control group.
    func run(by commands: String...) -> LocalSocket { with { $0.commands = commands } }

    func with(_ change: (inout LocalSocket) -> Void) -> LocalSocket {
        var socket = self
        change(&socket)
        return socket
    }
}

extension Scene {
    /// The firmware answers on a host with eno1 and Intel LMS.
    mutating func hear(_ answer: FirmwareAnswer) {
        see(.interfaces([.lo, .eno1("192.0.2.20")]))
        see(.firmware(.answer(answer)))
        see(
            .sockets(
                SocketReading([
                    .listener("0.0.0.0", 16992, uid: 0, unit: "lms.service"),
                    LocalSocket(.udp, .v4(ip("0.0.0.0")), port: 623, .unconnected, uid: 7),
                ])))
    }
}
