import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// `user-network`, `lms` and `bmc`: running programs, and devices of the machine.
@Suite struct ProcessTests {
    private static let start = "/proc/sys/net/ipv4/ip_unprivileged_port_start"

    static let guests = [
        Sample("no rootless container", ["/proc/1/comm": "systemd\n"], found: "ok"),
        Sample("passt 0.0~git20230309 of Debian 12", ["/proc/77/comm": "pasta.avx2\n"], found: "ok"),
        Sample(
            "slirp4netns 1.2.0-1, whatever is lowered", ["/proc/77/comm": "slirp4netns\n", start: "80\n"], found: "ok"),
        Sample(
            "pasta, where users may bind AMT's ports", ["/proc/77/comm": "pasta\n", start: "80\n"], found: "note"),
        Sample("passt, likewise", ["/proc/77/comm": "passt.avx2\n", start: "0\n"], found: "note"),
        Sample("a directory that is no process", ["/proc/sys/comm": "pasta\n", start: "80\n"], found: "ok"),
    ]

    @Test(arguments: guests) func `a guest's UDP port matters where users may bind it`(_ given: Sample) {
        #expect(given.findings(of: .userNetwork) == given.found)
    }

    @Test func `thousands of processes are looked at`() {
        var files = [Self.start: "80\n", "/proc/99999/comm": "pasta\n"]
        for pid in 1_000..<4_000 { files["/proc/\(pid)/comm"] = "nginx\n" }
        #expect(Sample("", files).findings(of: .userNetwork) == ["note"])
    }

    @Test func `a process that is gone, or hidden, is passed over`() {
        var machine = PaperMachine(files: ["/proc/2/comm": "pasta\n", Self.start: "80\n"])
        machine.unreadable = ["/proc/1/comm": Unreadable("permission denied", needsRoot: true)]
        #expect(Check.userNetwork.findings(on: machine, in: .concerned).map(\.severity) == [.note])
    }

    // MARK: Intel LMS

    private func lms(strict: Bool, _ files: [String: String]) -> [String] {
        var situation = Situation.concerned
        situation.held = .ofAMT
        situation.isHeldStrictly = strict
        return Sample("", files).findings(of: .lms, in: situation)
    }

    @Test func `LMS listens beside a cooperative hold, and not beside a strict one`() {
        let unit = ["/usr/lib/systemd/system/lms.service": "[Service]\nType=dbus\n"]
        let running = ["/proc/900/comm": "lms\n", "/proc/900/status": "Name:\tlms\nUid:\t0\t0\t0\t0\n"]
        #expect(lms(strict: false, unit.merging(running) { $1 }) == ["ok"])
        #expect(lms(strict: true, unit.merging(running) { $1 }) == ["warning"])
        #expect(lms(strict: true, unit) == ["note"])
        #expect(lms(strict: true, [:]) == ["ok"])
    }

    @Test func `a program that another user names lms is none`() {
        // The second number is the effective user.
        for owner in ["Uid:\t1000\t1000\t0\t0\n", "Uid:\t0\t1000\t0\t0\n", "Uid:\n", ""] {
            #expect(lms(strict: true, ["/proc/900/comm": "lms\n", "/proc/900/status": owner]) == ["ok"])
        }
        #expect(lms(strict: true, ["/proc/900/comm": "lms\n"]) == ["ok"])
    }

    // MARK: A BMC

    @Test(arguments: [
        ("/dev/ipmi0", "note /dev/ipmi0"), ("/sys/class/ipmi/ipmi0/uevent", "note /sys/class/ipmi/ipmi0"),
        ("/sys/bus/platform/devices/ipmi_bmc.0/uevent", "note /sys/bus/platform/devices/ipmi_bmc.0"),
        ("/sys/bus/platform/devices/ipmi_si.0/uevent", "ok"), ("/dev/null", "ok"),
    ])
    func `a BMC is worth a note`(_ file: String, _ expected: String) {
        #expect(Sample("", [file: ""]).findings(of: .bmc) == [expected])
    }
}
