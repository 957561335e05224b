import AmtguardCore
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("The unit and the name of a writer")
struct WriterLookupTests {
    @Test(arguments: [
        ("0::/system.slice/systemd-sysctl.service\n", "systemd-sysctl.service"),
        ("0::/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "foo.service"),
        ("0::/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope"),
        ("0::/user.slice/user-1000.slice/user@1000.service", "user@1000.service"),
        ("0::/init.scope", "init.scope"),
        ("0::/machine.slice/machine-web.scope/payload/system.slice/systemd-sysctl.service", "machine-web.scope"),
        ("0::/system.slice/docker.service/systemd-sysctl.service", "docker.service"),
        ("0::/system.slice/_cpu.service", "cpu.service"),
        ("0::/../../system.slice/a.service", "a.service"),
        ("9:name=systemd:/system.slice/tuned.service\n8:pids:/x\n0::/\n", "tuned.service"),
        ("8:pids:/evil.service\n1:name=systemd:/system.slice/tuned.service\n", "tuned.service"),
        ("0::/system.slice/dev-disk-by\\x2dlabel.swap", "dev-disk-by\\x2dlabel.swap"),
    ])
    func `the unit is the first below the slices`(_ text: String, _ unit: String) {
        #expect(ControlGroup.unit(cgroup: Array(text.utf8)) == unit)
    }

    @Test(arguments: [
        "", "\n", "0::/", "0::", "0::/system.slice", "0::relative.service", "0::/docker/abcdef", "1:cpu:/a.service",
        "0::/system.slice/ev\u{1B}[31mil.service", "0::/system.slice/a b.service", "0::/system.slice/.service",
        "0::/system.slice/ü.service", "0::/\(String(repeating: "a", count: 300)).service", "::/x.service",
        "0:name=x:/y",
    ])
    func `a path that names no unit gives none`(_ text: String) {
        #expect(ControlGroup.unit(cgroup: Array(text.utf8)) == nil)
    }

    @Test func `bytes that are not text give none`() {
        #expect(ControlGroup.unit(cgroup: [0xFF, 0x00, 0xFE]) == nil)
        #expect(ControlGroup.unit(cgroup: Array("0::/".utf8) + [0xFF] + Array(".service".utf8)) == nil)
    }

    @Test func `what /proc holds is believed until the process is reaped`() throws {
        let child = try spawn("read line")
        let pidfd = Descriptor(owning: pidfd_open(child.pid, 0))
        // Some other process that has the pid now.
        let procfs = try TemporaryDirectory()
        try procfs.file("\(child.pid)/comm", "sysctl\n")
        try procfs.file("\(child.pid)/cgroup", "0::/system.slice/tuned.service\n")
        let lookup = WriterLookup(procfs: FilePath(procfs.path))
        let living = lookup.writer(child.pid, confirmedBy: pidfd.fileDescriptor)
        child.finish()
        let reaped = lookup.writer(child.pid, confirmedBy: pidfd.fileDescriptor)
        #expect(living == Writer(pid: child.pid, command: "sysctl", unit: "tuned.service"))
        #expect(reaped == Writer(pid: child.pid))
    }

    @Test func `a name is printable and has no newline`() {
        #expect(WriterLookup.command(Array("sysctl\n".utf8)) == "sysctl")
        #expect(WriterLookup.command(Array("\u{1B}[31mx\ny\n".utf8)) == "?[31mx?y")
        #expect(WriterLookup.command([0x0A]) == nil)
        #expect(WriterLookup.command([]) == nil)
    }

    @Test(
        arguments: [
            ("pos:\t0\nPid:\t4711\nNSpid:\t4711\n", 4711), ("Pid:\t-1\n", -1), ("NSpid:\t7\n", nil), ("Pid:\tx\n", nil),
        ] as [(String, Int32?)])
    func `the pid of a pidfd`(_ text: String, _ pid: Int32?) {
        #expect(WriterLookup.pid(fdinfo: Array(text.utf8)) == pid)
    }
}

/// No module has the header that declares it.
@_silgen_name("pidfd_open")
private func pidfd_open(_ pid: Int32, _ flags: UInt32) -> Int32
