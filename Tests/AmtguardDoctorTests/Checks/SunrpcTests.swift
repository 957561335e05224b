import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct SunrpcTests {
    static let configurations = [
        Sample("no module", [:], found: "ok"),
        Sample(
            "the kernel's default (DEF_MIN_RESVPORT, include/linux/sunrpc/xprtsock.h)",
            ["/proc/sys/sunrpc/min_resvport": "665\n", "/proc/sys/sunrpc/max_resvport": "1023\n"],
            found: "ok /proc/sys/sunrpc/min_resvport"),
        Sample(
            "lowered", ["/proc/sys/sunrpc/min_resvport": "600\n"], found: "warning /proc/sys/sunrpc/min_resvport"),
        Sample(
            "lowered at the next boot",
            ["/etc/modprobe.d/nfs.conf": "# many mounts\noptions sunrpc min_resvport=500 max_resvport=1000\n"],
            found: "warning /etc/modprobe.d/nfs.conf:2"),
        Sample(
            "below AMT's ports",
            ["/etc/modprobe.d/nfs.conf": "options sunrpc min_resvport=500 max_resvport=600\n"],
            found: "ok /etc/modprobe.d/nfs.conf:1"),
        Sample("no number", ["/proc/sys/sunrpc/min_resvport": "many\n"], found: "ok"),
    ]

    @Test(arguments: configurations) func `only limits that include AMT's ports alarm`(_ configuration: Sample) {
        #expect(configuration.findings(of: .sunrpc) == configuration.found)
    }

    @Test func `held ports are no alarm`() {
        var situation = Situation.concerned
        situation.held = .ofAMT
        let machine = Sample("lowered", ["/proc/sys/sunrpc/min_resvport": "600\n"])
        #expect(machine.findings(of: .sunrpc, in: situation) == ["note /proc/sys/sunrpc/min_resvport"])
    }
}
