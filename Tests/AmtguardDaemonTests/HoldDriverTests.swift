import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage
import Testing

@testable import AmtguardDaemon

@Suite(.enabled(if: geteuid() == 0, "CAP_NET_ADMIN binds beside a hold.")) struct `The driver of the holds` {
    private static let holds = (1...2).compactMap { octet in
        IPv4Address("127.83.7.\(octet)").map { Hold($0, 16992) }
    }

    private static func opened(_ type: __socket_type = SOCK_STREAM) -> Descriptor {
        Descriptor(
            owning: FileDescriptor(rawValue: socket(AF_INET, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)))
    }

    @Test func `lends what it holds as often as it is asked, and has the same as before`() throws {
        var driver = HoldDriver()
        driver.carryOut(HoldChange(release: [], take: Self.holds, isShared: false))
        let before = driver.reading
        try #require(before.held.count == 2)
        for hold in Self.holds {
            let one = Self.opened()
            let other = Self.opened()
            try driver.lend(hold, to: one)
            try driver.lend(hold, to: other)
        }
        #expect(driver.reading == before)
    }

    @Test func `lends nothing that it does not hold, and nothing to another kind of socket`() throws {
        var driver = HoldDriver()
        driver.carryOut(HoldChange(release: [], take: [Self.holds[0]], isShared: true))
        try #require(driver.reading.held.count == 1)
        #expect(throws: HoldDriver.LoanRefused.notHeld) { try driver.lend(Self.holds[1], to: Self.opened()) }
        #expect(throws: HoldDriver.LoanRefused.unsuitable) {
            try driver.lend(Self.holds[0], to: Self.opened(SOCK_DGRAM))
        }
    }
}
