import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@testable import AmtguardCommands

@Suite struct `A report for a bug` {
    private func host() throws -> BugReport.Host {
        BugReport.Host(root: nil, outcome: try Reported.told { _ in }, isRoot: false, whileWaiting: {})
    }

    @Test func `has each section under its title, and a line for one that can't be told`() throws {
        var report = BugReport([
            BugReport.Section("one", "the first") { _ in "a\u{1B}[1m\n\n" },
            BugReport.Section("two", "the second") { _ in throw BugReport.Unavailable("no\nway") },
            BugReport.Section("three", "the third") { _ in "" },
        ])
        var titles: [String] = []
        let text = report.text(of: try host()) { titles.append($0) }
        #expect(
            text == """
                ==== one: the first ====

                a?[1m

                ==== two: the second ====

                Not available: no?way

                ==== three: the third ====

                (empty)

                """)
        #expect(titles == ["one", "two", "three"])
        #expect(report.gaps.map(\.title) == ["two"])
    }

    @Test func `is masked as a whole: what the firmware and the status say`() throws {
        var report = BugReport([
            BugReport.Section("firmware", "x") { host in
                Terminal(colours: false).render(FirmwareCommand.report(host.outcome).text)
            },
            BugReport.Section("json", "x") { StatusCommand.report($0.outcome).json.description },
        ])
        let text = report.text(of: try host()) { _ in }
        for secret in ["aa:bb:cc", "aabbcc", "dd:ee:ff", "81.2.69", "cira", "example.com"] {
            #expect(!text.contains(secret), "\(secret)")
        }
        #expect(text.contains("00:1b:21:xx:xx:01") && text.contains("16.1.25.20") && text.contains("192.0.2.1"))
    }

    @Test func `announces every section, the place and what root would see more`() {
        let sections = BugReport.sections
        let text = BugReportCommand.announcement(sections, to: "x.txt", isRoot: false)
        for section in sections { #expect(text.contains("  \(section.title) ")) }
        #expect(text.hasPrefix("This goes to x.txt, and nowhere else:\n") && text.contains("If root runs this"))
        #expect(!BugReportCommand.announcement(sections, to: "-", isRoot: true).contains("If root runs this"))
    }

    @Test func `is cut where it is too long`() {
        #expect(String(repeating: "x", count: 3_000).bounded(to: 2_048).hasSuffix("x\n[Cut after 2 KiB]"))
        #expect("a\tb\n\n".bounded(to: 100) == "a b")
    }

    @Test func `has a name of its time that every file system takes`() {
        let time = Moment(Instant(sinceBoot: .zero), wallClock: 1_800_000_000)
        #expect(BugReportCommand.name(at: time) == "amtguard-report-2027-01-15T080000Z.txt")
    }

    @Test func `takes from sysctl.d the lines on ranges of local ports, with their places`() {
        let text = """
            # net.ipv4.ip_local_port_range = 1 2
            net.ipv4.ip_forward = 1
            -net.ipv4.ip_local_port_range\t= 1024 65535
              net/ipv4/ip_local_reserved_ports=5000
            """
        #expect(
            BugReport.portLines(of: text, in: "/f") == [
                "/f:3: net.ipv4.ip_local_port_range?= 1024 65535", "/f:4: net/ipv4/ip_local_reserved_ports=5000",
            ])
    }

    @Test func `takes of the unit files those that somebody added`() {
        let text = """
            # /lib/systemd/system/a.service
            [Unit]
            # /etc/systemd/system/a.service.d/x.conf
            [Service]
            # a comment
            LimitNOFILE=1
            # /lib/systemd/system/b.service
            [Unit]
            """
        #expect(
            BugReport.dropIns(in: text)
                == "# /etc/systemd/system/a.service.d/x.conf\n[Service]\n# a comment\nLimitNOFILE=1")
    }
}
