import AmtguardCore
import Testing

@testable import AmtguardDaemon

@Suite struct `The driver of the holds` {
    private static let holds = (1...2).compactMap { octet in
        IPv4Address("127.83.7.\(octet)").map { Hold($0, 16992) }
    }

    @Test func `lends each once, and takes back those that are meant alone`() throws {
        var driver = HoldDriver()
        driver.carryOut(HoldChange(release: [], take: Self.holds, isShared: true))
        try #require(driver.reading.held.count == 2)
        for hold in Self.holds {
            _ = try driver.lend(hold)
            #expect(throws: HoldDriver.LoanRefused.lentAlready) { try driver.lend(hold) }
        }
        driver.takeBack { $0 == Self.holds[0] }
        #expect(driver.reading.lent == [Self.holds[1]], "its borrower still waits for an answer")
        driver.takeBack()
        #expect(driver.reading.lent.isEmpty && driver.reading.held.count == 2)
    }
}
