import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct GuardTests {
    private func severity(_ change: (inout Situation) -> Void) -> [Severity] {
        var situation = Situation.concerned
        situation.guarding = .absent
        change(&situation)
        return Check.guard.findings(on: PaperMachine(), in: situation).map(\.severity)
    }

    @Test func `without amtguardd it depends on what the kernel can choose`() {
        #expect(severity { _ in } == [.warning])
        #expect(severity { $0.reach = PortSet(1024...65535) } == [.warning])
        #expect(severity { ($0.reach, $0.reserved) = (PortSet(1024...65535), PortSet()) } == [.problem])
        #expect(severity { $0.reserved = nil } == [.warning])
    }

    @Test func `what it says itself counts`() {
        #expect(
            severity {
                $0.guarding = .repairs; $0.complaint = "AMT cuts off a socket"
            } == [.warning])
        #expect(
            severity {
                $0.guarding = .repairs
                $0.complaint = "the list is read-only"
                $0.reserved = PortSet()
                $0.reach = PortSet(1_024...65_535)
            } == [.problem])
    }

    @Test func `with it, or without AMT, all is well`() {
        #expect(severity { $0.guarding = .repairs } == [.ok])
        #expect(severity { $0.required = PortSet() } == [.ok])
    }
}
