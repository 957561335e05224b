import Testing

@testable import AmtguardCore

/// A schedule in virtual time: a helper that answers after some time, or never, and a clock that jumps from wake-up to
/// wake-up.
private struct Clockwork {
    var schedule = FirmwareSchedule()
    var now = 0.0
    /// The result of a question, and after how long; `nil` if none ever comes.
    var answer: (inquiry: FirmwareInquiry, after: Double)? = (.answer(.heard(.post, .admin)), 0.05)
    var asked: [Double] = []
    var abandoned: [Double] = []
    private var wakeAt: Double?
    private var answerAt: Double?
    private var coming: FirmwareInquiry?

    mutating func start(refresh: Duration = .seconds(3_600)) {
        happen { $0.started(refresh: refresh, at: $1) }
    }

    /// An event happens now.
    mutating func happen(_ event: (inout FirmwareSchedule, Instant) -> [FirmwareSchedule.Effect]) {
        let wasAsking = schedule.isQuestionOpen
        for effect in event(&schedule, at(now).instant) {
            switch effect {
            case .ask:
                #expect(!wasAsking || abandoned.last == now || answerAt == nil, "one question at a time")
                asked.append(now)
                answerAt = answer.map { now + $0.after }
                coming = answer?.inquiry
            case .abandon:
                abandoned.append(now)
                answerAt = nil
            case .wake(let time): wakeAt = time.map { Double($0.sinceBoot.microseconds) / 1_000_000 }
            }
        }
    }

    /// Lets time pass. The schedule wakes only at the time that it requested.
    mutating func pass(until end: Double) {
        var steps = 0
        while steps < 10_000, let next = [wakeAt, answerAt].compactMap({ $0 }).min(), next <= end {
            steps += 1
            now = max(now, next)
            if answerAt == next, let inquiry = coming {
                answerAt = nil
                happen { $0.answered(inquiry, at: $1) }
            } else {
                wakeAt = nil
                happen { $0.woke(at: $1) }
            }
        }
        #expect(steps < 10_000, "it wakes up without end")
        now = end
    }

    mutating func see(_ interfaces: [HostInterface]) {
        happen { $0.interfacesSeen(interfaces, at: $1) }
    }
}

@Suite struct `The firmware is asked` {
    @Test func `at the start, and then each refresh`() {
        var clockwork = Clockwork()
        clockwork.start()
        clockwork.pass(until: 3 * 3_600 + 1)
        #expect(clockwork.asked.map { $0.rounded() } == [0, 3_600, 7_200, 10_800])
        #expect(clockwork.abandoned == [])
        clockwork = Clockwork()
        clockwork.start(refresh: .seconds(600))
        clockwork.pass(until: 1_300)
        #expect(clockwork.asked.map { $0.rounded() } == [0, 600, 1_200])
    }

    @Test func `not before the start, and never where there is no engine, until one comes`() {
        var clockwork = Clockwork()
        clockwork.happen { $0.presenceSeen(.without, isPossible: false, at: $1) }
        clockwork.happen { $0.deviceChanged(at: $1) }
        clockwork.start()
        clockwork.happen { $0.resumed(at: $1) }
        clockwork.pass(until: 100_000)
        #expect(clockwork.asked == [])
        clockwork.happen { $0.presenceSeen(.csme, isPossible: true, at: $1) }
        #expect(clockwork.asked == [100_000])
    }

    @Test func `at once after a resume and on SIGHUP, and no more than each five seconds`() {
        var clockwork = Clockwork()
        clockwork.start()
        clockwork.pass(until: 100)
        clockwork.happen { $0.resumed(at: $1) }
        #expect(clockwork.asked == [0, 100])
        for _ in 0..<100 {
            clockwork.happen { $0.reloaded(refresh: .seconds(600), at: $1) }
            clockwork.pass(until: clockwork.now + 0.1)
        }
        clockwork.pass(until: 600)
        #expect(clockwork.asked == [0, 100, 105, 110])
        clockwork.pass(until: 711)
        #expect(clockwork.asked.count == 5, "the new RefreshSec= counts")
    }

    @Test func `when the device has been quiet for five seconds, at most once a minute`() {
        var clockwork = Clockwork()
        clockwork.start()
        clockwork.pass(until: 10)
        for _ in 0..<10 {
            clockwork.happen { $0.deviceChanged(at: $1) }
            clockwork.pass(until: clockwork.now + 1)
        }
        clockwork.pass(until: 30)
        #expect(clockwork.asked == [0, 24])
        clockwork.happen { $0.deviceChanged(at: $1) }
        clockwork.pass(until: 1_000)
        #expect(clockwork.asked == [0, 24, 84])
    }

    @Test func `when a driver comes after the start and brings its device, and when a look shows another state of it`()
    {
        var clockwork = Clockwork()
        clockwork.answer = (.answer(FirmwareAnswer(.noDriver)), 0.1)
        var presence = Presence.csme
        presence.devices = []
        clockwork.happen { $0.presenceSeen(presence, isPossible: true, at: $1) }
        clockwork.start()
        clockwork.pass(until: 30)
        #expect(clockwork.asked == [0])
        clockwork.answer = (.answer(.heard(.post, .admin)), 0.1)
        clockwork.happen { $0.presenceSeen(.csme, isPossible: true, at: $1) }
        clockwork.pass(until: 100)
        #expect(clockwork.asked == [0, 35])
        presence = .csme
        presence.devices[0].state = "RESETTING"
        clockwork.happen { $0.presenceSeen(presence, isPossible: true, at: $1) }
        clockwork.pass(until: 102)
        clockwork.happen { $0.presenceSeen(.csme, isPossible: true, at: $1) }
        clockwork.pass(until: 200)
        #expect(clockwork.asked == [0, 35, 107])
        clockwork.happen { $0.presenceSeen(.csme, isPossible: true, at: $1) }
        clockwork.pass(until: 3_000)
        #expect(clockwork.asked == [0, 35, 107], "the same devices are no news")
    }

    @Test func `again after a resume with a reset: soon, when the device is back`() {
        var clockwork = Clockwork()
        clockwork.start()
        clockwork.pass(until: 1_000)
        clockwork.answer = (.answer(FirmwareAnswer(.resetting)), 0.1)
        clockwork.happen { $0.resumed(at: $1) }
        clockwork.pass(until: 1_002)
        clockwork.answer = (.answer(.heard(.post, .admin)), 0.1)
        clockwork.happen { $0.deviceChanged(at: $1) }
        clockwork.pass(until: 4_000)
        #expect(clockwork.asked == [0, 1_000, 1_007])
    }

    @Test func `when the addresses of an interface with AMT's own have changed and settled, at most once a minute`() {
        var clockwork = Clockwork()
        clockwork.see([.lo, .eno1()])
        clockwork.start()
        clockwork.pass(until: 1)
        clockwork.see([.lo, .eno1("192.0.2.20")])
        clockwork.pass(until: 59)
        #expect(clockwork.asked == [0])
        clockwork.pass(until: 200)
        #expect(clockwork.asked == [0, 60])
        for second in 0..<10 {
            clockwork.see([.lo, .eno1("192.0.2.\(30 + second)")])
            clockwork.pass(until: clockwork.now + 1)
        }
        clockwork.pass(until: 300)
        #expect(clockwork.asked == [0, 60, 214])
        clockwork.see([.lo, .eno1("192.0.2.39"), .dock("192.0.2.50")])
        clockwork.pass(until: 1_000)
        #expect(clockwork.asked == [0, 60, 214, 305], "a dock has AMT's own address as well")
    }

    @Test func `when the addresses of an interface changed that a later answer did not speak of`() {
        var clockwork = Clockwork()
        clockwork.see([.lo, .eno1("192.0.2.20")])
        clockwork.start()
        clockwork.pass(until: 1)
        clockwork.answer = (
            .answer(.heard(.post, .admin).with { $0.wired = .unknown(.refused(.unsupported)) }), 0.05
        )
        clockwork.pass(until: 4_000)
        clockwork.asked = []
        clockwork.see([.lo, .eno1("192.0.2.21")])
        clockwork.pass(until: 4_010)
        #expect(clockwork.asked == [4_005])
    }

    @Test func `never because containers come and go`() {
        var clockwork = Clockwork()
        let host: [HostInterface] = [.lo, .eno1("192.0.2.20"), .wlan0("192.0.2.30")]
        clockwork.see(host)
        clockwork.start()
        clockwork.pass(until: 100)
        for number in 0..<1_000 {
            let veth = HostInterface(
                index: 100 + number, name: "veth\(number)", mac: ether("02:00:00:00:00:01"), kind: "veth",
                ipv4: [ip("10.0.0.\(number % 250 + 1)")])
            clockwork.see(host + [veth])
            clockwork.pass(until: clockwork.now + 0.5)
            clockwork.see(host)
            clockwork.pass(until: clockwork.now + 0.5)
        }
        #expect(clockwork.asked == [0])
    }

    @Test func `one question at a time, abandoned after 20 s, and again after 1, 2, 4 minutes up to the refresh`() {
        var clockwork = Clockwork()
        clockwork.answer = nil
        clockwork.start()
        clockwork.pass(until: 10)
        clockwork.happen { $0.deviceChanged(at: $1) }
        clockwork.pass(until: 19)
        #expect(clockwork.asked == [0] && clockwork.abandoned == [])
        clockwork.pass(until: 20)
        #expect(clockwork.abandoned == [20] && clockwork.asked == [0, 20], "the device had become quiet meanwhile")
        clockwork.pass(until: 20_000)
        let pauses = zip(clockwork.asked.dropFirst(), clockwork.asked.dropFirst(2)).map { $1 - $0 - 20 }
        #expect(pauses == [120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600])
        clockwork.answer = (.answer(.heard(.post, .admin)), 1)
        clockwork.pass(until: 30_000)
        clockwork.answer = nil
        clockwork.asked = []
        clockwork.pass(until: 34_000)
        #expect(clockwork.asked.count >= 2 && clockwork.asked[1] - clockwork.asked[0] == 80, "a success starts afresh")
    }

    @Test(arguments: FirmwareInquiryTests.all)
    func `again soon only where that may bring more`(inquiry: FirmwareInquiry) {
        var clockwork = Clockwork()
        clockwork.answer = (inquiry, 1)
        clockwork.start()
        clockwork.pass(until: 3_000)
        let count =
            switch inquiry.word {
            case "answered", "no-device", "graphics-only", "no-driver": 1
            // The search for the helper's socket disturbs no program.
            case "no-helper": 50
            default: 6
            }
        #expect(clockwork.asked.count == count, "\(inquiry.word): \(clockwork.asked)")
    }

    @Test(arguments: [Gap.noAnswer, .refused(.notReady), .rejected(.notReady), .held])
    func `again soon where a part of the answer is missing for now`(gap: Gap) {
        var clockwork = Clockwork()
        clockwork.answer = (.answer(.heard(.post, .admin).with { $0.wired = .unknown(gap) }), 1)
        clockwork.start()
        clockwork.pass(until: 600)
        #expect(clockwork.asked == [0, 61, 182, 423])
        clockwork.answer = (.answer(.heard(.post, .admin).with { $0.kvm = .unknown(.refused(.unsupported)) }), 1)
        clockwork.pass(until: 4_000)
        #expect(clockwork.asked.count == 5, "what the firmware refuses for good is no cause")
    }

    @Test func `within a minute of the helper's coming, however late that is`() {
        var clockwork = Clockwork()
        clockwork.answer = (.failed(.noHelper), 0)
        clockwork.start()
        clockwork.pass(until: 36_000)
        clockwork.asked = []
        clockwork.answer = (.answer(.heard(.post, .admin)), 1)
        clockwork.pass(until: 36_060)
        #expect(clockwork.asked.count == 1)
    }

    @Test func `and an answer that comes after it was abandoned changes nothing`() {
        var schedule = FirmwareSchedule()
        #expect(
            schedule.started(refresh: .seconds(3_600), at: at(0).instant) == [.ask, .wake(at: at(20).instant)])
        #expect(schedule.isQuestionOpen)
        #expect(schedule.woke(at: at(19).instant) == [.wake(at: at(20).instant)], "it is not abandoned too early")
        #expect(schedule.woke(at: at(20).instant) == [.abandon, .wake(at: at(80).instant)])
        #expect(!schedule.isQuestionOpen)
        #expect(schedule.answered(.answer(.heard(.post, .admin)), at: at(21).instant) == [])
        #expect(schedule.woke(at: at(79).instant) == [.wake(at: at(80).instant)], "too early does no harm")
        #expect(schedule.woke(at: at(80).instant) == [.ask, .wake(at: at(100).instant)])
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `at a bounded pace, whatever happens`(seed: UInt64) {
        var random = Seeded(seed)
        var clockwork = Clockwork()
        clockwork.start()
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: clockwork.happen { $0.deviceChanged(at: $1) }
            case 1: clockwork.see([.eno1("192.0.2.\(Int.random(in: 1..<250, using: &random))")])
            case 2: clockwork.answer = Bool.random(using: &random) ? nil : (.answer(.heard(.post, .admin)), 3)
            case 3: clockwork.answer = (.failed(.ended), 0)
            default: break
            }
            clockwork.pass(until: clockwork.now + .random(in: 0..<30, using: &random))
        }
        // A device and an address each have their own minute, and a failure has its pause.
        #expect(Double(clockwork.asked.count) <= 3 * clockwork.now / 60)
        #expect(clockwork.asked.count >= Int(clockwork.now / 3_700))
    }

    @Test func `when the addresses on Wi-Fi changed, also if a later answer does not speak of it`() {
        var clockwork = Clockwork()
        clockwork.answer = (.answer(.heard(.post, .admin, wireless: .wireless("0.0.0.0"))), 0.05)
        clockwork.see([.lo, .wlan0("192.0.2.30")])
        clockwork.start()
        clockwork.pass(until: 100)
        clockwork.see([.lo, .wlan0("192.0.2.31")])
        clockwork.answer = (
            .answer(.heard(.post, .admin).with { $0.wireless = .unknown(.refused(.unsupported)) }), 0.05
        )
        clockwork.pass(until: 300)
        #expect(clockwork.asked == [0, 105])
        clockwork.see([.lo, .wlan0("192.0.2.32")])
        clockwork.pass(until: 400)
        #expect(clockwork.asked == [0, 105, 305])
    }

    @Test func `where there is an engine, and where AMT is not proven impossible`() {
        for (presence, isPossible, isAsked) in [
            (Presence.csme, false, true), (.without, true, true), (.without, false, false),
        ] {
            var clockwork = Clockwork()
            clockwork.happen { $0.presenceSeen(presence, isPossible: isPossible, at: $1) }
            clockwork.start()
            #expect(clockwork.asked == (isAsked ? [0] : []))
        }
    }
}
