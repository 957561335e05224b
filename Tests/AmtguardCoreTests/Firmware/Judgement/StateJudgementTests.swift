import Testing

@testable import AmtguardCore

typealias StateJudgementTests = `The state of AMT`

@Suite struct `The state of AMT` {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var presence: Presence? = .csme
        var inquiry: FirmwareInquiry?
        var smbios: SMBIOSReading?
        var sighting: AMTSighting?
        var word: String
        var mode: String?
        /// A text that the reason or the evidence must contain.
        var because = ""

        init(
            _ description: String, _ presence: Presence? = .csme, _ answer: FirmwareAnswer? = nil,
            failure: FirmwareFailure? = nil, smbios: SMBIOSReading? = nil, before sighting: AMTSighting? = nil,
            _ word: String, _ mode: String? = nil, because: String = ""
        ) {
            testDescription = description
            self.presence = presence
            inquiry = answer.map(FirmwareInquiry.answer) ?? failure.map(FirmwareInquiry.failed)
            self.smbios = smbios
            self.sighting = sighting
            self.word = word
            self.mode = mode
            self.because = because
        }
    }

    static let noDriver = Presence(pciFunctions: 20, heci: ["0000:00:16.0"], devices: [], offeringAMTHI: [])
    static let withoutAMTHI = Presence(
        pciFunctions: 20, heci: ["0000:00:16.0"], devices: Presence.csme.devices, offeringAMTHI: [])
    static let busless = Presence(pciFunctions: nil, heci: [], devices: [], offeringAMTHI: [])
    static let graphicsFirst = Presence(
        pciFunctions: 20, heci: ["0000:00:16.0"],
        devices: [
            Presence.Device(
                name: "mei0", kind: "gscfi", state: "ENABLED", firmwareVersion: "102.0.0.1", parent: "xe.mei-gscfi.768"),
            Presence.Device(
                name: "mei1", kind: "mei", state: "ENABLED", firmwareVersion: "16.1.25.2124", parent: "0000:00:16.0"),
        ], offeringAMTHI: ["0000:00:16.0"])
    static let notReady = Gap.refused(.notReady)

    static let rows = [
        // No CSME visible.
        Row("no engine on the PCI bus", .without, nil, "impossible"),
        Row("no engine, and the helper agrees", .without, FirmwareAnswer(.noDevice), "impossible"),
        Row("no engine, and a graphics card", .without, FirmwareAnswer(.graphicsOnly), "impossible"),
        Row("no engine, and none by SMBIOS", .without, smbios: .unsupported, "impossible"),
        Row("no engine, on by SMBIOS", .without, smbios: .on, "unknown", because: "but SMBIOS says"),
        Row("no engine, off by SMBIOS", .without, smbios: .off, "unknown", because: "but SMBIOS says"),
        Row("no engine, vPro by SMBIOS", .without, smbios: .vProAlone, "unknown", because: "one with AMT"),
        Row("no engine, Intel's chipset", .hidden, nil, "unknown", because: "a BIOS can hide it"),
        Row(
            "no engine, Intel's chipset, and the helper agrees", .hidden, FirmwareAnswer(.noDevice), "unknown",
            because: "a BIOS can hide it"),
        Row("no engine, Intel's chipset, none by SMBIOS", .hidden, smbios: .unsupported, "impossible"),
        Row("no engine, Intel's chipset, on by SMBIOS", .hidden, smbios: .on, "unknown"),
        Row(
            "no engine, Intel's chipset, another vendor's type 130", .hidden, smbios: .foreign, "unknown",
            because: "a BIOS can hide it"),
        Row(
            "no engine, Intel's chipset, none and vPro by SMBIOS", .hidden, smbios: .unsupportedVPro, "unknown",
            because: "but SMBIOS says that the engine's firmware is one with AMT"),
        Row("no engine, no host bridge", busless.with { $0.pciFunctions = 9 }, nil, "unknown", because: "host bridge"),
        Row("no engine, and Standard Manageability by SMBIOS", .without, smbios: .manageable, "unknown"),
        Row(
            "no engine, and AMT's serial port", .without.with { $0.serialOverLAN = ["0000:00:16.3"] }, nil, "unknown",
            because: "but 0000:00:16.3 is AMT's serial port"),
        Row(
            "not capable, and AMT's watchdog", withoutAMTHI.with { $0.offeringWatchdog = ["0000:00:16.0"] },
            .mkhi(false, nil), "unknown", because: "watchdog"),
        Row(
            "not capable, and AMT's serial port", withoutAMTHI.with { $0.serialOverLAN = ["0000:00:16.3"] },
            .mkhi(false, nil), "unknown", because: "serial port"),
        Row(
            "not capable by an answer that has a control mode", withoutAMTHI,
            .mkhi(false, nil).with { $0.controlMode = .known(.admin) }, "unknown", because: "control mode"),
        Row(
            "a server's engine", noDriver.with { $0.driver = .loaded }, FirmwareAnswer(.noDriver), "unknown",
            because: "SPS"),
        Row(
            "a server's engine, not supported by SMBIOS", noDriver.with { $0.driver = .loaded }, nil,
            smbios: .unsupported, "unknown", because: "SPS"),
        Row(
            "an engine that a guest has", noDriver.with { $0.driver = .other("vfio-pci") }, nil, "unknown",
            because: "vfio-pci"),
        Row("no engine now, AMT before", .without, before: .unprovisioned, "unknown", because: "unprovisioned"),
        Row("no engine in /sys, and one that answers", .without, .heard(.pre, .none), "unprovisioned"),
        Row("a bus that can't be read", busless, nil, "unknown", because: "can't be read"),
        Row("a bus that can't be read, and a firmware that answers", busless, .heard(.pre, .none), "unprovisioned"),
        Row("nothing was looked at", nil, nil, "unknown"),
        // The driver is missing: SMBIOS decides, and can only show that AMT is off.
        Row("no driver", noDriver, FirmwareAnswer(.noDriver), "unknown", because: "no driver"),
        Row("no driver, off by SMBIOS", noDriver, FirmwareAnswer(.noDriver), smbios: .off, "disabled"),
        Row(
            "no driver, on by SMBIOS", noDriver, FirmwareAnswer(.noDriver), smbios: .on, "unknown",
            because: "taken to be on"),
        Row(
            "no driver, unsupported by SMBIOS", noDriver, FirmwareAnswer(.noDriver), smbios: .unsupported, "unknown",
            because: "rules nothing out"),
        Row(
            "no driver, vPro by SMBIOS", noDriver, FirmwareAnswer(.noDriver), smbios: .vProAlone, "unknown",
            because: "one with AMT"),
        Row("no driver, two notes that differ", noDriver, FirmwareAnswer(.noDriver), smbios: .both, "unknown"),
        // AMTHI missing is ambiguous.
        Row("not offered, not capable", withoutAMTHI, .mkhi(false, nil), "impossible", because: "not capable"),
        Row(
            "not capable, and /sys offers AMTHI", .csme, .mkhi(false, nil), "unknown",
            because: "not capable of AMT, but /sys shows the AMT host interface"),
        Row("not capable, and ready", withoutAMTHI, .mkhi(false, nil).with { $0.available = .known(true) }, "unknown"),
        Row("not capable, and enabled", withoutAMTHI, .mkhi(false, true), "unknown", because: "enabled"),
        Row("not capable, vPro by SMBIOS", withoutAMTHI, .mkhi(false, nil), smbios: .vProAlone, "unknown"),
        Row("not offered, capable, not enabled", .csme, .mkhi(true, false), "disabled"),
        Row("not offered, capable, enabled", .csme, .mkhi(true, true), "unknown", because: "ask again"),
        Row("not offered, MKHI silent", .csme, .mkhi(nil, nil), "unknown", because: "MKHI is not offered"),
        Row("not offered, MKHI silent, off by SMBIOS", .csme, .mkhi(nil, nil), smbios: .off, "disabled"),
        Row("not offered, MKHI silent, on by SMBIOS", .csme, .mkhi(nil, nil), smbios: .on, "unknown"),
        Row("not offered, MKHI silent, unsupported by SMBIOS", .csme, .mkhi(nil, nil), smbios: .unsupported, "unknown"),
        Row("not capable by one, supported by the other", withoutAMTHI, .mkhi(false, nil), smbios: .off, "unknown"),
        Row("not capable by both", withoutAMTHI, .mkhi(false, nil), smbios: .unsupported, "impossible"),
        Row(
            "not capable now, provisioned before", withoutAMTHI, .mkhi(false, nil), before: .provisionedAdmin,
            "unknown",
            because: "but in this boot it was seen provisioned, in admin"),
        Row("not capable now, there before", withoutAMTHI, .mkhi(false, nil), before: .present, "unknown"),
        Row(
            "not capable, and in reset", .csme, .mkhi(false, nil).with { $0.deviceState = .known("RESETTING") },
            "unknown"),
        // Present and off.
        Row("zero-length answers", .csme, .disabled, "disabled"),
        Row("zero-length answers, on by SMBIOS", .csme, .disabled, smbios: .on, "disabled"),
        // On.
        Row("pre, none", .csme, .heard(.pre, .none), "unprovisioned"),
        Row(
            "pre, switched off", .csme, .heard(.pre, .none).with { $0.amtSwitch = .known(.isKnown) }, "disabled",
            because: "watchdog client"),
        Row(
            "pre, switched on", .csme, .heard(.pre, .none).with { $0.amtSwitch = .known([.isKnown, .operational]) },
            "unprovisioned"),
        Row(
            "pre, and older firmware's answer about the switch", .csme,
            .heard(.pre, .none).with { $0.amtSwitch = .known([]) }, "unprovisioned"),
        Row(
            "post, whatever the switch says", .csme, .heard(.post, .admin).with { $0.amtSwitch = .known(.isKnown) },
            "provisioned", "admin"),
        Row(
            "pre, sold without AMT", .csme, .heard(.pre, .none).with { $0.sku = .known(.corporate) }, "disabled",
            because: "without AMT"),
        Row(
            "pre, Standard Manageability", .csme,
            .heard(.pre, .none).with { $0.sku = .known([.corporate, .standardManageability]) }, "unprovisioned"),
        Row("pre, AMT 2", .csme, .heard(.pre, .none).with { $0.sku = .known(SKU(rawValue: 2)) }, "unprovisioned"),
        Row(
            "pre, the mode refused", .csme, .heard(.pre, .none).with { $0.controlMode = .unknown("x") }, "unprovisioned"
        ),
        Row("pre, client", .csme, .heard(.pre, .client), "unknown", because: "contradicts"),
        Row("in", .csme, .heard(.in, .none), "provisioning"),
        Row("post, client", .csme, .heard(.post, .client), "provisioned", "client"),
        Row("post, admin", .csme, .heard(.post, .admin), "provisioned", "admin"),
        Row("post, none", .csme, .heard(.post, .none), "provisioned", "legacy"),
        Row(
            "post, the mode unsupported", .csme,
            .heard(.post, .none).with { $0.controlMode = .unknown(.refused(.unsupported)) }, "provisioned", "legacy"),
        Row(
            "post, the mode not told", .csme,
            .heard(.post, .none).with { $0.controlMode = .unknown(.noAnswer) }, "provisioned"),
        Row("post, an unknown mode", .csme, .heard(.post, .remoteAssist), "provisioned"),
        Row("post, off by SMBIOS", .csme, .heard(.post, .admin), smbios: .off, "provisioned", "admin"),
        Row("graphics card at index 0", graphicsFirst, .heard(.pre, .none), "unprovisioned"),
        Row(
            "answers, and not about its state", .csme,
            .heard(.pre, .none).with { $0.provisioningState = .unknown(.refused(AMTStatus(rawValue: 1))) }, "unknown",
            because: "INTERNAL_ERROR"),
        // Temporary states.
        Row(
            "NOT_READY", .csme, .heard(.pre, .none).with { $0.provisioningState = .unknown(notReady) }, "unknown",
            because: "ask again"),
        Row("in reset", .csme, .silent(.resetting, .resetting), smbios: .off, "unknown", because: "ask again"),
        Row("gone in the middle, unnamed", .csme, FirmwareAnswer(.resetting), smbios: .off, "unknown"),
        Row("held by another", .csme, .silent(.busy, .busy), smbios: .off, "unknown", because: "another program"),
        Row("silent", .csme, .silent(.silent, .silent), "unknown", because: "in time"),
        Row("silent, off by SMBIOS", .csme, .silent(.silent, .silent), smbios: .off, "disabled"),
        Row(
            "silent, off by SMBIOS, on before", .csme, .silent(.silent, .silent), smbios: .off, before: .provisioning,
            "unknown"),
        Row("garbled", .csme, .silent(.garbled, .garbled("the message ends before its status")), "unknown"),
        Row("not permitted", .csme, FirmwareAnswer(.notPermitted), "unknown", because: "permission"),
        Row("failed", .csme, FirmwareAnswer(.failed("EIO")), "unknown", because: "EIO"),
        Row("not asked", .csme, nil, "unknown", because: "not asked"),
        Row("not asked, on by SMBIOS", .csme, smbios: .on, "unknown", because: "taken to be on"),
        Row("no helper", .csme, failure: .noHelper, "unknown", because: "socket"),
        Row(
            "no helper, admin before", .csme, failure: .noHelper, before: .provisionedAdmin, "unknown", because: "admin"
        ),
        Row("abandoned", .csme, failure: .abandoned, "unknown", because: "20 s"),
        Row("too long", .csme, failure: .tooLong, "unknown", because: "65536"),
        Row("malformed", .csme, failure: .malformed("no line OUTCOME"), "unknown", because: "OUTCOME"),
        Row("ended", .csme, failure: .ended, "unknown"), Row("refused", .csme, failure: .refused("EACCES"), "unknown"),
    ]

    @Test(arguments: rows)
    func `follows from the evidence`(row: Row) {
        let judgement = StateJudgement(
            StateJudgement.Basis(
                presence: row.presence, inquiry: row.inquiry, smbios: row.smbios,
                sawCSME: row.presence?.speaksForCSME == true, sighting: row.sighting))
        #expect(judgement.state.word == row.word, "\(judgement.state)")
        #expect(judgement.state.controlModeWord == row.mode)
        #expect(judgement.state.because.contains(row.because), "\(judgement.state.because)")
        #expect(!judgement.state.because.isEmpty && judgement.state.because.oneLineOnly)
        if row.presence != nil { #expect(!judgement.evidence.isEmpty) }
        #expect(judgement.evidence.allSatisfy { !$0.says.isEmpty && $0.says.oneLineOnly })
        #expect(AMTState.words.contains(judgement.state.word))
    }

    @Test func `puts what decided before the rest`() {
        func sources(_ answer: FirmwareAnswer?, _ smbios: SMBIOSReading?) -> [String] {
            StateJudgement(
                StateJudgement.Basis(presence: .csme, inquiry: answer.map(FirmwareInquiry.answer), smbios: smbios)
            ).evidence.map(\.source)
        }
        #expect(sources(.heard(.pre, .none), .on) == ["amthi", "amthi", "amthi", "smbios", "pci", "mei", "amthi"])
        #expect(sources(.mkhi(true, false), nil) == ["amthi", "mkhi", "mkhi", "pci", "mei", "amthi"])
        #expect(sources(nil, .off) == ["smbios", "pci", "mei", "amthi"])
    }

    @Test func `is not forgotten within one boot, be it silence, a restart, or an engine that is gone`() {
        var scene = Scene()
        scene.hear(.provisioned(.admin))
        #expect(scene.remembered.sighting == .provisionedAdmin)
        scene.see(.firmware(.answer(.silent(.resetting, .resetting))))
        #expect(scene.status.amt.state == "unknown")
        #expect(scene.status.reasons.first?.says.contains("admin control mode") == true)
        scene.see(.firmware(.answer(.mkhi(false, nil))))
        #expect(scene.status.amt.state == "unknown")
        #expect(scene.status.ports.required == amt.description)
        var successor = Scene(list: scene.list, remembering: scene.remembered, presence: .without)
        #expect(successor.status.amt.state == "unknown")
        successor.see(.firmware(.answer(FirmwareAnswer(.noDevice))))
        #expect(successor.status.amt.state == "unknown")
        #expect(successor.status.verdict == .protected)
    }

    @Test func `is reported when it changes, and no more often`() {
        var scene = Scene()
        _ = scene.told()
        scene.hear(.heard(.pre, .none))
        #expect(scene.toldNames() == ["amt", "held"])
        for _ in 0..<3 {
            scene.see(.firmware(.answer(.heard(.pre, .none))))
            scene.see(.presence(.csme))
            scene.look(.audit)
        }
        #expect(scene.toldNames() == [])
        scene.see(.firmware(.answer(.heard(.post, .admin))))
        let events = scene.toldEvents()
        #expect(
            events.map(\.journalEntry.message) == ["AMT is provisioned: its firmware is set up, in admin control mode."]
        )
        for _ in 0..<3 {
            scene.see(.firmware(.answer(.silent(.busy, .busy))))
            scene.see(.presence(.csme))
            scene.see(.smbios(nil))
        }
        #expect(scene.toldNames() == ["amt"])
    }

    @Test func `gives the ports back where the firmware is not capable, and takes them again where it was wrong`() {
        var scene = Scene(list: "8080", presence: Self.withoutAMTHI)
        scene.see(.firmware(.answer(.mkhi(false, nil))))
        scene.look(.request)
        #expect(scene.list == "8080")
        #expect(scene.status.verdict == .notNeeded)
        #expect(scene.status.amt.interfaces == [] && scene.status.amt.listeners == [])
        #expect(scene.status.line.hasPrefix("Not needed: the firmware"))
        scene.see(.smbios(.on))
        scene.look(.request)
        #expect(scene.list == amt.union("8080"))
        #expect(scene.status.amt.state == "unknown")
    }

    @Test func `comes through a resume with a reset of the firmware`() {
        var scene = Scene()
        scene.hear(.heard(.post, .admin, wired: .wired("192.0.2.20")))
        #expect(scene.status.amt.address == "shared")
        for inquiry: FirmwareInquiry in [
            .answer(FirmwareAnswer(.resetting)), .answer(.silent(.silent, .silent)), .failed(.abandoned),
        ] {
            scene.see(.firmware(inquiry))
            #expect(scene.status.amt.state == "unknown")
            #expect(scene.status.amt.address == "shared", "what AMT said before still counts")
            #expect(scene.status.amt.interfaces?.first?.evidence.hasSuffix("as the firmware said before") == true)
            #expect(scene.status.amt.listeners?.allSatisfy { $0.expected == "unknown" } == true)
            #expect(scene.status.verdict == .protected)
        }
        scene.see(.firmware(.answer(.heard(.post, .admin, wired: .wired("192.0.2.20")))))
        #expect(scene.status.amt.state == "provisioned" && scene.status.reasons == [])
        scene.see(.firmware(.answer(.disabled)))
        #expect(scene.status.amt.state == "disabled")
        #expect(scene.status.amt.address == "unknown", "it is off now, and that counts")
    }

    @Test(arguments: [
        (true, "Loading a driver can't help. Or look"), (false, "Load mei_me, so that amtguard can ask it. Or"),
    ])
    func `of a trusted engine needs its driver, if that is missing`(isDriven: Bool, advice: String) {
        #expect(DeadEnd.trustedEngine(["0000:00:0f.0"], isDriven: isDriven).advice.hasPrefix(advice))
    }

    @Test func `names at most four interfaces of an engine`() {
        let heci = (0..<6).map { "0000:00:16.\($0)" }
        #expect(
            DeadEnd.unusable(heci).says.contains(
                "in 0000:00:16.0, 0000:00:16.1, 0000:00:16.2, 0000:00:16.3 and 2 more;"))
        #expect(DeadEnd.unusable(Array(heci.prefix(4))).says.contains("0000:00:16.2, 0000:00:16.3;"))
    }

    @Test func `is a dead end without an engine only where the bus shows anything`() {
        #expect(Presence.hidden.deadEnd == .hidden)
        for cards in [nil, [], ["0000:05:00.0"]] as [[String]?] {
            let machine = Presence.Machine(chipset: .intel, hypervisor: "QEMU or KVM", networkCards: cards)
            let deadEnd = cards?.isEmpty == false ? DeadEnd.passedThrough(cards ?? [], hypervisor: "QEMU or KVM") : nil
            #expect(Presence.hidden.with { $0.machine = machine }.deadEnd == deadEnd)
        }
        for driver in [Presence.Driver.missing, .loaded, .other("x")] {
            let engines = ["0000:00:0f.0"]
            let presence = Presence.hidden.with { ($0.trustedEngines, $0.driver) = (engines, driver) }
            #expect(presence.deadEnd == .trustedEngine(engines, isDriven: driver != .missing))
        }
        for functions in [nil, 0] as [Int?] {
            #expect(Presence.hidden.with { $0.pciFunctions = functions }.deadEnd == nil)
        }
    }

    @Test(
        arguments: [
            (
                "AMT reports its settings",
                { @Sendable (answer: inout FirmwareAnswer) in answer.redirection = .known([]) }
            ),
            (
                "AMT reports its settings",
                { @Sendable in
                    $0.security = .known(
                        SecurityParameters(
                            tls: false, networkInterfaceEnabled: false, sol: false, ider: false, kvm: false, link: false
                        ))
                }
            ),
            ("the firmware says that AMT is enabled", { @Sendable in $0.enabled = .known(true) }),
            ("the firmware says that AMT is ready", { @Sendable in $0.available = .known(true) }),
            ("AMT reports its version", { @Sendable in $0.amtVersion = .known("16.1.25") }),
            ("AMT reports an interface", { @Sendable in $0.wireless = .known(.wireless("0.0.0.0")) }),
        ])
    func `does not call AMT impossible where the firmware speaks of it`(
        words: String, change: @Sendable (inout FirmwareAnswer) -> Void
    ) {
        #expect(FirmwareAnswer.mkhi(false, nil).speaksForAMT == [])
        #expect(FirmwareAnswer.mkhi(false, nil).with(change).speaksForAMT == [words])
    }

    @Test(arguments: [true, false])
    func `has what the engine's kernel says of AMT as evidence`(flag: Bool) {
        var scene = Scene(presence: Self.withoutAMTHI)
        scene.see(.firmware(.answer(.mkhi(flag, flag).with { $0.available = .known(flag) })))
        let says = scene.status.amt.evidence.filter { $0.source == "mkhi" }.map(\.says)
        #expect(says.contains("AMT is \(flag ? "" : "not ")ready"), "\(says)")
    }

    @Test(
        arguments: [
            (.unknown(.noAnswer), Gap.noAnswer.says), (.known(ControlMode(rawValue: 9)), "the firmware says other-9"),
        ] as [(Finding<ControlMode>, String)])
    func `provisioned in a mode that is not known says why`(mode: Finding<ControlMode>, words: String) {
        var scene = Scene()
        scene.hear(.heard(.post, .admin).with { $0.controlMode = mode })
        #expect(scene.status.amt.state == "provisioned" && scene.status.amt.controlMode == nil)
        let reason = scene.status.reasons.first { $0.id == "control-mode-unknown" }
        #expect(reason?.says == "AMT's control mode is not known: \(words)")
    }

    @Test func `does not call AMT impossible where SMBIOS says that it is enabled`() {
        var bytes = SMBIOSTests.on
        #expect(SMBIOSReading(table: bytes + [0, 0]).speaksForAMT == ["SMBIOS says that AMT is supported"])
        bytes[8] = 0
        #expect(SMBIOSReading(table: bytes + [0, 0]).speaksForAMT == ["SMBIOS says that AMT is enabled"])
        bytes[9] = 0
        #expect(SMBIOSReading(table: bytes + [0, 0]).speaksForAMT == [])
    }

    @Test(arguments: [
        (SMBIOSReading.vProAlone, "one with AMT"), (.manageable, "one with Standard Manageability"),
        (.vProWithout, "one without AMT"),
    ])
    func `has what SMBIOS says of the engine's firmware as evidence`(reading: SMBIOSReading, words: String) {
        var scene = Scene()
        scene.see(.smbios(reading))
        let says = scene.status.amt.evidence.filter { $0.source == "smbios" }.map(\.says)
        #expect(says.count == 1 && says[0].hasPrefix("the engine's firmware") && says[0].hasSuffix(" is \(words)"))
    }

    @Test func `is not remembered of a firmware that did not answer`() {
        for inquiry in [nil, .failed(.abandoned)] as [FirmwareInquiry?] {
            let basis = StateJudgement.Basis(presence: Self.noDriver, inquiry: inquiry)
            #expect(StateJudgement(basis).sighting == nil)
        }
    }
}

enum FirmwareInquiryTests {
    static let outcomes: [FirmwareAnswer.Outcome] = [
        .answered, .noDevice, .graphicsOnly, .noDriver, .notPermitted, .resetting, .busy, .silent, .garbled("g"),
        .failed("f"),
    ]
    static let failures: [FirmwareFailure] = [.noHelper, .refused("r"), .abandoned, .ended, .tooLong, .malformed("m")]
    static let all = outcomes.map { FirmwareInquiry.answer(FirmwareAnswer($0)) } + failures.map(FirmwareInquiry.failed)
}

@Suite struct `An inquiry that failed` {
    @Test(arguments: FirmwareInquiryTests.all.dropFirst())
    func `has its own reason, its own line, and is on the safe side`(inquiry: FirmwareInquiry) {
        var scene = Scene()
        scene.see(.firmware(inquiry))
        let reason = scene.status.reasons.first
        #expect(reason?.id == "firmware-\(inquiry.word)")
        #expect(reason?.says.contains(inquiry.says) == true)
        #expect(scene.status.verdict == .protected && scene.list == amt)
        let text = scene.status.firmwareText
        #expect(text.contains { $0.label == "Answer" && $0.value == inquiry.says && $0.tone == .doubtful })
        #expect(inquiry.says.oneLineOnly && !inquiry.says.isEmpty)
        // SMBIOS decides, and the failure is still reported.
        scene.see(.smbios(.off))
        #expect(scene.status.reasons.first?.id == "firmware-\(inquiry.word)")
    }

    @Test func `has a word of its own each`() {
        #expect(Set(FirmwareInquiryTests.all.map(\.word)).count == FirmwareInquiryTests.all.count)
    }

    @Test(arguments: [
        ("", "helper-ended"), ("OUT", "helper-ended"), ("OUTCOME=answered\nDEVICE=me", "helper-ended"),
        ("OUTCOME=answered\n", "helper-ended"), ("OUTCOME=answered\nEND=1", "helper-ended"),
        ("hello\n", "answer-malformed"), ("OUTCOME=answered\nDEVICE\nEND=1\n", "answer-malformed"),
        ("OUTCOME=good\nEND=1\n", "answer-malformed"), ("\0", "answer-malformed"),
        ("OUTCOME=busy\nEND=1\n", "busy"),
    ])
    func `is told by what the helper sent`(reply: String, word: String) {
        #expect(FirmwareInquiry(reply: Array(reply.utf8)).word == word)
    }
}
