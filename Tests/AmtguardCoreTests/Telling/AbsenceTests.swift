import Testing

@testable import AmtguardCore

@Suite struct `Without a report of the daemon` {
    /// A host whose list is only observed.
    private static func observed(_ list: PortSet?, _ choice: KernelChoice? = .wide) -> Status {
        var configuration = Configuration()
        configuration.mode = .observe
        var scene = Scene(list: list ?? "", configuration: configuration, choice: choice, looking: false)
        scene.unreadable = list == nil ? .missing : nil
        scene.look(.request)
        return scene.status
    }

    private static let reason = Reason(id: "not-running", says: "amtguardd does not run", advice: "Start it.")

    @Test func `nothing is said of who added the ports`() {
        let status = Scene(list: "623,664").status
        #expect(status.reasons.map(\.id).contains("not-owned"))
        let absence = Absence(reason: Reason(id: "not-running", says: "amtguardd does not run"), look: status)
        #expect(!absence.reasons.map(\.id).contains("not-owned"))
    }

    @Test(arguments: [
        (observed(amt), true, "623,664,16992-16995 are reserved now"),
        (observed(amt), false, "623,664,16992-16995 are reserved now, but no daemon repairs the list"),
        (observed("623"), true, "the kernel may choose 16992-16995 for a connection"),
        (
            observed("623", .usual), true,
            "the local port range is 32768-60999, so the kernel never chooses 623,664,16992-16995"
        ),
        (
            observed(nil), true,
            "the list can't be read, so it is unknown whether 623,664,16992-16995 are reserved"
        ),
    ])
    func `the list tells the consequence here`(status: Status, isWatched: Bool, words: String) {
        #expect(status.here(isWatched: isWatched) == words)
        let id = isWatched ? "no-bus" : "not-running"
        #expect(Absence(reason: Reason(id: id, says: ""), look: status).here == words)
    }

    @Test func `nothing has to be reserved where AMT is impossible`() {
        let status = Scene(presence: .without).status
        #expect(status.here(isWatched: false).hasPrefix("no port needs to be reserved: none of the 9 functions"))
    }

    @Test(arguments: [
        (observed("623"), "exposed", Status.Tone.bad, Status.Tone.bad, #""exposed""#),
        (observed(amt), "unknown", .doubtful, .plain, "null"), (observed(nil), "unknown", .doubtful, .plain, "null"),
    ])
    func `everything that was read is shown, the risk first`(
        status: Status, word: String, tone: Status.Tone, toneHere: Status.Tone, json: String
    ) {
        let absence = Absence(reason: Self.reason, look: status)
        #expect(absence.isExposed == (word == "exposed"))
        let text = absence.text
        #expect(text.first == Status.Line("Verdict", "\(word): amtguardd does not run", tone))
        #expect(absence.brief.first == text.first)
        #expect(text[1] == .advice("Start it."))
        #expect(text[2] == Status.Line("Here", absence.here, toneHere))
        for reason in absence.status.reasons {
            #expect(text.contains(Status.Line("", reason.says)))
            #expect(reason.advice.map { text.contains(.advice($0)) } != false)
        }
        let shown = text.map { "\($0.label)|\($0.value)" }
        #expect(shown.contains { $0.hasPrefix("AMT|unknown") })
        #expect(
            shown.suffix(3) == [
                "Required|623,664,16992-16995",
                "Reserved|\(status.ports.reserved ?? "unknown") (read from the kernel now)",
                "Range|1024-65535",
            ])
        #expect(absence.json.description.hasPrefix(#"{"schema":1,"version":null,"#))
        #expect(absence.json.description.contains(#""verdict":\#(json),"#))
    }

    @Test func `the sockets that AMT may cut off are those of unknown standing`() {
        var scene = Scene()
        scene.see(.sockets(SocketReading([.listener("192.0.2.20", 16993), .listener("127.0.0.1", 16994)])))
        #expect(scene.status.ports.possibleVictims.map(\.port) == [16993])
    }
}
