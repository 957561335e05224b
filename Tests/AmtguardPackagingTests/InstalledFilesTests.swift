import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@Suite struct `What is installed` {
    /// The files that `make install` puts below a directory, and its empty directories.
    private func installed(_ settings: String...) throws -> Set<String> {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "amtguard-install-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let programs = scratch.appending(path: "bin")
        let destination = scratch.appending(path: "root")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
        for name in ["amtguardd", "amtguardctl", "amtguard-firmware", "list.bpf.o"] {
            let program = programs.appending(path: name)
            try "#!/bin/sh\n".write(to: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        }
        let (status, output) = try run(
            "/usr/bin/make",
            [
                "-s", "-C", Repository.top.path, "install", "BIN=\(programs.path)", "STRIP=",
                "DESTDIR=\(destination.path)",
            ] + settings)
        try #require(status == 0, "\(output)")
        let paths = FileManager.default.enumerator(atPath: destination.path)?.compactMap { $0 as? String } ?? []
        return Set(
            paths.filter { path in
                let content = try? FileManager.default.contentsOfDirectory(
                    atPath: destination.appending(path: path).path)
                return content?.isEmpty ?? true
            }.map { "/\($0)" })
    }

    @Test func `is what the spec file lists`() throws {
        let spec = try Repository.text("packaging/rpm/amtguard.spec")
        let macros = [
            "%{_sbindir}": "/usr/sbin", "%{_bindir}": "/usr/bin", "%{_unitdir}": "/usr/lib/systemd/system",
            "%{_udevrulesdir}": "/usr/lib/udev/rules.d", "%{_sysusersdir}": "/usr/lib/sysusers.d",
            "%{_presetdir}": "/usr/lib/systemd/system-preset",
            "%{_prefix}": "/usr", "%{_datadir}": "/usr/share", "%{_sysconfdir}": "/etc", "%{_mandir}": "/usr/share/man",
            "%{_pkgdocdir}": "/usr/share/doc/amtguard",
        ]
        var listed: Set<String> = []
        var directories: Set<String> = []
        let section = try #require(spec.range(of: "\n%files\n")?.upperBound)
        for line in spec[section...].components(separatedBy: "\n%changelog")[0].split(separator: "\n") {
            guard var path = line.split(separator: " ").last.map(String.init), !line.hasPrefix("%license")
            else { continue }
            for (macro, place) in macros { path = path.replacingOccurrences(of: macro, with: place) }
            if line.hasPrefix("%dir") || line.hasPrefix("%doc") {
                directories.insert(path)
            } else {
                listed.insert(path.hasSuffix("*") ? String(path.dropLast()) : path)
            }
        }
        let installed = try installed()
        // %doc includes the files below it, and an empty %dir is listed by itself.
        let documents = installed.filter { $0.hasPrefix("/usr/share/doc/amtguard/") }
        #expect(installed.subtracting(documents).subtracting(directories) == listed)
        #expect(
            directories == [
                "/etc/amtguard.conf.d", "/usr/lib/amtguard", "/usr/share/amtguard", "/usr/share/doc/amtguard",
            ])
        #expect(installed.contains("/etc/amtguard.conf.d"), "the examples tell to copy them there")
    }

    @Test func `has every document that another one links to, but for what a checkout alone is for`() throws {
        let installed = try installed()
        let place = "/usr/share/doc/amtguard"
        #expect(installed.contains("\(place)/README.md") && installed.contains("\(place)/docs/SECURITY.md"))
        for document in installed where document.hasPrefix(place) && document.hasSuffix(".md") {
            let path = String(document.dropFirst(place.count + 1))
            let folder = path.split(separator: "/").dropLast().map { "\($0)/" }.joined()
            for link in try Repository.text(path).matches(#"\]\(([A-Za-z.][^):#]*)\)"#).map({ $0[0] }) {
                let target = URL(filePath: "/\(folder)\(link)").standardized.path
                let isOfCheckout = ["/CHANGELOG.md", "/CONTRIBUTING.md"].contains(target)
                guard !isOfCheckout, !target.hasPrefix("/Benchmarks/") else {
                    continue
                }
                #expect(installed.contains(place + target), "\(path): \(link)")
            }
        }
    }

    @Test func `makes its users before the bus reads the policy that names them`() throws {
        let users = try Repository.text("systemd/amtguard.sysusers").matches(#"^(u .*)$"#).map { $0[0] }
        #expect(users.count == 2)
        for script in ["packaging/debian/amtguard.preinst", "packaging/rpm/amtguard.spec"] {
            #expect(try Repository.text(script).matches(#"^(u .*)$"#).map { $0[0] } == users, "\(script)")
        }
    }

    @Test func `enables by its preset what the package starts`() throws {
        let enabled = try Repository.text("systemd/amtguard.preset").matches(#"^enable (.*)$"#).map { $0[0] }
        let rules = try Repository.text("packaging/debian/rules")
        let started = try #require(try rules.matches(#"dh_installsystemd --no-stop-on-upgrade (.*)$"#).first)[0]
        #expect(enabled.joined(separator: " ") == started)
    }

    @Test func `starts no metrics by itself, and writes them only where its unit may write`() throws {
        #expect(try Repository.text("systemd/amtguard.preset").contains("\ndisable amtguard-metrics.timer\n"))
        let rules = try Repository.text("packaging/debian/rules")
        #expect(rules.contains("\tdh_installsystemd --no-enable --no-stop-on-upgrade amtguard-metrics.timer\n"))
        let unit = try Repository.text("systemd/amtguard-metrics.service")
        let file = try #require(try unit.matches(#"^Environment=AMTGUARD_TEXTFILE=(.*)$"#).first)[0]
        let writable = try unit.matches(#"^ReadWritePaths=-(.*)$"#).map { $0[0] }
        #expect(writable == [URL(filePath: file).deletingLastPathComponent().path])
        #expect(unit.contains("\nExecStart=/usr/bin/amtguardctl metrics --textfile ${AMTGUARD_TEXTFILE}\n"))
        // The journal has the reason of a failure, but not every success.
        #expect(unit.contains("\nLogLevelMax=notice\nSyslogLevel=err\n"))
        // It can only be enabled through its timer.
        #expect(!unit.contains("[Install]"))
    }

    private static let analyze = "/usr/bin/systemd-analyze"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: analyze), "systemd-analyze is not installed"))
    func `confines what writes metrics, as systemd judges it`() throws {
        let unit = Repository.top.appending(path: "systemd/amtguard-metrics.service").path
        let (status, output) = try run(
            Self.analyze, ["security", "--offline=true", "--no-pager", "--threshold=15", unit])
        // systemd before 250 does not have --offline=.
        if output.contains("unrecognized option") { try Test.cancel("this systemd-analyze judges no file") }
        #expect(status == 0, "\(output.suffix(200))")
    }

    @Test func `denies its services what makes sockets and files beside the filter`() throws {
        for name in ["amtguardd.service", "amtguard-firmware@.service", "amtguard-metrics.service"] {
            let denied = try Repository.text("systemd/\(name)").matches(#"^SystemCallFilter=~(.*)$"#).flatMap {
                $0[0].split(separator: " ")
            }
            #expect(denied.contains("@aio"), "io_uring_setup; Tests/boot/unprivileged.sh tries it")
        }
    }

    @Test func `is where its readers look, with another prefix too`() throws {
        let paths = try installed("PREFIX=/usr/local", "SBINDIR=/usr/local/bin")
        #expect(paths.contains("/usr/share/dbus-1/system.d/org.amtguard1.conf"))
        #expect(paths.contains("/usr/share/polkit-1/actions/org.amtguard1.policy"))
        #expect(paths.contains("/usr/lib/udev/rules.d/60-amtguard-mei.rules"))
        #expect(paths.contains("/usr/local/bin/amtguardd") && paths.contains("/usr/local/share/man/man8/amtguardd.8"))
    }

    @Test func `is built here where a package build hands on no programs`() throws {
        let (status, output) = try run(
            "/usr/bin/env",
            ["BIN=", "SWIFT=echo /built; : ", "/usr/bin/make", "-n", "-C", Repository.top.path, "install"])
        #expect(status == 0 && output.contains("test -x /built/amtguardd"), "\(output)")
    }

    @Test func `starts in its units no program but its own and a shell`() throws {
        for name in try Repository.names(in: "systemd") where name.hasSuffix(".service") {
            let programs = try Repository.text("systemd/\(name)").matches(#"^Exec\w+=[-+@!:]*(\S+)"#).map { $0[0] }
            #expect(!programs.isEmpty)
            #expect(
                Set(programs).isSubset(of: [
                    "/usr/sbin/amtguardd", "/usr/sbin/amtguard-firmware", "/usr/bin/amtguardctl", "/bin/sh",
                ]))
        }
    }

    @Test func `has one version`() throws {
        #expect(try Repository.text("packaging/debian/changelog").hasPrefix("amtguard (\(amtguardVersion)) "))
        #expect(try Repository.text("packaging/rpm/amtguard.spec").contains("\nVersion:        \(amtguardVersion)\n"))
    }

    @Test func `has a polkit action for each that the daemon asks for, and no other`() throws {
        var asked: Set<String> = []
        for name in try Repository.sources(in: "Sources/AmtguardDaemon") {
            let text = try Repository.text(name)
            asked.formUnion(try text.matches(#"action: "([a-z0-9.-]+)""#).map { $0[0] })
        }
        let policy = try Repository.text("systemd/org.amtguard1.policy")
        #expect(Set(try policy.matches(#"<action id="([^"]+)">"#).map { $0[0] }) == asked)
        #expect(!asked.isEmpty)
        // Without this, polkit answers only root.
        let unit = try Repository.text("systemd/amtguardd.service")
        let user = try #require(try unit.matches(#"\nUser=([a-z]+)"#).first?[0])
        let owners = try policy.matches(
            #"<annotate key="org.freedesktop.policykit.owner">unix-user:([a-z]+)</annotate>\s*</action>"#)
        #expect(owners.map { $0[0] } == Array(repeating: user, count: asked.count))
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
