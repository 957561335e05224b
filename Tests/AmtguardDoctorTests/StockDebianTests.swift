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

    /// The other states that amtguard may have on a sound machine.
    static let states: [(name: String, change: @Sendable (inout Situation) -> Void)] = [
        ("no daemon", { $0.guarding = .absent }),
        ("a silent daemon", { $0.guarding = .unknown("amtguardd does not answer", advice: "") }),
        ("Mode=observe", { $0.guarding = .observes }),
        ("Mode=always, with a port of the administrator's", { $0.required = $0.required.union(PortSet(5900...5900)) }),
        ("AMT's address unknown", { ($0.sharing, $0.held, $0.published) = (.unknown, PortSet(), nil) }),
        ("an address of AMT's own", { ($0.sharing, $0.held) = (.no, PortSet()) }),
        ("Hold=strict", { $0.isHeldStrictly = true }),
        ("HoldUDP=yes", { $0.heldUDP = .ofAMTsUDP }),
        ("nothing is known of netfilter", { ($0.isTranslating, $0.isRedrawing, $0.published) = (nil, false, nil) }),
        ("the list can't be read", { $0.reserved = nil }),
    ]

    @Test(arguments: states.indices) func `a stock Debian raises no alarm but guard's, in any state`(_ index: Int) {
        var situation = Situation.concerned
        situation.held = .ofAMT
        situation.isTranslating = true
        situation.isRedrawing = true
        Self.states[index].change(&situation)
        // Translation without the redraw table is an alarm, and should be.
        if situation.guarding == .absent { (situation.isTranslating, situation.isRedrawing) = (false, false) }
        for check in Check.all where check.id != "guard" {
            let findings = check.findings(on: PaperMachine.stockDebian, in: situation)
            #expect(findings.allSatisfy { !$0.severity.isAlarm }, "\(Self.states[index].name): \(findings)")
        }
    }

    /// If AMT is impossible, AMT's ports have no meaning.
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
