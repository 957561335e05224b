import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct BindresvportTests {
    /// `/etc/bindresvport.blacklist` of libc-bin 2.36-9+deb12u14, Debian 12, its comment shortened.
    static let debian = """
        #
        # which should not be used by bindresvport.
        #
        631	# cups
        636	# ldaps
        655	# tinc
        774	# rpasswd
        783	# spamd
        873	# rsync
        921	# lwresd
        993	# imaps
        995	# pops

        """

    private static let file = "/etc/bindresvport.blacklist"
    private static let statd = [
        "/proc/650/comm": "rpc.statd\n", "/proc/650/status": "Name:\trpc.statd\nUid:\t106\t106\t106\t106\n",
        "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nstatd:x:106:65534::/var/lib/nfs:/usr/sbin/nologin\n",
    ]

    static let configurations = [
        Sample("libc-bin 2.36-9+deb12u14, no RPC", [file: debian], found: "ok"),
        Sample(
            "rpcbind 1.2.6-6 alone binds no such port", [file: debian, "/proc/2/comm": "rpcbind\n"], found: "ok"),
        Sample("rpc.statd", [file: debian].merging(statd) { $1 }, found: "warning \(file)"),
        Sample("rpc.statd, without the file", statd, found: "warning \(file)"),
        Sample(
            "an NFS version 3 mount", [file: debian, "/proc/mounts": "nas:/a /a nfs rw,vers=3 0 0\n"],
            found: "warning \(file)"),
        Sample(
            "an NFS version 4 mount", [file: debian, "/proc/mounts": "nas:/a /a nfs4 rw,vers=4.2 0 0\n"], found: "ok"),
        Sample(
            "both excluded", [file: debian + "623\n664 # AMT\n"].merging(statd) { $1 }, found: "ok \(file)"),
        Sample(
            "both excluded, as C writes numbers", [file: "0x26f\n01230\n"].merging(statd) { $1 }, found: "ok \(file)"),
        Sample(
            "comments, ranges and words exclude nothing",
            [file: "# 623\n#664\n600-700\nmany\n99999999999999999\n"].merging(statd) { $1 }, found: "warning \(file)"),
        Sample(
            "another user's program of this name",
            [file: debian].merging(statd) { $1 }.merging(["/proc/650/status": "Uid:\t1000\t1000\t1000\t1000\n"]) { $1 },
            found: "ok"),
        Sample("one excluded", [file: "623\n"].merging(statd) { $1 }, found: "warning \(file)"),
    ]

    @Test(arguments: configurations) func `a program that uses libtirpc may take AMT's ports`(_ given: Sample) {
        #expect(given.findings(of: .bindresvport) == given.found)
    }

    @Test func `held ports, or no shared address, are no alarm`() {
        var situation = Situation.concerned
        let statd = Sample("", Self.statd)
        situation.held = .ofAMT
        #expect(statd.findings(of: .bindresvport, in: situation) == ["note \(Self.file)"])
        situation.heldUDP = .ofAMTsUDP
        let finding = Check.bindresvport.findings(on: PaperMachine(files: Self.statd), in: situation).first
        #expect(
            finding?.consequence
                == "amtguardd holds these ports, so a program gets the error \"Address already in use\"")
        situation.held = PortSet()
        situation.sharing = .no
        #expect(statd.findings(of: .bindresvport, in: situation) == ["note \(Self.file)"])
    }

    @Test func `a pipe in its place is told`() {
        var machine = PaperMachine(files: Self.statd)
        machine.unreadable = [Self.file: Unreadable("not a regular file")]
        let findings = Check.bindresvport.findings(on: machine, in: .concerned)
        #expect(findings.map(\.severity) == [.unknown, .warning])
    }
}
