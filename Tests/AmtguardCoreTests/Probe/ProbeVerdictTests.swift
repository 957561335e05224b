import Testing

@testable import AmtguardCore

@Suite struct `A probe` {
    private static let untried: [ProbeOutcome] = [.busy("x"), .notPermitted, .failed("x")]

    static let table: [(ProbeOutcome, [ProbeOutcome], ProbeVerdict)] =
        [
            // An answer decides, whatever the outcome of the controls.
            (.connected, [.connected, .connected], .passes), (.connected, [.silent, .silent], .passes),
            (.connected, [], .passes), (.refused, [.refused, .refused], .passes), (.refused, [.busy("x")], .passes),
            // Silence is compared.
            (.silent, [.connected, .connected], .diverted), (.silent, [.refused, .refused], .diverted),
            (.silent, [.connected, .refused], .diverted), (.silent, [.connected], .diverted),
            (.silent, [.connected, .busy("x")], .diverted), (.silent, [.notPermitted, .refused], .diverted),
            // If a control is silent too, or there is none, the result is doubtful.
            (.silent, [.silent, .silent], .noAnswer), (.silent, [.connected, .silent], .noAnswer),
            (.silent, [.silent, .connected], .noAnswer), (.silent, [.connected, .unreachable("x")], .noAnswer),
            (.silent, [], .noAnswer), (.silent, [.busy("x"), .failed("x")], .noAnswer),
            (.silent, [.silent, .notPermitted], .noAnswer),
            // An ICMP error on the way says nothing about the port.
            (.unreachable("x"), [.connected, .connected], .noAnswer), (.unreachable("x"), [], .noAnswer),
            (.busy("x"), [.connected, .connected], .busy), (.busy("x"), [.silent], .busy),
            (.notPermitted, [.connected], .notTried), (.failed("x"), [.connected], .notTried),
        ]

    @Test(arguments: table)
    func `judges a port by what became of it and of the controls beside it`(
        outcome: ProbeOutcome, controls: [ProbeOutcome], verdict: ProbeVerdict
    ) {
        #expect(ProbeVerdict(outcome, beside: controls) == verdict, "\(outcome) beside \(controls)")
    }

    @Test(
        arguments: [
            ("623,664,16992-16995", "", "622,624,663,665,16991,16996"), ("16992", "", "16991,16996"),
            ("623", "", "622,624"), ("16992-16995", "16996", "16991,16997"), ("5900", "", "5899,5901"),
            ("622-624", "", "621,625"), ("1023", "", "1022"), ("1024", "", "1025"), ("1", "", "2"),
            ("65535", "", "65534"),
            ("1020-1027", "", "1019,1028"), ("80", "81,79,82", "78,83"),
        ] as [(PortSet, PortSet, PortSet)])
    func `has controls beside its ports, of the same class, that AMT leaves alone`(
        ports: PortSet, required: PortSet, controls: PortSet
    ) throws {
        let plan = try #require(ProbePlan(ports, required: required))
        #expect(plan.controls == controls)
        #expect(plan.controls.intersection(ports.union(required).union(amt)).isEmpty)
        #expect(plan.all == plan.all.sorted() && plan.all.count == ports.count + controls.count)
        #expect(plan.all.count <= 3 * ProbePlan.mostPorts)
    }

    @Test(
        arguments: [
            (623, [622, 624]), (664, [663, 665]), (16992, [16991, 16996]), (16994, [16991, 16996]),
        ] as [(UInt16, [UInt16])])
    func `compares with the nearest`(port: UInt16, controls: [UInt16]) throws {
        #expect(try #require(ProbePlan(amt)).controls(beside: port) == controls)
    }

    @Test func `compares no port of root's with one of everybody's`() throws {
        let plan = try #require(ProbePlan("1020-1027"))
        #expect(plan.controls(beside: 1_023) == [1_019] && plan.controls(beside: 1_024) == [1_028])
    }

    @Test(arguments: ["", "1-33", "0", "0-5", "1-65535"] as [PortSet])
    func `has a limit`(ports: PortSet) {
        #expect(ProbePlan(ports) == nil)
        #expect(ProbePlan("1-32") != nil)
    }

    @Test func `has no controls where all ports are taken`() throws {
        let plan = try #require(ProbePlan("80", required: "1-65535"))
        #expect(plan.controls.isEmpty)
        let result = probe(plan: plan, [80: .silent])
        #expect(result.verdict == .noAnswer)
        #expect(result.says(of: 80).contains("no port beside it"))
    }

    @Test(arguments: [
        (1, "1 of 6 ports passes"), (2, "2 of 6 ports pass"), (0, "it is not known whether any of 6 ports"),
    ])
    func `of some ports says how many pass`(passing: Int, words: String) {
        let others = PortSet.ofAMT.ranges.joined().dropFirst(passing).map { ($0, ProbeOutcome.notPermitted) }
        #expect(probe(Dictionary(uniqueKeysWithValues: others)).headline.hasPrefix(words + " "))
    }

    @Test func `of two ports is one of both`() {
        #expect(probe(plan: ProbePlan("623,664")).headline.hasPrefix("none of 2 ports is diverted "))
    }
}

/// The result of a probe of `plan`; ports without an outcome were connected, and left as they were bound.
func probe(
    plan: ProbePlan? = ProbePlan(amt), to address: IPAddress? = IPAddress("192.0.2.2"), shared: Bool? = true,
    _ outcomes: [UInt16: ProbeOutcome] = [:], departures: [UInt16: ProbeDeparture] = [:], translating: Bool? = false
) -> ProbeResult {
    guard let plan, let from = IPAddress("192.0.2.1"), let address else { preconditionFailure("no plan") }
    var all = Dictionary(uniqueKeysWithValues: plan.all.map { ($0, ProbeOutcome.connected) })
    all.merge(outcomes) { $1 }
    let left = plan.all.map { ($0, ProbeDeparture.left(.init(from, port: $0))) }
    return ProbeResult(
        from: from, to: address, port: 22, isShared: shared, waited: .seconds(4), plan: plan, outcomes: all,
        departures: Dictionary(uniqueKeysWithValues: left).merging(departures) { $1 },
        isTranslationReported: translating)
}

extension [UInt16: ProbeOutcome] {
    static let shared: Self = [16992: .silent, 16993: .silent, 16994: .silent, 16995: .silent]
}
