import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct ListSyntaxTests {
    private static func file(_ value: String) -> [String: String] {
        ["/etc/sysctl.d/a.conf": "# ports\nnet.ipv4.ip_local_reserved_ports = \(value)\n"]
    }

    private static let line = "/etc/sysctl.d/a.conf:2"

    static let configurations = [
        Sample("keystone, as its installation guide says", file("35357"), found: "ok"),
        Sample("cleared", file(""), found: "ok"),
        Sample("quotation marks", file("\"35357\""), found: "warning \(line)"),
        Sample("blanks between the ports", file("5000-5010, 6000"), found: "warning \(line)"),
        Sample("a comment behind the value", file("8080 # web"), found: "warning \(line)"),
        Sample("a reversed range", file("5010-5000"), found: "warning \(line)"),
        Sample("a huge number", file("99999999999999999999999999999"), found: "warning \(line)"),
        Sample("no number", file("all"), found: "warning \(line)"),
        Sample("an octal number", file("0664"), found: "note \(line)"),
        Sample("bytes of no language", file("\u{0}\u{1B}[31m"), found: "warning \(line)"),
    ]

    @Test(arguments: configurations) func `unguarded, a refused value is an alarm`(_ configuration: Sample) {
        var situation = Situation.concerned
        situation.guarding = .absent
        #expect(configuration.findings(of: .listSyntax, in: situation) == configuration.found)
    }

    @Test(arguments: [
        (Guarding.hindered, "warning"), (.observes, "warning"), (.unknown("", advice: ""), "unknown"),
    ])
    func `a guard that can't write, or is silent, is no excuse`(_ guarding: Guarding, _ severity: String) {
        var situation = Situation.concerned
        situation.guarding = guarding
        #expect(Sample("", Self.file("all")).findings(of: .listSyntax, in: situation) == ["\(severity) \(Self.line)"])
    }

    @Test(arguments: configurations) func `guarded, it costs no port of AMT's`(_ configuration: Sample) {
        let found = configuration.found.map { $0.replacingWarning }
        #expect(configuration.findings(of: .listSyntax) == found)
    }

    @Test func `a line that another one overrides is told as well`() {
        var files = Self.file("\"8080\"")
        files["/etc/sysctl.d/b.conf"] = "net.ipv4.ip_local_reserved_ports = 8080\n"
        #expect(Sample("", files).findings(of: .listSyntax) == ["note \(Self.line)"])
    }

    @Test func `what was meant is offered with AMT's ports, and foreign bytes are not repeated`() {
        func finding(_ value: String) -> Diagnosis.Finding? {
            Check.listSyntax.findings(on: PaperMachine(files: Self.file(value)), in: .concerned).first
        }
        #expect(
            finding("\"8080, 8443\"")?.change
                == "Set net.ipv4.ip_local_reserved_ports = 623,664,8080,8443,16992-16995")
        #expect(finding("\u{1B}[31m")?.says.contains("\u{1B}") == false)
    }
}

extension String {
    fileprivate var replacingWarning: String {
        hasPrefix("warning") ? "note" + dropFirst("warning".count) : self
    }
}
