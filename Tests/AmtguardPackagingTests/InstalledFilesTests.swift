import AmtguardCore
import Foundation
import Testing

@Suite struct `What is installed` {
    /// The files that `make install` puts below a directory.
    private func installed() throws -> Set<String> {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "amtguard-install-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let programs = scratch.appending(path: "bin")
        let destination = scratch.appending(path: "root")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
        for name in ["amtguardd", "amtguardctl", "amtguard-firmware"] {
            let program = programs.appending(path: name)
            try "#!/bin/sh\n".write(to: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        }
        let (status, output) = try run(
            "/usr/bin/make",
            [
                "-s", "-C", Repository.top.path, "install", "BIN=\(programs.path)", "STRIP=",
                "DESTDIR=\(destination.path)",
            ])
        try #require(status == 0, "\(output)")
        let paths = FileManager.default.enumerator(atPath: destination.path)?.compactMap { $0 as? String } ?? []
        return Set(
            paths.filter { path in
                var isDirectory: ObjCBool = false
                _ = unsafe FileManager.default.fileExists(
                    atPath: destination.appending(path: path).path, isDirectory: &isDirectory)
                return !isDirectory.boolValue
            }.map { "/\($0)" })
    }

    @Test func `is what the spec file lists`() throws {
        let spec = try Repository.text("packaging/rpm/amtguard.spec")
        let macros = [
            "%{_sbindir}": "/usr/sbin", "%{_bindir}": "/usr/bin", "%{_unitdir}": "/usr/lib/systemd/system",
            "%{_udevrulesdir}": "/usr/lib/udev/rules.d", "%{_sysusersdir}": "/usr/lib/sysusers.d",
            "%{_prefix}": "/usr", "%{_datadir}": "/usr/share", "%{_sysconfdir}": "/etc", "%{_mandir}": "/usr/share/man",
        ]
        var listed: Set<String> = []
        let section = try #require(spec.range(of: "\n%files\n")?.upperBound)
        for line in spec[section...].components(separatedBy: "\n%changelog")[0].split(separator: "\n") {
            guard var path = line.split(separator: " ").last.map(String.init), !line.hasPrefix("%license"),
                !line.hasPrefix("%doc")
            else { continue }
            for (macro, place) in macros { path = path.replacingOccurrences(of: macro, with: place) }
            listed.insert(path.hasSuffix("*") ? String(path.dropLast()) : path)
        }
        #expect(try installed() == listed)
    }

    @Test func `has one version`() throws {
        #expect(try Repository.text("packaging/debian/changelog").hasPrefix("amtguard (\(amtguardVersion)) "))
        #expect(try Repository.text("packaging/rpm/amtguard.spec").contains("\nVersion:        \(amtguardVersion)\n"))
    }

    @Test func `has a polkit action for each that the daemon asks for, and no other`() throws {
        var asked: Set<String> = []
        for name in try Repository.names(in: "Sources/AmtguardDaemon") {
            let text = try Repository.text("Sources/AmtguardDaemon/\(name)")
            asked.formUnion(try text.matches(#"action: "([a-z0-9.-]+)""#).map { $0[0] })
        }
        let policy = try Repository.text("systemd/org.amtguard1.policy")
        #expect(Set(try policy.matches(#"<action id="([^"]+)">"#).map { $0[0] }) == asked)
        #expect(!asked.isEmpty)
    }

    @Test func `has examples that the parser takes without a word`() throws {
        for name in try Repository.names(in: "systemd/examples") {
            let bytes = Array(try Repository.text("systemd/examples/\(name)").utf8)
            let (configuration, problems) = Configuration.parse([
                ConfigurationFile(path: name, content: .bytes(bytes))
            ])
            #expect(problems == [] && configuration != nil && configuration != Configuration(), "\(name)")
        }
    }
}

/// Runs a program to its end; both of its outputs together.
func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
}
