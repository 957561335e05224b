import AmtguardDoctor
import AmtguardTestTools
import Foundation
import Testing

@testable import AmtguardCommands
@testable import AmtguardCore

@Suite struct `What the doctor says` {
    private static func finding(
        _ severity: Severity, _ check: String = "unbound", at place: Place? = Place("/etc/unbound/unbound.conf", 3),
        consequence: String? = "AMT takes the replies", change: String? = "outgoing-port-avoid: 623",
        needsRoot: Bool = false
    ) -> Diagnosis.Finding {
        Diagnosis.Finding(
            check: check, severity: severity, component: "Unbound", place: place, says: "sends from 1024-65535",
            consequence: consequence, change: change, needsRoot: needsRoot)
    }

    private static func said(_ findings: [Diagnosis.Finding], checks: Int = 3, isVerbose: Bool = false) -> String {
        Terminal(colours: false).render(Diagnosis(findings, checks: checks).text(isVerbose: isVerbose))
    }

    @Test func `is one line when all is well`() {
        let passed = ["a", "b", "c"].map { Self.finding(.ok, $0) }
        #expect(Self.said(passed) == "Result: 3 of 3 checks found nothing")
        #expect(Self.said(passed, isVerbose: true).split(separator: "\n").count == 3 * 4 + 1)
    }

    @Test func `names place, consequence, change and page of what is wrong, the gravest first`() {
        #expect(
            Self.said([Self.finding(.note, "dnsmasq"), Self.finding(.warning)]) == """
                warning: Unbound: sends from 1024-65535
                         /etc/unbound/unbound.conf:3
                         AMT takes the replies
                         > outgoing-port-avoid: 623
                         See /usr/share/doc/amtguard/docs/DOCTOR.md#unbound
                note:    Unbound: sends from 1024-65535 (/etc/unbound/unbound.conf:3) [dnsmasq]
                Result:  1 warning, 1 note; 1 of 3 checks found nothing
                """)
    }

    @Test func `puts all that needs root on one line`() {
        let hidden = (1...40).map { Self.finding(.unknown, at: Place("/etc/\($0)"), change: nil, needsRoot: true) }
        let said = Self.said(hidden)
        #expect(said.contains("unknown: /etc/1 and 39 more can't be read") && said.contains("as root to see the rest"))
        #expect(said.split(separator: "\n").count == 3)
    }

    @Test(arguments: [
        (Severity.ok, AmtguardCommands.ExitStatus.good), (.note, .good), (.unknown, .good), (.warning, .degraded),
        (.problem, .exposed),
    ])
    func `counts warnings and problems alone in the exit status`(
        _ severity: Severity, _ exit: AmtguardCommands.ExitStatus
    ) {
        #expect(ExitStatus(Diagnosis([Self.finding(.ok), Self.finding(severity)], checks: 1).worst) == exit)
    }

    @Test func `has JSON of its schema`() throws {
        let findings = Severity.allCases.map { Self.finding($0) } + [Self.finding(.note, at: nil, change: nil)]
        let json = Diagnosis(findings, checks: 1).json
        #expect(try JSONSchema("doctor.schema.json").problems(of: json.description) == [])
    }

    /// Each check has its section in the page that findings link to, and no section is left over.
    @Test func `is explained in the page, check by check`() throws {
        let page = try Repository.text("docs/DOCTOR.md")
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        let ids = Check.all.map(\.id)
        #expect(Set(ids).subtracting(headings) == [], "a check without a section")
        #expect(Set(ids).count == ids.count)
        #expect(headings.filter { ids.contains($0) } == ids, "in the order of the checks")
    }
}

@Suite struct `What amtguardctl config says` {
    private static func file(_ path: String, _ text: String) -> ConfigurationFile {
        ConfigurationFile(path: path, content: .bytes(Array(text.utf8)))
    }

    @Test func `names the line that set each key`() throws {
        let (settings, problems) = Configuration.settings([
            Self.file("/etc/amtguard.conf", "[Guard]\nPorts=623\nPorts=16992-16995\nExtraPorts=5900\n"),
            Self.file(
                "/etc/amtguard.conf.d/a.conf", "[Guard]\nExtraPorts=5901\nAuditSec=90s\n[Hold]\nHold=strict\nHold=\n"),
        ])
        #expect(problems == [])
        let said = Dictionary(
            uniqueKeysWithValues: settings.map {
                ($0.key.rawValue, "\($0.value) \($0.origins.map(\.description).joined(separator: " "))")
            })
        #expect(said["Ports"] == "16992-16995 /etc/amtguard.conf:3")
        #expect(said["ExtraPorts"] == "5900-5901 /etc/amtguard.conf:4 /etc/amtguard.conf.d/a.conf:2")
        #expect(said["AuditSec"] == "1min 30s /etc/amtguard.conf.d/a.conf:3")
        #expect(said["Hold"] == "cooperative /etc/amtguard.conf.d/a.conf:6")
        #expect(said["Mode"] == "auto ")
        let report = ConfigCommand.report(settings, problems)
        #expect(report.exit == .good)
        #expect(try JSONSchema("config.schema.json").problems(of: report.json.description) == [])
        let table = try #require(report.drawing?(Terminal(colours: false)))
        #expect(table.contains("AuditSec       1min 30s     /etc/amtguard.conf.d/a.conf:3"))
    }

    @Test func `says what is refused and what is ignored, and passes over it`() throws {
        let (settings, problems) = Configuration.settings([
            Self.file("/etc/amtguard.conf", "[Guard]\nMode=never\nColour=red\nOnStop=release\n")
        ])
        let report = ConfigCommand.report(settings, problems)
        #expect(report.exit == .degraded)
        let text = Terminal(colours: false).render(report.text)
        #expect(
            text.contains("Refused: /etc/amtguard.conf:2: Mode=: \"never\" is unknown. Allowed: auto, always, observe"))
        #expect(text.contains("Ignored: /etc/amtguard.conf:3: unknown key \"Colour\""))
        #expect(settings.first { $0.key == .onStop }?.origins.first?.line == 4)
        #expect(settings.first { $0.key == .mode }?.origins == [])
        #expect(try JSONSchema("config.schema.json").problems(of: report.json.description) == [])
    }

    @Test func `does not blame amtguardd for what only the user may not read`() throws {
        let (settings, problems) = Configuration.settings([
            ConfigurationFile(path: "/etc/amtguard.conf", content: .hidden("you may not read this"))
        ])
        let report = ConfigCommand.report(settings, problems)
        #expect(report.exit == .unknown)
        #expect(Terminal(colours: false).render(report.text) == "Unread: /etc/amtguard.conf: you may not read this")
        #expect(report.json.description.contains(#""severity":"unread""#))
        #expect(try JSONSchema("config.schema.json").problems(of: report.json.description) == [])
    }

    @Test func `is what the parser reads back`() {
        let (settings, _) = Configuration.settings([])
        var text = ""
        for section in ConfigurationKey.sections {
            text += "[\(section)]\n"
            for setting in settings where setting.key.section == section {
                text += "\(setting.key.rawValue)=\(setting.value)\n"
            }
        }
        let (configuration, problems) = Configuration.salvage([Self.file("x", text)])
        #expect(problems == [] && configuration == Configuration())
    }
}
