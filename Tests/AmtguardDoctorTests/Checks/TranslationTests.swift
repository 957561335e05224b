import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// `translation`, `namespaces` and `published`.
@Suite struct TranslationTests {
    private func situation(_ change: (inout Situation) -> Void) -> Situation {
        var situation = Situation.concerned
        situation.isTranslating = true
        change(&situation)
        return situation
    }

    private func severity(_ change: (inout Situation) -> Void) -> [Severity] {
        Check.translation.findings(on: PaperMachine(), in: situation(change)).map(\.severity)
    }

    @Test func `translated and not redrawn, connections hang`() {
        #expect(severity { _ in } == [.warning])
        #expect(severity { $0.isRedrawing = true } == [.ok])
        #expect(severity { $0.isTranslating = nil } == [.unknown])
    }

    @Test func `without translation, or a shared address, none does`() {
        #expect(severity { $0.isTranslating = false } == [.ok])
        #expect(severity { $0.sharing = .no } == [.ok])
        #expect(severity { $0.required = PortSet() } == [.ok])
    }

    @Test func `an address of AMT that is unknown is not taken for none`() {
        #expect(severity { $0.sharing = .unknown } == [.unknown])
        #expect(
            severity {
                $0.sharing = .unknown; $0.isRedrawing = true
            } == [.ok])
        let findings = Check.translation.findings(on: PaperMachine(), in: situation { $0.sharing = .unknown })
        #expect(findings.first?.consequence?.hasSuffix("AMT may take the replies") == true)
        #expect(findings.first?.needsRoot == false)
    }

    // MARK: Namespaces

    private static func look(
        _ owner: String, _ range: ClosedRange<UInt16>? = 1024...65535, reserved: PortSet? = PortSet(),
        at addresses: [String]? = ["10.88.0.2"]
    ) -> NamespaceLook {
        NamespaceLook(owner: owner, range: range, reserved: reserved, addresses: addresses)
    }

    private func findings(_ looks: [NamespaceLook], _ change: (inout Situation) -> Void = { _ in }) -> [Diagnosis
        .Finding]
    {
        var machine = PaperMachine()
        machine.others = looks
        return Check.namespaces.findings(on: machine, in: situation(change))
    }

    @Test func `a range with the default, or with the ports reserved, is no matter`() {
        let looks = [Self.look("default", 32768...60999), Self.look("reserved", reserved: .ofAMT)]
        #expect(findings(looks).map(\.severity) == [.ok])
        #expect(findings([]).map(\.severity) == [.ok])
    }

    @Test func `a wide range matters where this host translates and does not redraw`() {
        let web = [Self.look("web")]
        #expect(findings(web).map(\.severity) == [.warning])
        #expect(findings(web) { $0.isRedrawing = true }.map(\.severity) == [.note])
        #expect(findings(web) { $0.isTranslating = false }.map(\.severity) == [.ok])
        #expect(findings(web) { $0.isTranslating = nil }.map(\.severity) == [.unknown])
        #expect(findings(web) { $0.sharing = .no }.map(\.severity) == [.ok])
        #expect(findings(web) { $0.sharing = .unknown }.map(\.severity) == [.unknown])
    }

    @Test func `a namespace with AMT's address is not covered by anything here`() {
        let looks = [Self.look("ipvlan0", at: ["192.0.2.20"]), Self.look("web")]
        let found = findings(looks) { $0.isRedrawing = true }
        #expect(found.map(\.severity) == [.warning, .note])
        #expect(
            found.first?.says == "the kernel may choose 16992-16995 in 1 network namespace (ipvlan0)")
    }

    @Test func `a thousand are told in one line, eight by name`() {
        let found = findings((0..<1_000).map { Self.look("pod-\($0)") })
        #expect(found.count == 1)
        #expect(
            found.first?.says.hasSuffix(
                "in 1000 network namespaces (pod-0, pod-1, pod-2, pod-3, pod-4, pod-5, pod-6, pod-7, ...)") == true)
    }

    @Test func `what can't be read is unknown, and root could`() {
        let found = findings([Self.look("a", nil), Self.look("b", reserved: nil), Self.look("c", 32768...60999)])
        #expect(found.map(\.severity) == [.unknown])
        #expect(found.first?.says == "the range or the list of 2 network namespaces (a, b) can't be read")
        #expect(found.first?.change == "Run amtguardctl doctor as root.")
        #expect(found.first?.needsRoot == true)
    }

    /// Every user can make one: `unshare -rn`.
    @Test func `a namespace without an address reaches nobody`() {
        #expect(findings([Self.look("unshare", at: [])]).map(\.severity) == [.ok])
        #expect(findings([Self.look("dark", nil, at: [])]).map(\.severity) == [.ok])
    }

    @Test func `addresses that can't be read are unknown`() {
        let found = findings([Self.look("odd", at: nil)]) { $0.isRoot = true }
        #expect(found.map(\.severity) == [.unknown])
        #expect(found.first?.says == "the kernel may choose 16992-16995 in 1 network namespace (odd)")
        #expect(found.first?.needsRoot == false)
        #expect(findings([Self.look("odd", at: nil)]) { $0.sharing = .no }.map(\.severity) == [.ok])
    }

    @Test func `what is hidden is told by kind, and who could see it`() {
        var machine = PaperMachine()
        (machine.hidden, machine.closed, machine.isCut) = (213, 2, true)
        let found = Check.namespaces.findings(on: machine, in: .concerned)
        #expect(
            found.map(\.says) == [
                "there are too many network namespaces, so the rest was not examined",
                "some network namespaces are hidden: 2 can't be entered, that of 213 processes can't be seen",
            ])
        #expect(found.map(\.severity) == [.unknown, .unknown])
        #expect(found.map(\.needsRoot) == [false, true])
        let situation = situation { $0.isRoot = true }
        #expect(Check.namespaces.findings(on: machine, in: situation).allSatisfy { !$0.needsRoot && $0.change == nil })
    }

    // MARK: Published ports

    @Test func `a published port of AMT's is an alarm, once for each chain`() {
        func findings(_ change: (inout Situation) -> Void) -> [Diagnosis.Finding] {
            Check.published.findings(on: PaperMachine(), in: situation(change))
        }
        let published = [
            Situation.Published(transport: "tcp", port: 16_993, chain: "ip nat DOCKER"),
            Situation.Published(transport: "tcp", port: 16_992, chain: "ip nat DOCKER"),
            Situation.Published(transport: "udp", port: 623, chain: "inet mine prerouting"),
        ]
        let found = findings { $0.published = published }
        #expect(found.map(\.severity) == [.warning, .warning])
        #expect(
            found.map(\.says) == [
                "a rule in inet mine prerouting publishes UDP 623", "a rule in ip nat DOCKER publishes TCP 16992-16993",
            ])
        #expect(found.first?.consequence == "AMT takes the packets that come from outside for this port")
        #expect(findings { $0.published = [] }.map(\.severity) == [.ok])
        #expect(findings { $0.published = nil }.map(\.severity) == [.unknown])
        #expect(findings { ($0.published, $0.sharing) = (nil, .no) }.map(\.severity) == [.ok])
        #expect(findings { ($0.published, $0.required) = (nil, PortSet()) }.map(\.severity) == [.ok])
    }

    @Test func `no look at all is unknown too`() {
        struct Blind: Machine {
            func read(_ path: String) throws(Unreadable) -> [UInt8]? { nil }
            func names(in directory: String) throws(Unreadable) -> [String] { [] }
            func namespaces() throws(Unreadable) -> NamespaceSurvey {
                throw Unreadable("permission denied", needsRoot: true)
            }
        }
        let found = Check.namespaces.findings(on: Blind(), in: .concerned)
        #expect(found.map(\.severity) == [.unknown])
        #expect(found.first?.change == "Run amtguardctl doctor as root.")
    }
}
