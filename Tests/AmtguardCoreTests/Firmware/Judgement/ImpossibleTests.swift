import Foundation
import Testing

@testable import AmtguardCore

/// Every combination of the evidence: "impossible" needs a proof, and no evidence for AMT.
///
/// Without AMTGUARD_THOROUGH=1, values that the judgement does not distinguish are left out: half a million
/// combinations in some seconds, instead of 26 million in minutes.
@Suite struct `AMT that is impossible` {
    /// One value of a kind of evidence. The table defines its meaning, independently of the tested code.
    struct Piece<Value: Sendable>: Sendable {
        var value: Value
        /// Whether it is evidence for AMT.
        var speaks = false
        /// Whether it proves that there is no AMT, unless there is evidence for AMT.
        var proves = false

        init(_ value: Value, speaks: Bool = false, proves: Bool = false) {
            self.value = value
            self.speaks = speaks
            self.proves = proves
        }
    }

    static let isThorough = ProcessInfo.processInfo.environment["AMTGUARD_THOROUGH"] != nil

    /// These values, and further ones for a thorough run.
    static func pieces<Value>(_ usual: [Piece<Value>], _ others: [Piece<Value>]) -> [Piece<Value>] {
        isThorough ? usual + others : usual
    }

    typealias Change = @Sendable (inout Presence) -> Void

    /// How many functions the bus shows, and the kind of machine.
    static let machines: [Piece<Change>] = [
        Piece { $0.pciFunctions = nil },
        Piece { $0.pciFunctions = 0 },
        Piece { $0.pciFunctions = 9 },
        Piece { $0.machine.chipset = .intel },
        Piece({ $0.machine.chipset = .other("0x1022") }, proves: true),
        Piece(
            {
                $0.machine = Presence.Machine(chipset: .intel, hypervisor: "QEMU", networkCards: [])
            }, proves: true),
        Piece { $0.machine = Presence.Machine(chipset: .intel, hypervisor: "QEMU", networkCards: ["0000:05:00.0"]) },
        Piece {
            $0.machine = Presence.Machine(chipset: .other("0x1022"), hypervisor: "QEMU", networkCards: ["0000:05:00.0"])
        },
        Piece { $0.machine = Presence.Machine(chipset: .intel, hypervisor: "QEMU", networkCards: nil) },
    ]

    /// The engine, its driver and its node.
    static let engines: [Piece<Change>] = [
        Piece { _ in },
        Piece { $0.heci = ["0000:80:16.0"] },
        Piece {
            $0.heci = ["0000:00:16.0"]
            $0.driver = .loaded
        },
        Piece {
            $0.heci = ["0000:00:16.0"]
            $0.driver = .loaded
            $0.devices = Presence.csme.devices
        },
        Piece { $0.trustedEngines = ["0000:00:0f.0"] },
        Piece { $0.devices = [`What /sys shows of AMT`.gsc] },
    ]

    /// Signs that only firmware with AMT shows.
    static let signs: [Piece<Change>] = [
        Piece { _ in },
        Piece({ $0.serialOverLAN = ["0000:00:16.3"] }, speaks: true),
        Piece({ $0.offeringAMTHI = ["0000:00:16.0"] }, speaks: true),
        Piece({ $0.offeringWatchdog = ["0000:00:16.0"] }, speaks: true),
        Piece(
            {
                $0.serialOverLAN = ["0000:00:16.3"]
                $0.offeringAMTHI = ["0000:00:16.0"]
            }, speaks: true),
    ]

    /// What could not be read.
    static let failures: [Piece<Presence.Part?>] = pieces(
        [Piece(nil), Piece(.pci)], [Piece(.devices), Piece(.clients), Piece(.machine)])

    /// What was seen in this boot.
    static let pasts: [Piece<(sawCSME: Bool, sighting: AMTSighting?)>] = pieces(
        [
            Piece((false, nil)), Piece((true, nil)), Piece((false, .present), speaks: true),
            Piece((true, .provisionedAdmin), speaks: true),
        ], AMTSighting.allCases.filter { $0 != .provisionedAdmin }.map { Piece((true, $0), speaks: true) })

    static let notes: [Piece<SMBIOSReading?>] = pieces(
        [
            Piece(nil), Piece(.unsupported), Piece(.on, speaks: true), Piece(.off, speaks: true),
            Piece(.manageable, speaks: true), Piece(.unsupportedVPro, speaks: true),
        ],
        [
            Piece(SMBIOSReading?(SMBIOSReading(table: []))), Piece(.foreign), Piece(.vProWithout),
            Piece(.both, speaks: true),
            Piece(.vProAlone, speaks: true),
        ])

    static let answers: [Piece<FirmwareInquiry?>] = {
        var answers: [Piece<FirmwareInquiry?>] = [Piece(nil), Piece(.failed(.noHelper)), Piece(.failed(.abandoned))]
        let outcomes: [FirmwareAnswer.Outcome] =
            [.noDevice, .noDriver, .failed("EIO")]
            + (isThorough ? [.graphicsOnly, .notPermitted, .resetting, .silent] : [])
        answers += outcomes.map { Piece(.answer(FirmwareAnswer($0))) }
        let behaviours: [FirmwareAnswer.Behaviour?] =
            [nil, .answers, .notOffered, .busy]
            + (isThorough ? [.disabled, .silent, .resetting, .garbled] : [])
        for behaviour in behaviours {
            for capable in [nil, false, true] as [Bool?] {
                for enabled in (isThorough ? [nil, false, true] : [nil, true]) as [Bool?] {
                    for isReady in isThorough ? [false, true] : [false] {
                        let answer = FirmwareAnswer.mkhi(capable, enabled).with {
                            $0.amthi = behaviour.map(Finding.known) ?? .unknown("not asked")
                            if isReady { $0.available = .known(true) }
                        }
                        let offers = behaviour != nil && behaviour != .notOffered
                        answers.append(
                            Piece(
                                .answer(answer), speaks: offers || capable == true || enabled == true || isReady,
                                proves: behaviour == .notOffered && capable == false))
                    }
                }
            }
        }
        let claims: [(inout FirmwareAnswer) -> Void] = [
            { $0.controlMode = .known(.none) }, { $0.amtVersion = .known("16.1.25") },
            { $0.provisioningState = .known(.pre) }, { $0.available = .known(true) },
            { $0.wired = .known(.wired("192.0.2.20")) }, { $0.amtSwitch = .known([.isKnown, .operational]) },
            { $0.sku = .known([.corporate, .amt]) },
        ]
        for claim in claims {
            answers.append(Piece(.answer(.mkhi(false, nil).with(claim)), speaks: true, proves: true))
        }
        return answers
    }()

    static let combinations =
        machines.count * engines.count * signs.count * failures.count * pasts.count * notes.count * answers.count

    @Test(arguments: Array(machines.indices), Array(engines.indices))
    func `has a proof, and nothing that speaks for AMT`(machine: Int, engine: Int) {
        var impossible = 0
        for sign in Self.signs {
            for failure in Self.failures {
                var presence = Presence(pciFunctions: 9, heci: [], devices: [], offeringAMTHI: [])
                Self.machines[machine].value(&presence)
                Self.engines[engine].value(&presence)
                sign.value(&presence)
                if let part = failure.value {
                    presence.failures = [part: .noDescriptor]
                    presence.unseen = [part]
                }
                for past in Self.pasts {
                    for note in Self.notes {
                        for answer in Self.answers {
                            let basis = StateJudgement.Basis(
                                presence: presence, inquiry: answer.value, smbios: note.value,
                                sawCSME: past.value.sawCSME, sighting: past.value.sighting)
                            guard case .impossible = StateJudgement.judge(basis).state else { continue }
                            impossible += 1
                            let isSpokenFor = sign.speaks || past.speaks || note.speaks || answer.speaks
                            // Intel's chipset without an engine, and a BIOS that reports that AMT is not supported.
                            let isDenied = presence.machine.chipset == .intel && note.value == .unsupported
                            let isProven =
                                answer.proves
                                || (Self.machines[machine].proves || isDenied) && !presence.speaksForCSME
                                    && failure.value == nil && !past.value.sawCSME
                            if isSpokenFor || !isProven { Issue.record("\(basis)") }
                        }
                    }
                }
            }
        }
        // A test that never reaches the state would prove nothing.
        let isPossible = Self.machines[machine].proves || engine != 0
        if isPossible, engine != 4 { #expect(impossible > 0) }
    }

    static let former: [FirmwareAnswer] = [
        // It answered, but was not ready for the deciding question.
        .heard(.post, .admin).with { $0.provisioningState = .unknown(.refused(.notReady)) },
        .heard(.post, .admin).with { $0.deviceState = .known("RESETTING") }
            .with { $0.provisioningState = .unknown(.noAnswer) },
        .mkhi(false, nil).with { $0.available = .known(true) },
        .mkhi(false, nil).with { $0.amtSwitch = .known([.isKnown, .operational]) },
    ]

    @Test(arguments: former)
    func `is not believed of a firmware that spoke of AMT before`(answer: FirmwareAnswer) {
        var scene = Scene(presence: .csme.with { $0.offeringAMTHI = [] })
        scene.hear(answer)
        scene.hear(.mkhi(false, false))
        #expect(scene.status.amt.state == "unknown")
        #expect(scene.status.ports.required == amt.description)
    }

    @Test(arguments: [FirmwareAnswer.Behaviour.silent, .resetting])
    func `is believed after a firmware that was only silent`(behaviour: FirmwareAnswer.Behaviour) {
        var scene = Scene(presence: .csme.with { $0.offeringAMTHI = [] })
        scene.hear(.silent(behaviour, .silent))
        scene.hear(.mkhi(false, false))
        #expect(scene.status.amt.state == "impossible")
    }

    @Test func `is looked for in this many combinations`() {
        #expect(Self.combinations == (Self.isThorough ? 26_299_350 : 479_520))
        print("AMT that is impossible: \(Self.combinations) combinations of evidence")
    }
}
