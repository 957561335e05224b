import AmtguardCore
import AmtguardLinux
import Testing

@Suite("A probe behind address translation", .enabled(if: isRoot, needsRoot))
struct ProbeTranslationTests {
    private static func probe(
        behind rules: String, to host: String = "192.0.2.2", asRoot: Bool = true
    ) throws -> ProbeResult {
        try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.divert("664, 16992-16993")
            try shell("nft '\(rules)'")
            return try withExtendedLifetime(network) {
                if !asRoot { try dropCapabilities() }
                return try ProbeTests.probe(host)
            }
        }
    }

    private static func nat(_ rule: String, _ family: String = "ip") -> String {
        "table \(family) nat { chain post { type nat hook postrouting priority srcnat; \(rule); }; }"
    }

    @Test(arguments: [("192.0.2.2", "ip"), ("2001:db8::2", "ip6")])
    func `knows nothing of ports that are drawn anew`(host: String, family: String) throws {
        // With a range of its own: from 600-1023 the kernel draws port 664 itself now and then.
        let rule = "tcp dport 22 masquerade to :40000-50000 fully-random"
        let result = try Self.probe(behind: Self.nat(rule, family), to: host)
        #expect(result.ports(.unknown) == ProbePlan.usual)
        #expect(result.isTranslating == true)
        #expect(result.departures.count == result.plan.all.count)
    }

    @Test func `knows those that were not changed`() throws {
        let result = try Self.probe(
            behind: Self.nat("tcp sport { 623, 663, 16992 } tcp dport 22 masquerade to :40000-50000; masquerade"))
        #expect(result.ports(.unknown).description == "623,16992")
        #expect(result.ports(.diverted).description == "664,16993")
        #expect(result.ports(.passes).description == "16994-16995")
        #expect(result.isTranslating == true)
    }

    @Test func `finds its connections in another zone`() throws {
        let result = try Self.probe(
            behind: Self.nat("tcp dport 22 masquerade to :40000-50000")
                + "; table ip z { chain o { type filter hook output priority raw; tcp dport 22 ct zone set 7; }; }")
        #expect(result.ports(.unknown) == ProbePlan.usual)
    }

    @Test func `is judged as ever where connections are only tracked, by root`() throws {
        let rules = "table ip t { chain o { type filter hook output priority 0; ct state new accept; }; }"
        let result = try Self.probe(behind: rules)
        #expect(result.ports(.diverted).description == "664,16992-16993")
        #expect(result.ports(.passes).description == "623,16994-16995")
        #expect(result.isTranslating == nil)
        let other = try Self.probe(behind: rules, asRoot: false)
        #expect(other.ports(.unknown).description == "16992-16995", "the others need root in any case")
    }

    @Test func `does not take a local rule for the card`() throws {
        let result = try Self.probe(
            behind: """
                table ip t { chain o { type filter hook output priority 0; ct state new accept; }; \
                chain p { type filter hook postrouting priority 0; tcp sport 16995 drop; tcp sport 623 drop; }; }
                """)
        #expect(result.ports(.unknown).description == "623,16995")
        #expect(result.ports(.diverted).description == "664,16992-16993")
    }
}
