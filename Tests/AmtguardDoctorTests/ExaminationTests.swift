import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// The limits of the examination, for all checks.
@Suite struct ExaminationTests {
    @Test func `eight thousand pipes are told twenty times`() {
        var machine = PaperMachine()
        for number in 0..<8_000 {
            machine.unreadable["/etc/sysctl.d/\(number).conf"] = Unreadable("not a regular file")
        }
        let findings = Check.listWriters.findings(on: machine, in: .concerned)
        #expect(findings.count == Examination.most + 1)
        #expect(findings.last?.says == "there are more such findings, not listed here")
        #expect(findings.allSatisfy { $0.severity == .unknown })
    }

    @Test func `files that are missing cost budget as well`() {
        let examination = Examination(.tuned, PaperMachine(), .concerned)
        for number in 0..<2_000 { _ = examination.lines("/none/\(number)") }
        #expect(examination.findings.map(\.says) == ["too many files, so the rest was not read"])
    }

    @Test func `a flood of notes hides no warning`() {
        let examination = Examination(.tuned, PaperMachine(), .concerned)
        for number in 0..<1_000 { examination.report(.note, "\(number)") }
        examination.report(.warning, "lost")
        #expect(examination.findings.count == Examination.most + 2)
        #expect(examination.findings.last?.says == "lost")
    }

    @Test func `a file is told once, and is not missing`() {
        var machine = PaperMachine()
        machine.unreadable["/a"] = Unreadable("a loop of links")
        let examination = Examination(.tuned, machine, .concerned)
        for _ in 0..<3 { _ = examination.lines("/a") }
        #expect(examination.findings.count == 1)
        #expect(examination.findings.first?.needsRoot == false)
        #expect(!examination.isMissing("/a") && examination.isMissing("/b"))
    }

    /// Terminals without UTF-8 show other characters as garbage.
    @Test func `findings are ASCII`() {
        for table in RobustnessTests.tables {
            for sample in table.samples {
                for guarding in [Guarding.repairs, .absent] {
                    var situation = Situation.concerned
                    situation.guarding = guarding
                    for finding in table.check.findings(on: PaperMachine(files: sample.files), in: situation) {
                        let texts = [finding.says, finding.consequence ?? "", finding.change ?? ""]
                        #expect(texts.joined().utf8.allSatisfy { $0 < 0x80 }, "\(finding)")
                    }
                }
            }
        }
    }
}
