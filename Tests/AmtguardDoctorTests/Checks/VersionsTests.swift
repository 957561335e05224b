import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// `versions` and `clock`.
@Suite struct VersionsTests {
    private static let release = "/proc/sys/kernel/osrelease"
    private static let debian = "/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so"
    private static let fedora = "/usr/lib/systemd/libsystemd-shared-252.4-1.fc37.so"
    private static let old = "/lib/systemd/libsystemd-shared-241.so"

    static let configurations = [
        Sample("Debian 12", [release: "6.1.0-41-amd64\n"], found: "ok \(release)"),
        Sample("the oldest that is supported", [release: "5.10.0-33-amd64\n"], found: "ok \(release)"),
        Sample("RHEL 9", [release: "5.14.0-503.el9.x86_64\n"], found: "ok \(release)"),
        Sample("Debian 10", [release: "4.19.0-27-amd64\n"], found: "warning \(release)"),
        Sample("5.9 is older than 5.10", [release: "5.9.16\n"], found: "warning \(release)"),
        Sample("malformed", [release: "next\n"], found: "unknown \(release)"),
        Sample("huge", [release: "99999999999999999999999.1\n"], found: "unknown \(release)"),
        Sample(
            "systemd 252.39-1~deb12u2 of Debian 12", ["/proc/1/comm": "systemd\n", debian: ""], found: "ok \(debian)"),
        Sample("systemd of Fedora", ["/proc/1/comm": "systemd\n", fedora: ""], found: "ok \(fedora)"),
        Sample("systemd of Debian 10", ["/proc/1/comm": "systemd\n", old: ""], found: "note \(old)"),
        Sample(
            "two of them, in the middle of an update", ["/proc/1/comm": "systemd\n", old: "", debian: ""],
            found: "ok \(debian)"),
        Sample("another init", ["/proc/1/comm": "openrc-init\n", old: ""], found: "ok"),
        Sample(
            "a name without a number", ["/proc/1/comm": "systemd\n", "/usr/lib/systemd/libsystemd-shared-.so": ""],
            found: "ok"),
    ]

    @Test(arguments: configurations) func `what is too old is told`(_ configuration: Sample) {
        #expect(configuration.findings(of: .versions) == configuration.found)
    }

    @Test func `a table without an owner matters where there is a table`() {
        var situation = Situation.concerned
        situation.isRedrawing = true
        #expect(
            Sample("", [Self.release: "5.10.0-33-amd64\n"]).findings(of: .versions, in: situation)
                == ["note \(Self.release)"])
        #expect(
            Sample("", [Self.release: "5.12.0\n"]).findings(of: .versions, in: situation)
                == ["ok \(Self.release)"])
    }

    @Test(arguments: [(nil, Severity.ok), (0, .note), (1_793_491_199, .note), (1_793_491_200, .ok)])
    func `a clock before the release is told`(_ now: Int64?, _ severity: Severity) {
        var situation = Situation.concerned
        situation.now = now
        #expect(Check.clock.findings(on: PaperMachine(), in: situation).map(\.severity) == [severity])
    }
}
