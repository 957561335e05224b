import AmtguardLab
import Foundation
import Testing

@testable import AmtguardCore

@Suite struct `The firmware's answer` {
    /// All values known, and each different from its default.
    static let full: FirmwareAnswer = {
        var answer = FirmwareAnswer(.answered)
        answer.device = .known("mei1")
        answer.deviceState = .known("ENABLED")
        answer.firmwareVersion = .known("16.1.25.2124")
        answer.amthi = .known(.answers)
        answer.take(RecordedMachine.codeVersions, for: .codeVersions)
        answer.provisioningState = .known(.post)
        answer.controlMode = .known(.admin)
        answer.take(`AMTHI byte by byte`.lan, for: .wiredSettings)
        // All zero: this interface does not exist.
        answer.take(
            `AMTHI byte by byte`.reply([0x48, 0, 0x80, 4], [UInt8](repeating: 0, count: 20)), for: .wirelessSettings)
        answer.security = .known(
            SecurityParameters(tls: true, networkInterfaceEnabled: true, sol: false, ider: true, kvm: false, link: true)
        )
        answer.redirection = .known([.sol, .kvm])
        answer.webUI = .known(true)
        answer.kvm = .known([.waiting])
        answer.remoteAccess = .known(
            RemoteAccess(
                network: .init(rawValue: 2), connection: .init(rawValue: 2), trigger: .init(rawValue: 9),
                host: "mps.example.net"))
        answer.uuid = .known(.amthi)
        answer.capable = .known(true)
        answer.enabled = .known(false)
        answer.available = .known(true)
        answer.surplus = .known("wired 4 bytes")
        answer.amtSwitch = .known([.isKnown, .operational, .tlsOnly])
        return answer
    }()

    static let outcomes: [FirmwareAnswer.Outcome] = [
        .answered, .noDevice, .graphicsOnly, .noDriver, .notPermitted, .resetting, .busy, .silent,
        .garbled("the message is 3 bytes too long"), .failed("the device node does not exist"),
    ]

    @Test func `of a recorded machine is exactly what is known of it`() {
        var answer = FirmwareAnswer(.answered, because: "not recorded")
        answer.take(RecordedMachine.codeVersions, for: .codeVersions)
        answer.take(RecordedMachine.provisioningState, for: .provisioningState)
        #expect(answer.bios == .known("N1EETA2W (1.75 )"))
        #expect(answer.amtVersion == .known("11.8.93"))
        #expect(answer.amtBuild == .known("4323"))
        #expect(answer.sku == .known(.amt))
        #expect(answer.provisioningState == .known(.pre))
        #expect(answer.controlMode == .unknown("not recorded"))
    }

    @Test func `comes back from its lines as it was`() throws {
        #expect(try FirmwareAnswer(parsing: Self.full.encoded) == Self.full)
        for outcome in Self.outcomes {
            let answer = FirmwareAnswer(outcome)
            #expect(try FirmwareAnswer(parsing: answer.encoded) == answer)
        }
    }

    @Test func `is these lines`() {
        #expect(
            String(decoding: Self.full.encoded, as: UTF8.self) == """
                OUTCOME=answered
                DEVICE=mei1
                DEVICE_STATE=ENABLED
                FIRMWARE_VERSION=16.1.25.2124
                AMTHI=answers
                BIOS=N1EETA2W (1.75 )
                AMT_VERSION=11.8.93
                AMT_BUILD=4323
                SKU=8
                PROVISIONING=post
                CONTROL_MODE=admin
                WIRED_ENABLED=1
                WIRED_IPV4=192.168.1.20
                WIRED_DHCP=1
                WIRED_DHCP_MODE=passive
                WIRED_LINK=1
                WIRED_MAC=c8:d9:d2:7a:1e:33
                WIRELESS_ENABLED=0
                WIRELESS_IPV4=0.0.0.0
                WIRELESS_DHCP=0
                WIRELESS_DHCP_MODE=other-0
                WIRELESS_LINK=0
                WIRELESS_MAC=00:00:00:00:00:00
                SECURITY_TLS=1
                SECURITY_NETWORK=1
                SECURITY_SOL=0
                SECURITY_IDER=1
                SECURITY_KVM=0
                SECURITY_LINK=1
                REDIRECTION_SOL=1
                REDIRECTION_IDER=0
                REDIRECTION_KVM=1
                WEB_UI=1
                KVM_ACTIVE=0
                KVM_WAITING=1
                REMOTE_NETWORK=outside
                REMOTE_CONNECTION=connected
                REMOTE_TRIGGER=other-9
                REMOTE_HOST=mps.example.net
                SURPLUS=wired 4 bytes
                UUID=12f80028-b4b7-4b2d-aca8-46e0ff65814c
                MKHI_CAPABLE=1
                MKHI_ENABLED=0
                MKHI_AVAILABLE=1
                SWITCH=0xc2
                END=1

                """)
    }

    @Test func `is JSON with every key, a source for each, and the reasons`() throws {
        struct Value: Decodable {
            var source: String
            var unknown: String?
        }
        for answer in [Self.full] + Self.outcomes.map({ FirmwareAnswer($0) }) {
            let data = Data("\(answer.json)".utf8)
            let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(object["outcome"] as? String == answer.outcome.word)
            #expect(object.count == 4 + 23)
            for (key, value) in object where !["schema", "version", "outcome", "says"].contains(key) {
                let field = try #require(value as? [String: Any], "\(key)")
                #expect(["sysfs", "amthi", "mkhi", "watchdog"].contains(field["source"] as? String))
                #expect((field["value"] is NSNull) != (field["unknown"] is NSNull), "\(key)")
            }
        }
    }

    @Test func `says to people what it says to programs`() {
        let text = Self.full.text.map { "\($0.label): \($0.value)" }
        for line in [
            "Answer: the firmware answered", "AMT version: 11.8.93 (amthi)", "Provisioning: provisioned (amthi)",
            "Wired: enabled, 192.168.1.20, DHCP passive, link up, c8:d9:d2:7a:1e:33 (amthi)",
            "Wireless: not there (amthi)", "Enabled: no (mkhi)", "SKU: 8 amt (amthi)",
        ] { #expect(text.contains(line), "\(line) in \(text)") }
        #expect(FirmwareAnswer(.busy).text.map(\.value) == ["another program holds the AMT host interface"])
        var partial = Self.full
        partial.kvm = .unknown(.refused(.unsupported))
        partial.webUI = .unknown(.refused(.unsupported))
        #expect(partial.text.last?.value == "Web UI, KVM: status UNSUPPORTED")
    }

    @Test func `has a line of its own for each outcome`() {
        #expect(Set(Self.outcomes.map(\.says)).count == Self.outcomes.count)
        #expect(Set(Self.outcomes.map(\.word)).count == Self.outcomes.count)
    }

    @Test func `decodes the bits of a SKU`() {
        #expect(SKU(rawValue: 16_392).names == ["amt", "corporate"])
        #expect(SKU(rawValue: 0x1_0010).names == ["standard-manageability", "0x10000"])
        #expect(SKU(rawValue: 0).names == [])
    }

    @Test(arguments: MKHI.Rule.allCases)
    func `has what MKHI says for each rule, or why it says nothing`(rule: MKHI.Rule) {
        func findings(_ answer: FirmwareAnswer) -> [Finding<Bool>] {
            [answer.capable, answer.enabled, answer.available]
        }
        let index = [MKHI.Rule.capable, .enabled, .available].firstIndex(of: rule) ?? 0
        for (features, isKnown) in [(MKHI.Features(rawValue: 0x10_0024), true), (MKHI.Features(rawValue: 0x20), false)]
        {
            var answer = FirmwareAnswer(.answered, because: "not asked")
            #expect(answer.take(features.encoded(to: rule), for: rule) == nil)
            var expected = Array(repeating: Finding<Bool>.unknown("not asked"), count: 3)
            expected[index] = .known(isKnown)
            #expect(findings(answer) == expected)
            answer.miss(rule, because: .noAnswer)
            expected[index] = .unknown(Gap.noAnswer)
            #expect(findings(answer) == expected)
        }
    }

    @Test func `does not take one interface for two`() {
        var answer = FirmwareAnswer(.answered, because: "not asked")
        #expect(answer.take(`AMTHI byte by byte`.lan, for: .wiredSettings) == nil)
        #expect(answer.take(`AMTHI byte by byte`.lan, for: .wirelessSettings) == .repeated)
        #expect(answer.wireless == .unknown(Gap(.repeated)) && answer.wired.value != nil)
        var other = `AMTHI byte by byte`.lan
        other[other.count - 1] ^= 1
        #expect(answer.take(other, for: .wirelessSettings) == nil && answer.wireless.value != nil)
    }

    @Test func `names each bit of a SKU`() {
        #expect(
            SKU(rawValue: .max).names == [
                "qst", "asf", "amt", "standard-manageability", "tpm", "home-it", "wox", "anti-theft", "corporate",
                "l3-upgrade", "0xffff1ac1",
            ])
    }

    @Test func `has each flag in its own place`() {
        for place in 0..<6 {
            let texts = (0..<6).map { $0 == place ? "1" : "0" }
            let security = SecurityParameters(texts: texts)
            #expect(security?.texts == texts)
            let flags = security.map { [$0.tls, $0.networkInterfaceEnabled, $0.sol, $0.ider, $0.kvm, $0.link] }
            #expect(flags?.enumerated().filter(\.element).map(\.offset) == [place])
        }
        let states: [KVMState] = [[], .active, .waiting, [.active, .waiting]]
        #expect(states.map(\.words) == ["no session", "session active", "waiting for consent", "session active"])
    }
}
