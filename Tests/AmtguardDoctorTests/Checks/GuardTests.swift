import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct GuardTests {
    private static let silent = Guarding.unknown("amtguardd runs but does not answer", advice: "Restart it.")

    private func findings(_ guarding: Guarding, _ change: (inout Situation) -> Void = { _ in }) -> [Diagnosis.Finding] {
        var situation = Situation.concerned
        situation.guarding = guarding
        change(&situation)
        return Check.guard.findings(on: PaperMachine(), in: situation)
    }

    private func expose(_ situation: inout Situation) {
        (situation.reach, situation.reserved) = (PortSet(1024...65535), PortSet())
    }

    @Test(arguments: [Guarding.absent, .observes, .hindered])
    func `without a guard it depends on what the kernel can choose`(_ guarding: Guarding) {
        #expect(findings(guarding).map(\.severity) == [.warning])
        #expect(findings(guarding) { $0.reach = PortSet(1024...65535) }.map(\.severity) == [.warning])
        #expect(findings(guarding, expose).map(\.severity) == [.problem])
        #expect(findings(guarding) { $0.reserved = nil }.map(\.severity) == [.warning])
    }

    @Test func `what it says itself counts, once`() {
        #expect(findings(.repairs) { $0.complaint = "AMT cuts off a socket" }.map(\.severity) == [.warning])
        let hindered = findings(.hindered) {
            $0.complaint = "the list is read-only"
            expose(&$0)
        }
        #expect(hindered.map(\.severity) == [.problem])
        #expect(hindered.first?.says == "amtguardd says: the list is read-only")
    }

    @Test func `a guard that is silent is unknown, unless a port is exposed`() {
        #expect(findings(Self.silent).map(\.severity) == [.unknown])
        #expect(findings(Self.silent).first?.says == "amtguardd runs but does not answer")
        #expect(findings(Self.silent, expose).map(\.severity) == [.problem])
    }

    @Test func `each state has its own remedy`() {
        #expect(findings(.absent).first?.change == "Run systemctl enable --now amtguardd.")
        #expect(findings(.observes).first?.change?.hasPrefix("Set Mode=auto in the section [Guard]") == true)
        #expect(findings(.hindered).first?.change?.hasPrefix("amtguardctl status says") == true)
        #expect(findings(Self.silent).first?.change == "Restart it.")
    }

    @Test func `with it, or without AMT, all is well`() {
        #expect(findings(.repairs).map(\.severity) == [.ok])
        #expect(findings(.absent) { $0.required = PortSet() }.map(\.severity) == [.ok])
    }
}
