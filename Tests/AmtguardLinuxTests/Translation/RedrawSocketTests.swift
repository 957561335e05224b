import AmtguardCore
import CLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("The redraw table in the kernel", .enabled(if: hasNFT, needsNFT))
struct RedrawSocketTests {
    private static let table = RedrawTable.of(["198.51.100.1", "10.0.0.1"])

    /// Without the lines that nft adds for a table with an owner, without packet counts, and with sorted elements.
    private static func plain(_ listing: String) -> [String] {
        var blocks: [String] = []
        var isInElements = false
        var elements: [Substring] = []
        for line in listing.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("elements = {") { isInElements = true }
            if isInElements {
                let words = line.replacing("elements = {", with: "").replacing("}", with: "")
                elements += words.split(separator: ",")
                guard line.hasSuffix("}") else { continue }
                blocks += elements.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.sorted()
                (isInElements, elements) = (false, [])
            } else if line != "flags owner", !line.hasPrefix("packets ") {
                blocks.append(String(line.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces))
            }
        }
        return blocks
    }

    @Test(arguments: [true, false])
    func `nft prints the loaded table as the core does`(isOwner: Bool) throws {
        let listing = try inPrivateNetwork {
            var socket = try RedrawSocket(isOwner: isOwner)
            try socket.load(Self.table)
            return try AmtguardLinuxTests.listing("list table ip amtguard")
        }
        #expect(Self.plain(listing) == Self.plain(Self.table.ruleset.text))
        #expect(listing.contains("flags owner") == isOwner)
    }

    @Test(arguments: [true, false])
    func `what was loaded is read, and nothing before and after`(isOwner: Bool) throws {
        try inPrivateNetwork {
            var socket = try RedrawSocket(isOwner: isOwner)
            #expect(try socket.read() == RedrawReading(.absent))
            try socket.load(Self.table)
            #expect(try socket.read() == RedrawReading(.inForce(Self.table), isOwned: isOwner))
            try socket.unload()
            #expect(try socket.read() == RedrawReading(.absent))
            try socket.unload()
        }
    }

    @Test(arguments: [
        RedrawTable.of([], tcp: PortSet(), udp: PortSet()), .of([]), .of(udp: PortSet()),
        .of((0..<300).map { "10.1.\($0 / 200).\($0 % 200)" }, tcp: PortSet(20_000...20_511), udp: PortSet(1...512)),
        .of(tcp: PortSet(1...2_500), udp: PortSet()),
    ])
    func `few and many addresses and ports are loaded and read`(table: RedrawTable) throws {
        try inPrivateNetwork {
            var socket = try RedrawSocket()
            try socket.load(table)
            #expect(try socket.read().table == table)
            // With a table in force, only the sets are refilled.
            try socket.load(.of())
            #expect(try socket.read().table == .of())
            try socket.load(table)
            #expect(try socket.read().table == table)
        }
    }

    @Test func `other addresses leave counters and remembered connections alone`() throws {
        try inPrivateNetwork {
            var socket = try RedrawSocket(isOwner: false)
            try socket.load(Self.table)
            let element = "10.9.9.9 . tcp . 40000 . 192.0.2.1 . 443"
            try shell("nft add element ip amtguard drawn '{ \(element) }'")
            try socket.load(.of(["203.0.113.5"], tcp: PortSet(5_900...5_900)))
            #expect(try socket.read().table == .of(["203.0.113.5"], tcp: PortSet(5_900...5_900)))
            #expect(try listing("list set ip amtguard drawn").contains(element))
            // Loading the same table again changes nothing.
            let watch = try RulesetWatch()
            try socket.load(.of(["203.0.113.5"], tcp: PortSet(5_900...5_900)))
            let isChanged = watch.drain()
            #expect(!isChanged)
        }
    }

    @Test func `an owned table outlives all that others do, and goes with its socket`() throws {
        try inPrivateNetwork {
            do {
                var socket = try RedrawSocket()
                try socket.load(Self.table)
                try shell("nft flush ruleset")
                try refused("nft delete table ip amtguard")
                try refused("nft add rule ip amtguard refuse accept")
                try refused("nft flush set ip amtguard shared")
                #expect(try socket.read() == RedrawReading(.inForce(Self.table), isOwned: true))
            }
            #expect(try RedrawSocket().read() == RedrawReading(.absent))
        }
    }

    @Test func `a socket that was kept is adopted with its table`() throws {
        try inPrivateNetwork {
            var first = try RedrawSocket()
            try first.load(Self.table)
            let kept = Descriptor(owning: try valueOrErrno { fcntl(first.descriptor.rawValue, F_DUPFD_CLOEXEC, 0) })
            _ = consume first
            var second = try RedrawSocket(adopting: kept)
            #expect(try second.read() == RedrawReading(.inForce(Self.table), isOwned: true))
            try second.load(.of(["192.0.2.1"]))
            #expect(try second.read() == RedrawReading(.inForce(.of(["192.0.2.1"])), isOwned: true))
        }
    }

    @Test func `nothing but such a socket is adopted`() throws {
        try inPrivateNetwork {
            let others: [() throws -> Descriptor] = [
                { try RootDirectory().open("/dev/null") },
                { Descriptor(owning: try valueOrErrno { socket(AF_NETLINK, CInt(SOCK_RAW.rawValue), NETLINK_ROUTE) }) },
                { Descriptor(owning: try valueOrErrno { socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0) }) },
                // A socket that is not bound to a port.
                {
                    Descriptor(
                        owning: try valueOrErrno { socket(AF_NETLINK, CInt(SOCK_RAW.rawValue), NETLINK_NETFILTER) })
                },
            ]
            for other in others {
                let refusal = Self.refusal(of: try other())
                #expect(refusal == .invalidArgument)
            }
        }
    }

    private static func refusal(of descriptor: consuming Descriptor) -> Errno? {
        do throws(Errno) {
            _ = try RedrawSocket(adopting: descriptor)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a socket of another namespace is not adopted`() throws {
        let number = try inPrivateNetwork {
            let socket = try RedrawSocket()
            return try valueOrErrno { fcntl(socket.descriptor.rawValue, F_DUPFD_CLOEXEC, 0) }
        }
        try inPrivateNetwork {
            #expect(Self.refusal(of: Descriptor(owning: number)) == .invalidArgument)
        }
    }

    @Test(arguments: [
        "add table ip amtguard { flags dormant; }", "delete rule ip amtguard again handle $(handle)",
        "insert rule ip amtguard redraw accept", "add rule ip amtguard refuse counter",
        "flush chain ip amtguard output",
        "add chain ip amtguard other", "add set ip amtguard other { type ipv4_addr; }",
        "add chain ip amtguard other { type filter hook forward priority -5; policy drop; }",
        "add chain ip amtguard forward { policy drop; }", "delete element ip amtguard ports { tcp . 16992 }",
        "add element ip amtguard ports { tcp . 22 }", "add element ip amtguard kept { 22 . 22 }",
    ])
    func `a table without an owner that another program changed is altered, and made anew`(change: String) throws {
        try inPrivateNetwork {
            var socket = try RedrawSocket(isOwner: false)
            try socket.load(Self.table)
            let handle = "handle() { nft -a list chain ip amtguard again | sed -n 's/.*drop # handle //p' | head -1; }"
            try shell("\(handle); nft \"\(change)\"")
            #expect(try socket.read().state == .altered, "\(change)")
            try socket.load(Self.table)
            #expect(try socket.read() == RedrawReading(.inForce(Self.table)))
        }
    }

    @Test func `another address in a table without an owner is another table`() throws {
        try inPrivateNetwork {
            var socket = try RedrawSocket(isOwner: false)
            try socket.load(Self.table)
            try shell("nft delete element ip amtguard shared '{ 10.0.0.1 }'")
            #expect(try socket.read().table == .of())
            try socket.load(Self.table)
            #expect(try socket.read().table == Self.table)
        }
    }

    @Test(arguments: ["{ }", "{ comment \"not yours\"; }"])
    func `a table of this name of another program stays`(content: String) throws {
        try inPrivateNetwork {
            try shell("nft add table ip amtguard '\(content)'")
            var socket = try RedrawSocket()
            #expect(try socket.read() == RedrawReading(.foreign(owner: nil)))
            #expect(throws: Errno.fileExists) { try socket.load(Self.table) }
            try socket.unload()
            #expect(try listing("list tables") == "table ip amtguard\n")
        }
    }

    @Test func `a table that another socket owns is foreign, with its owner's name`() throws {
        try inPrivateNetwork {
            var other = try RedrawSocket()
            try other.load(Self.table)
            var socket = try RedrawSocket()
            guard case .foreign(let owner) = try socket.read().state else {
                Issue.record("\(try socket.read())")
                return
            }
            // The number of a process's second socket is no process id.
            #expect(owner == nil || owner?.isEmpty == false)
            #expect(throws: Errno.fileExists) { try socket.load(Self.table) }
            try socket.unload()
            #expect(try other.read().table == Self.table)
        }
    }

    @Test func `a leftover without an owner is replaced by one with an owner`() throws {
        try inPrivateNetwork {
            var older = try RedrawSocket(isOwner: false)
            try older.load(.of(["192.0.2.9"]))
            var socket = try RedrawSocket()
            #expect(try socket.read() == RedrawReading(.inForce(.of(["192.0.2.9"]))))
            try socket.load(Self.table)
            #expect(try socket.read() == RedrawReading(.inForce(Self.table), isOwned: true))
        }
    }

    @Test func `a comment of another version is amtguard's`() throws {
        try inPrivateNetwork {
            try shell("nft add table ip amtguard '{ comment \"amtguard: something of 2031\"; }'")
            var socket = try RedrawSocket()
            #expect(try socket.read().state == .altered)
            try socket.load(Self.table)
            #expect(try socket.read().table == Self.table)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `rules that come and go meanwhile do no harm`() throws {
        try inPrivateNetwork {
            let churn = try spawn(
                """
                (while :; do nft flush ruleset; nft add table ip x; nft add chain ip x y; done) & echo
                read line; kill -9 $!
                """)
            try churn.waitForLine()
            var owned = try RedrawSocket()
            for round in 0..<20 {
                do throws(Errno) {
                    let table = RedrawTable.of(["10.0.0.\(round)"])
                    try owned.load(table)
                    #expect(try owned.read() == RedrawReading(.inForce(table), isOwned: true))
                } catch {
                    #expect(error == .resourceTemporarilyUnavailable)
                }
            }
            churn.finish()
        }
    }

    @Test func `without a capability it says so`() throws {
        try inPrivateNetwork {
            try dropCapabilities()
            var socket = try RedrawSocket()
            #expect(throws: Errno.notPermitted) { _ = try socket.read() }
            #expect(throws: Errno.notPermitted) { try socket.load(Self.table) }
        }
    }

    @Test func `a look leaves no descriptor behind, and loads no connection tracking`() throws {
        try inPrivateNetwork {
            let socket = try RedrawSocket()
            for _ in 0..<1_100 { _ = try socket.read() }
            #expect(TranslationReader().read(publishing: RedrawTable.amt).tracks == false)
        }
    }

    /// Over netlink the port of the tuple has a type; in nft 1.0.6 only a rule for one protocol sets it.
    @Test func `nft takes the printed table, if the rules with a tuple name the protocol`() throws {
        let lines = Self.table.ruleset.text.split(separator: "\n", omittingEmptySubsequences: false)
        let named = lines.map { line in
            let needsProtocol = line.contains("proto-src") || line.contains("proto-dst")
            return needsProtocol ? "\t\tmeta l4proto tcp" + line.replacing("\t\t", with: " ") : String(line)
        }
        try inPrivateNetwork {
            try rules(named.joined(separator: "\n") + "\n")
            // The rules for one protocol alone differ.
            #expect(try RedrawSocket().read().state == .altered)
        }
    }
}
