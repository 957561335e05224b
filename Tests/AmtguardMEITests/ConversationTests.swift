import AmtguardLab
import AmtguardMEI
import Testing

@testable import AmtguardCore

@Suite struct `A conversation over AMTHI` {
    /// The answer, and the observed steps.
    struct Result {
        var answer: FirmwareAnswer
        var pauses: [Int64]
        var connects: [GUID]
        var questions: [Question]
        var discards: Int
        var holds: [Range<Int64>]
        var seconds: Double
    }

    static func converse(_ text: String, uuid: Bool = false, latency: Int = 0) throws -> Result {
        var conversation = Conversation(over: try Watched(text, latency: .milliseconds(latency)), uuid: uuid)
        let answer = conversation.run()
        let isOpen = conversation.link.isOpen
        #expect(!isOpen, "the device is closed at the end")
        return Result(
            answer: answer, pauses: conversation.link.pauses, connects: conversation.link.connects,
            questions: conversation.link.questions, discards: conversation.link.discards,
            holds: conversation.link.holds,
            seconds: Double(conversation.link.now.sinceBoot.microseconds) / 1_000_000)
    }

    @Test func `asks everything once, and the UUID only for a person`() throws {
        let result = try Self.converse(Line.amthi + Line.burst())
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amthi == .known(.answers))
        #expect(result.answer.amtVersion == .known("16.1.25"))
        #expect(result.answer.provisioningState == .known(.post))
        #expect(result.answer.controlMode == .known(.admin))
        #expect(result.answer.wired == .known(try Line.lan))
        #expect(result.answer.security.value?.kvm == true)
        #expect(result.answer.webUI == .known(true))
        #expect(result.answer.uuid == .unknown("asked for with --uuid only"))
        #expect(result.answer.capable == .unknown(.notAsked("AMTHI is offered")))
        #expect(result.answer.amtSwitch.gap == .notAsked("it matters only while AMT is not provisioned"))
        #expect(result.connects == [.amthi])
        #expect(result.questions == AMTHI.Request.allCases.filter { $0 != .uuid }.map(Question.amthi))
        #expect(result.pauses == [])

        let asked = try Self.converse(Line.amthi + Line.burst() + Line.ask(.uuid, GUID.amthi), uuid: true)
        #expect(asked.answer.uuid == .known(.amthi))
    }

    @Test func `waits politely while another program holds the connection`() throws {
        let busy = Line.refused(.amthi, "EBUSY")
        let result = try Self.converse(busy + busy + busy + Line.amthi + Line.burst())
        #expect(result.answer.outcome == .answered)
        #expect(result.pauses == [250, 320, 390])
    }

    @Test func `gives up after eight pauses, and says busy`() throws {
        let result = try Self.converse(String(repeating: Line.refused(.amthi, "EBUSY"), count: 20))
        #expect(result.answer.outcome == .busy)
        #expect(result.answer.amthi == .known(.busy))
        #expect(result.pauses.count == 8)
        #expect(result.pauses == result.pauses.sorted())
        #expect(result.pauses.allSatisfy { (250...750).contains($0) })
        #expect(result.connects.count == 9)
    }

    @Test func `opens again what is busy, and sends again what the driver does not take`() throws {
        let versions = hexDigits(AMTHI.Request.codeVersions.encoded)
        let full = "write \(versions) -> errno EAGAIN\nwrite \(versions) -> errno EBUSY\n"
        let result = try Self.converse("open -> errno EBUSY\nopen\n" + Line.amthi + full + Line.burst())
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amtVersion == .known("16.1.25"))
        #expect(result.pauses == [250, -250, -320], "closed in between, and then with the connection kept")
    }

    @Test func `does not say that AMT answers where it took no question`() throws {
        let refusal = "write \(hexDigits(AMTHI.Request.codeVersions.encoded)) -> errno EBUSY\n"
        let result = try Self.converse(Line.amthi + String(repeating: refusal, count: 20))
        #expect(result.answer.outcome == .failed("Device or resource busy (EBUSY)"))
        #expect(result.answer.amthi == .unknown("Device or resource busy (EBUSY)"))
        #expect(result.pauses.count == 8, "as often as for the connection")
    }

    @Test func `asks again from the beginning when the firmware is reset under it`() throws {
        let result = try Self.converse(
            Line.amthi + Line.versions + Line.ask(.provisioningState, "-> errno ENODEV")
                + "open -> errno ENODEV\n" + Line.amthi + Line.burst())
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.provisioningState == .known(.post))
        #expect(result.pauses == [500, 1_000])
    }

    @Test(arguments: [
        "open -> errno ENODEV\n", Line.refused(.amthi, "ENODEV"),
        Line.amthi + Line.ask(.codeVersions, "-> errno ENODEV"),
    ])
    func `says resetting, never absent, of a firmware that does not come back`(step: String) throws {
        let result = try Self.converse(String(repeating: step, count: 30))
        #expect(result.answer.outcome == .resetting)
        #expect(result.answer.amthi == .known(.resetting))
        #expect(result.seconds < 15)
    }

    @Test func `asks again what is not ready`() throws {
        let notReady = Line.ask(.codeVersions, Line.notReady)
        let result = try Self.converse(Line.amthi + notReady + notReady + notReady + Line.burst())
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amtVersion == .known("16.1.25"))
        #expect(result.answer.controlMode == .known(.admin))
    }

    @Test func `says resetting of a firmware that is never ready, and has patience once only`() throws {
        var text = Line.amthi
        for request in AMTHI.Request.allCases {
            let refusal = hexDigits(AMTHI.refusal(of: request, .notReady))
            text += String(repeating: Line.ask(request, refusal), count: 6)
        }
        let result = try Self.converse(text)
        #expect(result.answer.outcome == .resetting)
        #expect(result.answer.provisioningState == .unknown(.refused(.notReady)))
        #expect(result.pauses.count == 4)
    }

    @Test func `says silent of a firmware that does not answer, after one limit`() throws {
        let result = try Self.converse(Line.amthi + Line.ask(.codeVersions, "-> silence"))
        #expect(result.answer.outcome == .silent)
        #expect(result.answer.amthi == .known(.silent))
        #expect(result.answer.amtVersion == .unknown(.noAnswer))
        #expect(result.answer.controlMode == .unknown(.notAsked("the firmware had stopped answering")))
        #expect(result.seconds == 3)
        // The driver gives up by itself: 15 s, then EFAULT.
        #expect(try Self.converse(Line.refused(.amthi, "EFAULT")).answer.outcome == .silent)
    }

    @Test func `keeps what it heard before the silence`() throws {
        let result = try Self.converse(
            Line.amthi + Line.versions + Line.ask(.provisioningState, ProvisioningState.post)
                + Line.ask(.controlMode, "-> silence"))
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.provisioningState == .known(.post))
        #expect(result.answer.controlMode == .unknown(.noAnswer))
        #expect(result.questions.count == 3)
    }

    @Test func `takes an empty first answer for disabled`() throws {
        let result = try Self.converse(Line.amthi + Line.ask(.codeVersions, ""))
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amthi == .known(.disabled))
        #expect(result.answer.provisioningState.reason?.contains("disabled") == true)
        #expect(result.questions.count == 1)
    }

    @Test func `takes an empty later answer for nothing`() throws {
        let result = try Self.converse(
            Line.amthi + Line.versions + Line.ask(.provisioningState, "") + Line.ask(.controlMode, ControlMode.none))
        #expect(result.answer.amthi == .known(.answers))
        #expect(result.answer.provisioningState == .unknown("an empty answer"))
        #expect(result.answer.controlMode == .known(ControlMode.none))
    }

    @Test func `loses one field to an invalid reply`() throws {
        // The reply to another command, twice; the second must not be taken for the next answer.
        let stray = "01010000110080040800000000000000" + "00000000"
        let result = try Self.converse(
            Line.amthi + Line.ask(.codeVersions, stray) + "read \(stray)\n"
                + Line.ask(.provisioningState, ProvisioningState.post) + Line.ask(.controlMode, "0101"))
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amtVersion == .unknown(.malformed("the message is of another command, 0x4800011")))
        #expect(result.answer.provisioningState == .known(.post))
        #expect(result.answer.controlMode == .unknown(.malformed("the message ends before its reserved field")))
        #expect(result.discards == 2, "what stands behind such a reply is thrown away")
    }

    @Test func `does not take what it heard of one interface for the other`() throws {
        let result = try Self.converse(
            Line.amthi + Line.ask(.wiredSettings, try Line.lan) + Line.ask(.wirelessSettings, try Line.lan))
        #expect(result.answer.wired == .known(try Line.lan))
        #expect(result.answer.wireless == .unknown(.malformed("the message repeats the previous answer")))
        #expect(result.discards == 1)
    }

    @Test func `says garbled where nothing is whole`() throws {
        var text = Line.amthi
        for request in AMTHI.Request.allCases { text += Line.ask(request, "deadbeef") }
        let result = try Self.converse(text)
        #expect(result.answer.outcome == .garbled("the message's major version is 0xde"))
        #expect(result.answer.amthi == .known(.garbled))
        let unlikely = "connect \(GUID.amthi) -> 0000000001b42d4baca846e0ff65814c\n"
        #expect(try Self.converse(unlikely).answer.outcome.word == "garbled")
    }

    @Test func `counts a refusal as an answer`() throws {
        var text = Line.amthi
        for request in AMTHI.Request.allCases {
            text += Line.ask(request, hexDigits(AMTHI.refusal(of: request, AMTStatus(rawValue: 0x812))))
        }
        let result = try Self.converse(text)
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.controlMode == .unknown(.refused(.unsupported)))
    }

    @Test(
        arguments: [
            ("open -> errno EACCES\n", .notPermitted), ("open -> errno EPERM\n", .notPermitted),
            ("open -> errno ENOENT\n", .failed("the device node does not exist")), ("open -> errno ENXIO\n", .noDriver),
            ("open -> errno EMFILE\n", .failed("the driver accepts no more programs")),
            (Line.refused(.amthi, "EINVAL"), .failed("connecting: Invalid argument (EINVAL)")),
        ] as [(String, FirmwareAnswer.Outcome)])
    func `names each obstacle`(text: String, outcome: FirmwareAnswer.Outcome) throws {
        #expect(try Self.converse(text).answer.outcome == outcome)
    }
}

@Suite struct `A conversation where AMTHI is not offered` {
    private let refused = Line.refused(.amthi, "ENOTTY")

    /// A reply to a rule by hand: header, rule, length, features with AMT (bit 2) or without.
    private func rule(_ rule: MKHI.Rule, _ isSet: Bool) -> String {
        let number = rule.rawValue < 16 ? "0\(rule.rawValue)" : String(rule.rawValue, radix: 16)
        return Line.ask(rule, "03820000" + number + "000000" + "04" + (isSet ? "24000000" : "20000000"))
    }

    @Test func `does not believe it of a firmware whose AMTHI answered a moment ago`() throws {
        let gone = String(repeating: Line.refused(.amthi, "ENOTTY"), count: 5)
        let result = try `A conversation over AMTHI`.converse(
            Line.amthi + Line.versions + Line.ask(.provisioningState, "-> errno ENODEV") + gone + Line.mkhi
                + rule(.capable, false))
        #expect(result.answer.amthi == .known(.resetting))
        #expect(result.answer.capable.value == nil)
        #expect(!result.connects.contains(.mkhi))
    }

    @Test(arguments: [(0, [GUID.amthi, .watchdog]), (900, [.amthi])])
    func `is followed by the question of the switch only where that decides, and there is time`(
        latency: Int, clients: [GUID]
    ) throws {
        let result = try `A conversation over AMTHI`.converse(
            Line.amthi + Line.burst(.pre) + Line.watchdog + Line.askSwitch("80"), latency: latency)
        #expect(Set(result.connects) == Set(clients))
        #expect((result.answer.amtSwitch.value?.isOn == false) == clients.contains(.watchdog))
    }

    @Test(
        arguments: [(false, false, false), (true, false, false), (true, true, false), (true, true, true)],
        [true, false])
    func `asks MKHI, at the fixed address where it must be`(
        features: (capable: Bool, enabled: Bool, available: Bool), isFixed: Bool
    ) throws {
        let connect = isFixed ? Line.refused(.mkhi, "ENOTTY") + Line.fixedMKHI : Line.mkhi
        let result = try `A conversation over AMTHI`.converse(
            refused + connect + rule(.capable, features.capable) + rule(.enabled, features.enabled)
                + rule(.available, features.available))
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amthi == .known(.notOffered))
        #expect(result.answer.capable == .known(features.capable))
        #expect(result.answer.enabled == .known(features.enabled))
        #expect(result.answer.available == .known(features.available))
        #expect(result.answer.controlMode == .unknown("the AMT host interface is not offered"))
        #expect(result.connects == [.amthi, .mkhi] + (isFixed ? [.fixedMKHI] : []))
    }

    @Test func `leaves it unknown where MKHI says nothing`() throws {
        let neither = Line.refused(.mkhi, "ENOTTY") + Line.refused(.fixedMKHI, "ENOTTY")
        let result = try `A conversation over AMTHI`.converse(refused + neither)
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.capable == .unknown("MKHI is not offered either"))
        let silent = try `A conversation over AMTHI`.converse(
            refused + Line.mkhi + rule(.capable, true) + Line.ask(.enabled, "-> silence"))
        #expect(silent.answer.capable == .known(true))
        #expect(silent.answer.enabled == .unknown(.noAnswer))
        #expect(silent.answer.available == .unknown(.notAsked("the firmware had stopped answering")))
        let bad = try `A conversation over AMTHI`.converse(
            refused + Line.mkhi + Line.ask(.capable, "03820089") + Line.ask(.enabled, ""))
        #expect(bad.answer.capable == .unknown(.rejected(MKHI.Result(rawValue: 0x89))))
        #expect(bad.answer.enabled == .unknown(.malformed("the message ends before its group")))
        #expect(bad.answer.available == .unknown("not in the recording"))
        let busy = try `A conversation over AMTHI`.converse(
            refused + String(repeating: Line.refused(.mkhi, "EBUSY"), count: 9))
        #expect(busy.answer.capable == .unknown(.held), "not the AMT host interface")
    }
}

@Suite struct `A conversation with a slow firmware` {
    private func converse(_ text: String, latency: Int) throws -> `A conversation over AMTHI`.Result {
        try `A conversation over AMTHI`.converse(text, uuid: true, latency: latency)
    }

    private var burst: String { get throws { try Line.amthi + Line.burst() + Line.ask(.uuid, GUID.amthi) } }

    /// Intel LMS connects for each command, and tries three times, half a second apart.
    @Test(arguments: [0, 15, 120, 199, 200, 250, 299, 301, 400, 599, 601, 700])
    func `leaves the connection to a program that tries three times in a second`(latency: Int) throws {
        let result = try converse(burst, latency: latency)
        #expect(result.questions.count == 11)
        #expect(result.questions == AMTHI.Request.allCases.map(Question.amthi), "each question is asked once")
        #expect(result.answer.remoteAccess.value != nil && result.answer.uuid == .known(.amthi))
        let (first, last) = (try #require(result.holds.first), try #require(result.holds.last))
        #expect(result.holds.allSatisfy { $0.count <= 1_000 }, "\(result.holds)")
        for moment in first.lowerBound..<last.upperBound {
            let isFree = [0, 500, 1_000].contains { wait in !result.holds.contains { $0.contains(moment + wait) } }
            #expect(isFree, "a program that comes at \(moment) ms is left out: \(result.holds)")
            if !isFree { break }
        }
    }

    @Test func `makes no pause where the firmware is fast`() throws {
        #expect(try converse(burst, latency: 50).holds.count == 1)
        #expect(try converse(burst, latency: 250).holds.count == 6)
    }

    @Test func `keeps what it heard when another program has taken the connection`() throws {
        let refused = String(repeating: Line.refused(.amthi, "EBUSY"), count: 9)
        let result = try converse(Line.amthi + Line.versions + refused, latency: 700)
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.amthi == .known(.answers))
        #expect(result.answer.amtVersion == .known("16.1.25"))
        #expect(result.answer.provisioningState == .unknown(.held))
        #expect(result.answer.remoteAccess == .unknown(.held))
        #expect(result.pauses == [600, 250, 320, 390, 460, 530, 600, 675, 750])
        #expect(result.questions.count == 1)
    }

    @Test func `goes on where it was when the connection is free again`() throws {
        let result = try converse(
            Line.amthi + Line.versions + Line.refused(.amthi, "EBUSY") + Line.amthi
                + Line.ask(.provisioningState, ProvisioningState.post), latency: 700)
        #expect(result.answer.provisioningState == .known(.post))
        #expect(Array(result.pauses.prefix(2)) == [600, 250])
        #expect(result.questions.count { $0 == .amthi(.codeVersions) } == 1)
    }

    @Test func `does not hold it while the firmware is not ready, or the driver takes no message`() throws {
        let result = try converse(Line.amthi + Line.ask(.codeVersions, Line.notReady) + Line.burst(), latency: 0)
        #expect(result.pauses == [250] && result.holds.count == 2)
        let refusal = "write \(hexDigits(AMTHI.Request.codeVersions.encoded)) -> errno EAGAIN\n"
        let full = try converse(Line.amthi + String(repeating: refusal, count: 5) + Line.burst(), latency: 0)
        #expect(full.answer.amtVersion == .known("16.1.25"))
        #expect(full.pauses == [-250, -320, 390, -460, 530])
    }

    @Test func `begins again when the client is gone, or the firmware was reset, in between`() throws {
        let gone = Line.refused(.amthi, "ENOTTY")
        let rule = Line.ask(.capable, "03820000" + "00000000" + "04" + "20000000")
        // A client that answered a moment ago is not missing, whatever the engine's kernel answers.
        let result = try converse(
            Line.amthi + Line.versions + String(repeating: gone, count: 6) + Line.mkhi + rule, latency: 700)
        #expect(result.answer.amthi == .known(.resetting))
        #expect(result.answer.capable.value == nil)
        let reset = try converse(
            Line.amthi + Line.versions + "open -> errno ENODEV\nopen\n" + Line.amthi + Line.burst(), latency: 700)
        #expect(reset.pauses.prefix(2) == [600, 500])
        #expect(reset.questions.count { $0 == .amthi(.codeVersions) } == 2)
    }

    @Test func `ends in time, and asks again soon what it had no time for`() throws {
        let result = try converse(burst, latency: 2_900)
        #expect(result.seconds < 14)
        #expect(result.answer.outcome == .answered)
        #expect(result.answer.provisioningState == .known(.post))
        #expect(result.answer.wired.value != nil)
        #expect(result.answer.wireless == .unknown(.noAnswer), "there is no time for a rest and a question")
        #expect(result.answer.remoteAccess == .unknown(.noAnswer))
        // This time there is time, and the reply is late.
        let late = try converse(burst, latency: 2_000)
        #expect(late.seconds <= 14)
        #expect(late.answer.security == .unknown(.noAnswer))
    }

    @Test func `is recorded with its connections, and replays in full`() throws {
        let text = try burst
        var conversation = Conversation(over: Recorder(try Watched(text, latency: .milliseconds(250))), uuid: true)
        let answer = conversation.run()
        let recording = Recording(devices: [Recording.Device(events: conversation.link.events)])
        #expect(recording.devices[0].events.count { if case .connect = $0 { true } else { false } } == 6)
        var replay = Conversation(
            over: Replay(try Recording(parsing: Array(recording.description.utf8)).devices[0]), uuid: true)
        #expect(replay.run() == answer)
        #expect(answer.kvm.value != nil && answer.uuid.value != nil)
    }
}
