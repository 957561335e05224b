import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct StockDebianTests {
    @Test(arguments: Check.all.map(\.id))
    func `a stock Debian with amtguardd has nothing to report`(_ id: String) {
        var situation = Situation.concerned
        situation.held = .ofAMT
        situation.isTranslating = true
        situation.isRedrawing = true
        situation.now = 1_800_000_000
        for check in Check.all where check.id == id {
            let findings = check.findings(on: PaperMachine.stockDebian, in: situation)
            #expect(findings.allSatisfy { $0.severity == .ok }, "\(findings)")
        }
    }

    /// Where AMT is impossible, no port of AMT's means anything.
    @Test(arguments: Check.all.map(\.id))
    func `a machine without AMT has no alarm`(_ id: String) {
        var machine = PaperMachine.stockDebian
        machine.files["/proc/sys/net/ipv4/ip_local_port_range"] = "1024\t65535\n"
        machine.files["/etc/sysctl.d/50-keystone.conf"] = "net.ipv4.ip_local_reserved_ports = 35357\n"
        machine.files["/dev/ipmi0"] = ""
        var situation = Situation()
        situation.reserved = PortSet(35357...35357)
        situation.reach = PortSet(1024...65535)
        for check in Check.all where check.id == id {
            let findings = check.findings(on: machine, in: situation)
            #expect(findings.allSatisfy { $0.severity == .ok }, "\(findings)")
        }
    }

    @Test func `each check has an identifier of its own`() {
        #expect(Set(Check.all.map(\.id)).count == Check.all.count)
    }
}
