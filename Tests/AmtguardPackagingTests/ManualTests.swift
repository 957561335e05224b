import AmtguardCommands
import AmtguardCore
import AmtguardDaemon
import AmtguardMEI
import AmtguardTestTools
import ArgumentParser
import Foundation
import Testing

@Suite struct `The manual` {
    @Test(arguments: try ManualPage.files)
    func `has in each page what people look for`(file: String) throws {
        let page = try ManualPage(file)
        for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
            #expect(page.source.contains("\n.Sh \(heading)\n"), "\(page): \(heading)")
        }
        #expect(page.source.contains("\n.Dt \(page.name.uppercased()) \(page.section)\n"))
        #expect(page.source.contains("\n.Nm \(page.name)\n"))
    }

    @Test func `names no page of ours that is not there, and each is named by another`() throws {
        let pages = Set(try ManualPage.files)
        var named: Set<String> = []
        for file in pages {
            let references = try ManualPage(file).source.matches(#"^\.Xr (\S*amtguard\S*) (\d)"#).map {
                "\($0[0]).\($0[1])"
            }
            named.formUnion(references.filter { $0 != file })
        }
        #expect(named == pages)
        for place in try Repository.names(in: "systemd") where place.hasPrefix("amtguard") {
            for reference in try Repository.text("systemd/\(place)").matches(#"man:([a-z0-9.-]+)\((\d)\)"#)
            where reference[0].contains("amtguard") {
                #expect(pages.contains("\(reference[0]).\(reference[1])"), "\(place)")
            }
        }
    }

    @Test func `has the keys of the configuration, with their defaults, and no other`() throws {
        let source = try ManualPage("amtguard.conf.5").source
        let entries = try source.matches(#"^\.(?:Ss \[(\w+)\]|It Cm (\w+)=(.*))$"#)
        var text = ""
        var keys: [String] = []
        for entry in entries {
            if entry[0].isEmpty { keys.append(entry[1]) }
            text += entry[0].isEmpty ? "\(entry[1])=\(entry[2])\n" : "[\(entry[0])]\n"
        }
        #expect(keys == ConfigurationKey.allCases.map(\.rawValue))
        let file = ConfigurationFile(path: "the page", content: .bytes(Array(text.utf8)))
        let (configuration, problems) = Configuration.parse([file])
        #expect(configuration == Configuration())
        #expect(problems == [])
    }

    @Test func `shows the same defaults as the configuration that is installed`() throws {
        let page = try ManualPage("amtguard.conf.5").source.matches(#"^\.It Cm (\w+=.*)$"#)
        let file = try Repository.text("systemd/amtguard.conf")
        #expect(try file.matches(#"^#(\w+=.*)$"#) == page)
        #expect(try file.matches(#"^([^#\[\n].*)$"#).isEmpty, "every assignment is commented out")
    }

    @Test(arguments: [
        ("amtguardd.8", Invocation.help), ("amtguard-firmware.8", HelperInvocation.help),
    ])
    func `has the options of a daemon's help, and no other`(file: String, help: String) throws {
        let known = Set(try help.matches(#"(--[a-z][a-z-]*)"#).map { $0[0] })
        #expect(try ManualPage(file).options == known)
    }

    /// ArgumentParser's description of a command, from its own dump.
    private struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var names: [Name]?
            var kind: String
            var valueName: String?
        }
        var commandName: String
        var arguments: [Argument]?
        var subcommands: [Command]?

        var options: [String] {
            (arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map { "--\($0.name)" }
                + (subcommands ?? []).flatMap(\.options)
        }
    }

    @Test func `has the commands and options of amtguardctl, and no other`() throws {
        struct Dump: Decodable { var command: Command }
        let command = try JSONDecoder().decode(Dump.self, from: Data(Amtguardctl._dumpHelp().utf8)).command
        let page = try ManualPage("amtguardctl.1")
        #expect(try page.options == Set(command.options))
        let entries = try page.entries("Cm", in: "COMMANDS").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        let commands = (command.subcommands ?? []).map(\.commandName)
        #expect(Set(entries) == Set(commands).union(["help"]))
        for command in commands { #expect(page.source.contains("\n.Nm\n.Cm \(command)") || command == "status") }
    }
}
