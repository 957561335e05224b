import AmtguardTestTools
import Foundation
import Testing

/// The scripts of the Debian package, with a PATH on which every program only records its call.
@Suite struct `The scripts of the package` {
    /// The calls of a script, and its output.
    private func called(_ script: String, _ arguments: [String], root: String, failing: String = "") throws -> (
        calls: [String], said: String
    ) {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "amtguard-scripts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        for name in [
            "amtguardd", "busctl", "chmod", "chown", "deb-systemd-invoke", "groupdel", "head", "rm", "stat",
            "systemctl",
            "systemd-sysusers", "udevadm", "userdel",
        ] {
            let program = scratch.appending(path: name)
            try """
            #!/bin/sh
            echo "\(name) $*" >>\(scratch.path)/calls
            [ \(name) != "\(failing)" ]
            """.write(to: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        }
        let file = Repository.top.appending(path: "packaging/debian/amtguard.\(script)").path
        let (status, said) = try run(
            "/usr/bin/env", ["-i", "PATH=\(scratch.path)", "DPKG_ROOT=\(root)", "/bin/sh", file] + arguments)
        #expect(status == 0, "\(said)")
        let calls = (try? String(contentsOf: scratch.appending(path: "calls"), encoding: .utf8)) ?? ""
        return (calls.split(separator: "\n").map(String.init), said)
    }

    @Test func `leave this machine alone where the target is another`() throws {
        #expect(
            try called("postinst", ["configure", "0.0.1"], root: "/target").calls
                == ["systemd-sysusers --root=/target amtguard.conf"])
        #expect(try called("preinst", ["install"], root: "/target").calls == [])
        #expect(try called("prerm", ["remove"], root: "/target").calls == [])
        #expect(try called("postrm", ["remove"], root: "/target").calls == [])
        #expect(
            try called("postrm", ["purge"], root: "/target").calls == [
                "rm -rf /target/etc/amtguard.conf.d",
                "userdel --force --prefix /target amtguard", "groupdel --prefix /target amtguard",
                "userdel --force --prefix /target amtguard-firmware", "groupdel --prefix /target amtguard-firmware",
            ])
    }

    @Test func `release at removal and at no upgrade, and say what stays when that failed`() throws {
        #expect(try called("prerm", ["upgrade", "0.2.0"], root: "").calls == [])
        let released = try called("prerm", ["remove"], root: "")
        #expect(released.calls.last == "amtguardd --release" && released.said == "")
        let refused = try called("prerm", ["remove"], root: "", failing: "amtguardd")
        #expect(refused.said.hasPrefix("amtguard: ports that it added stay in net.ipv4.ip_local_reserved_ports until"))
        #expect(refused.said.split(separator: "\n").count == 1)
    }

    @Test func `take the users away where an installation was broken off, and no configuration`() throws {
        let users = [
            "userdel --force amtguard", "groupdel amtguard",
            "userdel --force amtguard-firmware", "groupdel amtguard-firmware",
        ]
        #expect(try called("postrm", ["abort-install"], root: "").calls == users)
        #expect(try called("postrm", ["abort-install", "0.1.0"], root: "").calls == [], "removed before, not purged")
    }

    @Test func `take the users away at a purge, whatever goes on running`() throws {
        let calls = try called("postrm", ["purge"], root: "").calls
        #expect(calls.contains("userdel --force amtguard-firmware") && calls.contains("userdel --force amtguard"))
    }
}
