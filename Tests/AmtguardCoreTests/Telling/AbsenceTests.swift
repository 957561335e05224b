import AmtguardCore
import Testing

@Suite struct `Without a report of the daemon` {
    @Test func `nothing is said of who added the ports`() {
        let status = Scene(list: "623,664").status
        #expect(status.reasons.map(\.id).contains("not-owned"))
        let absence = Absence(reason: Reason(id: "not-running", says: "amtguardd does not run"), look: status)
        #expect(!absence.reasons.map(\.id).contains("not-owned"))
    }
}
