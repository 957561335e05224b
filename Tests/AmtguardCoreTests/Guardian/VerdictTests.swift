import AmtguardCore
import Testing

@Suite struct `The verdict` {
    static let cases: [(String, Verdict, [String], @Sendable () -> Scene)] = [
        ("whole", .protected, ["amt-unknown"], { Scene() }),
        ("impossible", .notNeeded, [], { Scene(presence: .without) }),
        (
            "refused, within reach", .exposed, ["list-read-only", "amt-unknown"],
            {
                var scene = Scene(looking: false)
                scene.refusal = .readOnly
                scene.look(.request)
                return scene
            }
        ),
        (
            "refused, out of reach", .degraded, ["list-read-only", "amt-unknown"],
            {
                var scene = Scene(choice: .usual, looking: false)
                scene.refusal = .readOnly
                scene.look(.request)
                return scene
            }
        ),
        (
            "refused, and the reach is unknown", .exposed, ["list-read-only", "range-unknown", "amt-unknown"],
            {
                var scene = Scene(choice: nil, looking: false)
                scene.refusal = .readOnly
                scene.look(.request)
                return scene
            }
        ),
        ("the reach is unknown", .protected, ["range-unknown", "amt-unknown"], { Scene(choice: nil) }),
        ("not watched", .degraded, ["watch-none", "amt-unknown"], { Scene(watch: Watch(.none)) }),
        ("writers not named", .protected, ["watch-limited", "amt-unknown"], { Scene(watch: Watch(.inotify)) }),
        (
            "observing, within reach", .exposed, ["not-reserved", "amt-unknown"],
            {
                var configuration = Configuration()
                configuration.mode = .observe
                return Scene(configuration: configuration)
            }
        ),
        (
            "observing, out of reach", .degraded, ["not-reserved", "amt-unknown"],
            {
                var configuration = Configuration()
                configuration.mode = .observe
                return Scene(configuration: configuration, choice: .usual)
            }
        ),
        (
            "observing what somebody else reserved", .protected, ["amt-unknown"],
            {
                var configuration = Configuration()
                configuration.mode = .observe
                return Scene(list: amt, configuration: configuration)
            }
        ),
        (
            "configuration refused", .degraded, ["configuration-refused", "amt-unknown", "configuration-warning"],
            {
                var scene = Scene()
                scene.see(.configuration(Configuration(), VerdictTests.problems))
                return scene
            }
        ),
        (
            "configuration refused, impossible", .degraded, ["configuration-refused", "configuration-warning"],
            {
                var scene = Scene(presence: .without)
                scene.see(.configuration(Configuration(), VerdictTests.problems))
                return scene
            }
        ),
        (
            "nowhere to write down", .degraded, ["runtime-directory", "amt-unknown"],
            {
                var scene = Scene()
                scene.see(.runtimeDirectory(problem: "/run/amtguard: No space left on device"))
                return scene
            }
        ),
    ]

    @Test(arguments: cases)
    func `follows from what is seen, and says why`(
        name: String, verdict: Verdict, reasons: [String], scene: @Sendable () -> Scene
    ) {
        var scene = scene()
        #expect(scene.status.verdict == verdict, "\(name)")
        #expect(scene.status.reasons.map(\.id) == reasons, "\(name)")
        #expect(scene.status.reasons.allSatisfy { !$0.says.isEmpty && $0.says.oneLineOnly }, "\(name)")
        let last = scene.toldEvents().last { if case .verdict = $0 { true } else { false } }
        guard case .verdict(verdict, _, _) = last else {
            Issue.record("\(name): the last verdict told is \(String(describing: last))")
            return
        }
    }

    @Test func `recovers when the configuration and the runtime directory do, and keeps its date meanwhile`() {
        var scene = Scene()
        scene.now = 200
        scene.see(.configuration(Configuration(), VerdictTests.problems))
        scene.now = 300
        scene.see(.runtimeDirectory(problem: "/run/amtguard: Read-only file system"))
        #expect(scene.status.verdict == .degraded)
        #expect(scene.status.since == at(200).iso8601)
        scene.see(.configuration(Configuration(), []))
        #expect(scene.status.verdict == .degraded)
        scene.now = 400
        scene.see(.runtimeDirectory(problem: nil))
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.since == at(400).iso8601)
        #expect(scene.toldNames().filter { $0 == "verdict" }.count == 3)
    }

    @Test func `is not reported again as long as it is the same`() {
        var scene = Scene()
        _ = scene.told()
        scene.see(.choice(.usual))
        scene.see(.watch(Watch(.inotify)))
        scene.see(.presence(.csme))
        for _ in 0..<5 { scene.look(.audit) }
        #expect(scene.toldEvents() == [])
    }

    @Test func `waits for the first look`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        #expect(guardian.observe(.choice(.wide), at: at(1)) == [])
        #expect(guardian.observe(.watch(Watch(.none)), at: at(1)) == [])
    }

    @Test func `keeps the former configuration in force where the new one is refused, and tells each problem`() {
        var configuration = Configuration()
        configuration.extraPorts = "5900"
        var scene = Scene(configuration: configuration)
        _ = scene.told()
        scene.see(.configuration(Configuration(), VerdictTests.problems))
        scene.look(.request)
        #expect(scene.guardian.configuration == configuration)
        #expect(scene.status.ports.required == "623,664,5900,16992-16995")
        #expect(scene.toldNames() == ["configuration", "configuration", "verdict"])
    }

    @Test func `is as fresh as the last look, on the boot clock`() {
        var scene = Scene()
        scene.now = 500
        scene.see(.choice(.usual))
        #expect(scene.status.observed.bootUSec == 100_000_000, "that was no look at the list")
        scene.look(.audit)
        #expect(scene.status.observed.bootUSec == 500_000_000)
        #expect(scene.status.observed.at == "2026-11-22T20:08:20Z")
        #expect(scene.status.observed.bootId == "b007")
    }

    @Test func `differs by the time of its look alone, or by more`() {
        var scene = Scene()
        let before = scene.status
        #expect(!before.differsByTimeAlone(from: before) && !before.differsByTimeAlone(from: nil))
        scene.now += 30
        scene.look(.audit)
        #expect(scene.status != before && scene.status.differsByTimeAlone(from: before))
        scene.overwrite(with: "")
        #expect(!scene.status.differsByTimeAlone(from: before))
    }

    @Test func `is current after a look, until something else is required`() {
        var scene = Scene(looking: false)
        #expect(!scene.guardian.isCurrent && !scene.guardian.hasLooked(since: at(0).instant))
        scene.look(.request)
        #expect(scene.guardian.isCurrent && scene.guardian.hasLooked(since: at(100).instant))
        #expect(!scene.guardian.hasLooked(since: at(100.1).instant))
        var more = Configuration()
        more.extraPorts = "5900"
        scene.configure(more)
        #expect(!scene.guardian.isCurrent)
    }

    @Test func `waits at the end for the ports that are to be released`() {
        var configuration = Configuration()
        configuration.onStop = .release
        var scene = Scene(list: "8080", configuration: configuration)
        #expect(!scene.guardian.isReleasing)
        scene.refusal = .busy
        scene.see(.stopping)
        scene.look(.request)
        #expect(scene.guardian.isReleasing && scene.list == amt.union("8080"))
        scene.refusal = .readOnly
        scene.now += 1
        scene.look(.request)
        #expect(!scene.guardian.isReleasing, "no later attempt helps")
        scene.refusal = nil
        scene.now += 1
        scene.look(.request)
        #expect(!scene.guardian.isReleasing && scene.list == "8080")

        var keeping = Scene(list: "8080")
        keeping.see(.stopping)
        keeping.look(.request)
        #expect(!keeping.guardian.isReleasing && keeping.list == amt.union("8080"))
    }

    @Test(arguments: ["1", "65535"] as [PortSet])
    func `is exposed at any missing port where the range can't be read`(port: PortSet) {
        var configuration = Configuration()
        (configuration.mode, configuration.ports) = (.observe, port)
        #expect(Scene(configuration: configuration, choice: nil).status.verdict == .exposed)
    }

    @Test func `of an observer names one missing port, or several`() {
        var configuration = Configuration()
        configuration.mode = .observe
        for (list, words) in [
            (amt.subtracting("664"), "664 is not reserved"), ("", "623,664,16992-16995 are not reserved"),
        ] {
            let reasons = Scene(list: list, configuration: configuration).status.reasons
            #expect(reasons.first { $0.id == "not-reserved" }?.says.hasPrefix(words) == true)
        }
    }

    @Test(arguments: [(true, "amtguardd reads it again at each audit"), (false, "Correct the file")])
    func `with a refused file says whether it has to be corrected`(mayPass: Bool, advice: String) {
        var scene = Scene()
        let content = mayPass ? ConfigurationFile.Content.unread("why") : .unreadable("why")
        let (_, problems) = Configuration.salvage([ConfigurationFile(path: "/x", content: content)])
        scene.see(.configuration(Configuration(), problems))
        #expect(scene.status.reasons.first { $0.id == "configuration-refused" }?.advice?.hasPrefix(advice) == true)
    }
}

enum VerdictTests {
    static var problems: [ConfigurationProblem] {
        Configuration.parse([
            ConfigurationFile(path: "/etc/amtguard.conf", content: .bytes(Array("[Guard]\nMode=x\nPort=1".utf8)))
        ]).1
    }
}

extension String {
    var oneLineOnly: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) } }
}
