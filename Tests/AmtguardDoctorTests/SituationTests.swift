import Testing

@testable import AmtguardCore
@testable import AmtguardDoctor

/// The situation by a report of amtguardd, or without one.
@Suite struct SituationTests {
    /// The report of a guardian that reserved all of AMT's ports.
    private static func status(_ change: (inout Status) -> Void = { _ in }) -> Status {
        var status = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n"))).status
        status.ports.required = "\(PortSet.ofAMT)"
        status.ports.reserved = "\(PortSet.ofAMT)"
        status.reasons = []
        status.verdict = Told(.protected)
        change(&status)
        return status
    }

    private static func situation(
        _ voice: Assessment.Voice = .answers, hold: AmtguardCore.Configuration.HoldPolicy = .cooperative,
        _ change: (inout Status) -> Void = { _ in }
    ) -> Situation {
        Situation(Assessment(status(change), voice, KernelLook(reserved: nil, choice: nil)), hold: hold)
    }

    private static func absent(_ id: String) -> Guarding {
        Situation(Absence(reason: Reason(id: id, says: "s", advice: "a"), look: status())).guarding
    }

    private static func interface(_ address: String, _ addresses: [String] = []) -> Status.Interface {
        Status.Interface(
            medium: "wired", mac: nil, link: nil, mode: nil, ip: nil, address: address, rule: nil, evidence: "",
            hostInterfaces: [], hostAddresses: addresses)
    }

    // MARK: amtguardd

    @Test func `a guard that answers and reserved all ports repairs the list`() {
        #expect(Self.situation().guarding == .repairs)
        #expect(Self.situation().complaint == nil)
    }

    @Test(arguments: [
        Obstacle.missing, .readOnly, .notPermitted, .covered, .malformed("?"), .busy, .failed("EIO"),
    ])
    func `a guard with an obstacle does not, and complains`(_ obstacle: Obstacle) {
        let situation = Self.situation {
            $0.reasons = [.obstacle(obstacle)]
            $0.verdict = Told(.degraded)
        }
        #expect(situation.guarding == .hindered)
        #expect(situation.complaint == obstacle.says)
    }

    @Test func `a required port that is missing is an obstacle, another program's is not`() {
        #expect(Self.situation { $0.ports.reserved = "623,664" }.guarding == .hindered)
        #expect(Self.situation { $0.reasons = [.sharedList(PortSet(80...80), whole: .ofAMT)] }.guarding == .repairs)
    }

    @Test func `a guard that only observes is none`() {
        #expect(Self.situation { $0.mode = "observe" }.guarding == .observes)
        #expect(Self.situation { $0.mode = "always" }.guarding == .repairs)
    }

    @Test func `a guard that is silent, or whose report is old, is unknown`() {
        for voice in [Assessment.Voice.silent("within 2 s"), .outdated("the report is old")] {
            let situation = Self.situation(voice, hold: .strict)
            #expect(situation.isGuarded == nil)
            #expect(situation.guarding.remedy.contains("systemctl status amtguardd"))
            #expect(!situation.isHeldStrictly)
        }
    }

    @Test(arguments: ["no-answer", "other-version", "no-state-file", "state-file"])
    func `only a daemon that is known not to run is absent`(_ id: String) {
        #expect(Self.absent("not-running") == .absent)
        #expect(Self.absent(id) == .unknown("s", advice: "a"))
    }

    // MARK: Addresses

    @Test func `the address that matters most counts`() {
        #expect(Self.situation().sharing == .unknown)
        #expect(Self.situation { $0.amt.interfaces = [] }.sharing == .no)
        #expect(Self.situation { $0.amt.interfaces = [Self.interface("separate")] }.sharing == .no)
        #expect(
            Self.situation { $0.amt.interfaces = [Self.interface("separate"), Self.interface("unknown")] }.sharing
                == .unknown)
        #expect(
            Self.situation {
                $0.amt.interfaces = [Self.interface("unknown"), Self.interface("shared", ["192.0.2.20"])]
            }.sharing == .shared(["192.0.2.20"]))
    }

    @Test func `holds count by protocol, on all shared addresses`() {
        func hold(_ address: String, _ port: UInt16, _ transport: String, _ state: String = "held") -> Status.HeldPort {
            Status.HeldPort(address: address, port: port, protocol: transport, state: state)
        }
        let situation = Self.situation(hold: .strict) {
            $0.amt.interfaces = [Self.interface("shared", ["192.0.2.20", "192.0.2.21"])]
            $0.holds = [
                hold("192.0.2.20", 623, "tcp"), hold("192.0.2.21", 623, "tcp"), hold("192.0.2.20", 664, "tcp"),
                hold("192.0.2.20", 664, "udp"), hold("192.0.2.21", 664, "udp"), hold("192.0.2.20", 623, "udp"),
                hold("192.0.2.21", 623, "udp", "refused"),
            ]
        }
        #expect(situation.held == PortSet(623...623))
        #expect(situation.heldUDP == PortSet(664...664))
        #expect(situation.isHeldStrictly)
    }

    @Test func `published ports are unknown where nobody could look for them`() {
        let port = Status.Published(
            protocol: "tcp", port: 16_992, chain: Status.Chain(family: "ip", table: "nat", name: "DOCKER"))
        func published(_ interfaces: [Status.Interface]?, chains: [Status.Chain]?) -> [Situation.Published]? {
            Self.situation {
                $0.amt.interfaces = interfaces
                $0.nat?.chains = chains
                $0.nat?.published = [port]
            }.published
        }
        let shared = [Self.interface("shared", ["192.0.2.20"])]
        #expect(
            published(shared, chains: [])
                == [Situation.Published(transport: "tcp", port: 16_992, chain: "ip nat DOCKER")])
        #expect(published(shared, chains: nil) == nil)
        #expect(published(nil, chains: []) == nil)
        #expect(Self.situation { $0.nat = nil }.published == nil)
    }
}
