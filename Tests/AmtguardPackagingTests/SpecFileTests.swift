import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@Suite struct `The spec file` {
    private static var hasRPMBuild: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/rpmbuild") }

    @Test(.enabled(if: hasRPMBuild, "rpmbuild is not installed"))
    func `makes a package also where rpm has no macros of systemd, as on Debian`() throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "amtguard-rpm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let programs = scratch.appending(path: "programs")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
        for name in ["amtguardd", "amtguardctl", "amtguard-firmware"] {
            let program = programs.appending(path: name)
            try "#!/bin/sh\necho '\(name) \(amtguardVersion)'\n".write(to: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        }
        try "".write(to: programs.appending(path: "list.bpf.o"), atomically: true, encoding: .utf8)
        func succeed(_ program: String, _ arguments: String...) throws -> String {
            let (status, output) = try run("/usr/bin/env", [program] + arguments, ["STRIP": ""])
            try #require(status == 0, "\(program): \(output)")
            return output
        }
        _ = try succeed(
            "tar", "--create", "--file=\(scratch.path)/amtguard-\(amtguardVersion).tar.gz", "--gzip",
            "--directory=\(Repository.top.path)", "--transform=s|^|amtguard-\(amtguardVersion)/|",
            "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "docs", "packaging", "systemd")
        _ = try succeed(
            "rpmbuild", "-bb", "--define=_topdir \(scratch.path)/top", "--define=_sourcedir \(scratch.path)",
            "--define=programs \(programs.path)", Repository.top.appending(path: "packaging/rpm/amtguard.spec").path)
        let package = "\(scratch.path)/top/RPMS/x86_64/amtguard-\(amtguardVersion)-1.x86_64.rpm"
        let files = Set(try succeed("rpm", "-qpl", package).split(separator: "\n").map(String.init))
        #expect(files.contains("/usr/lib/systemd/system/amtguardd.service"))
        #expect(files.contains("/usr/lib/systemd/system-preset/80-amtguard.preset"))
        #expect(files.contains("/usr/lib/amtguard/list.bpf.o"))
        let scripts = try succeed("rpm", "-qp", "--scripts", package)
        #expect(scripts.contains("preset amtguard-firmware.socket amtguardd.service"))
    }
}
