import AmtguardCore
import CLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Translation of addresses, read", .enabled(if: hasNFT, needsNFT))
struct TranslationReaderTests {
    private static let amt = RedrawTable.amt

    private static func read(_ ruleset: String) throws -> Translation {
        try inPrivateNetwork {
            try rules(ruleset)
            return TranslationReader().read(publishing: amt)
        }
    }

    private static func published(_ ruleset: String) throws -> [String] {
        try read(ruleset).published.map { "\($0.protocol) \($0.port) \($0.chain.table)/\($0.chain.name)" }
    }

    @Test func `a namespace without rules translates nothing`() throws {
        let translation = try Self.read("")
        #expect(translation.chains == [] && translation.isInUse == false && translation.tracks == false)
        #expect(translation.published.isEmpty && translation.gap == nil)
    }

    @Test func `chains at postrouting that carry IPv4 are found, others are not`() throws {
        let translation = try Self.read(
            """
            table ip nat {
                chain POSTROUTING { type nat hook postrouting priority srcnat; policy accept; }
                chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; }
            }
            table inet firewalld {
                chain nat_POSTROUTING { type nat hook postrouting priority srcnat + 10; policy accept; }
                chain other { type filter hook postrouting priority 0; policy accept; }
            }
            table ip6 nat {
                chain POSTROUTING { type nat hook postrouting priority srcnat; policy accept; }
            }
            """)
        #expect(
            translation.chains == [
                Translation.Chain(family: "inet", table: "firewalld", name: "nat_POSTROUTING"),
                Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING"),
            ])
        #expect(translation.isInUse == true)
    }

    @Test func `the redraw table itself is no translation`() throws {
        try inPrivateNetwork {
            var socket = try RedrawSocket()
            try socket.load(.of())
            #expect(TranslationReader().read(publishing: Self.amt).chains == [])
        }
    }

    /// The rules of docker 25 for `-p 16993:443 -p 623:623/udp -p 8080:80`.
    @Test func `docker's published ports are named`() throws {
        let published = try Self.published(
            """
            table ip nat {
                chain DOCKER {
                    iifname "docker0" counter return
                    iifname != "docker0" tcp dport 16993 counter dnat to 172.17.0.2:443
                    iifname != "docker0" udp dport 623 counter dnat to 172.17.0.2:623
                    iifname != "docker0" tcp dport 8080 counter dnat to 172.17.0.3:80
                }
                chain PREROUTING {
                    type nat hook prerouting priority dstnat; policy accept;
                    fib daddr type local counter jump DOCKER
                }
                chain OUTPUT {
                    type nat hook output priority -100; policy accept;
                    ip daddr != 127.0.0.0/8 fib daddr type local counter jump DOCKER
                }
                chain POSTROUTING {
                    type nat hook postrouting priority srcnat; policy accept;
                    oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade
                    ip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 443 counter masquerade
                }
            }
            """)
        #expect(published == ["udp 623 nat/DOCKER", "tcp 16993 nat/DOCKER"])
    }

    /// The rules of libvirt 9 for a network with forwarding.
    @Test func `libvirt's masquerade publishes nothing`() throws {
        let translation = try Self.read(
            """
            table ip nat {
                chain LIBVIRT_PRT {
                    ip saddr 192.168.122.0/24 ip daddr 224.0.0.0/24 counter return
                    meta l4proto tcp ip saddr 192.168.122.0/24 ip daddr != 192.168.122.0/24 counter masquerade to :1024-65535
                    ip saddr 192.168.122.0/24 ip daddr != 192.168.122.0/24 counter masquerade
                }
                chain POSTROUTING {
                    type nat hook postrouting priority srcnat; policy accept;
                    counter jump LIBVIRT_PRT
                }
                chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; }
            }
            """)
        #expect(translation.published.isEmpty && translation.isInUse == true)
    }

    @Test func `ports in sets, maps and ranges are named`() throws {
        let published = try Self.published(
            """
            table inet edge {
                map forwards { type inet_service : ipv4_addr; elements = { 664 : 10.0.0.9, 22 : 10.0.0.9 }; }
                set web { type inet_service; flags interval; elements = { 80, 16990-16992, 16995-17000 }; }
                chain pre {
                    type nat hook prerouting priority dstnat; policy accept;
                    tcp dport @web dnat ip to 10.0.0.9
                    dnat ip to tcp dport map @forwards
                    tcp dport { 1, 2 } dnat ip to 10.0.0.9
                    tcp dport 16994 accept
                }
                chain out {
                    type nat hook output priority -100; policy accept;
                    meta l4proto { tcp, udp } th dport 620-630 redirect to :53
                }
            }
            table ip filter {
                chain input {
                    type filter hook input priority 0; policy accept;
                    tcp dport 16994 accept
                }
            }
            """)
        #expect(
            published == [
                "tcp 623 edge/out", "udp 623 edge/out", "tcp 664 edge/pre", "tcp 16992 edge/pre", "tcp 16995 edge/pre",
            ])
    }

    @Test func `hostile names are shown as one line`() throws {
        let chains = try inPrivateNetwork {
            var socket = try NetlinkSocket(family: NETLINK_NETFILTER)
            var batch = NFTables.Batch()
            let table = "nat\u{1B}[31m\n\(String(repeating: "x", count: 200))"
            batch.append(NFT_MSG_NEWTABLE, flags: NLM_F_CREATE, [NetlinkAttribute(NFTA_TABLE_NAME, table)])
            batch.append(
                NFT_MSG_NEWCHAIN, flags: NLM_F_CREATE,
                [
                    NetlinkAttribute(NFTA_CHAIN_TABLE, table), NetlinkAttribute(NFTA_CHAIN_NAME, "\u{7}\u{85}evil"),
                    NetlinkAttribute(NFTA_CHAIN_TYPE, "nat"),
                    NetlinkAttribute(
                        NFTA_CHAIN_HOOK,
                        [
                            NetlinkAttribute(NFTA_HOOK_HOOKNUM, UInt32(4)),
                            NetlinkAttribute(NFTA_HOOK_PRIORITY, Int32(100)),
                        ]),
                ])
            try socket.commit(batch.whole(at: socket.generation()))
            return TranslationReader().read(publishing: Self.amt).chains
        }
        let chain = try #require(chains?.first)
        #expect(chain.table.hasPrefix("nat?[31m?xxx") && chain.table.count == 41)
        #expect(chain.name == "???evil")
    }

    @Test func `a thousand ports are cut to what is shown`() throws {
        let lines = (1...1_500).map { "tcp dport \($0) dnat to 10.0.0.1" }.joined(separator: "\n")
        let published = try inPrivateNetwork {
            try rules(
                """
                table ip nat {
                    chain pre {
                        type nat hook prerouting priority dstnat; policy accept;
                        \(lines)
                    }
                }
                """)
            return TranslationReader().read(publishing: PortSet(1...2_000)).published.map(\.port)
        }
        #expect(published == Array(1...64))
    }

    @Test func `a change of the ruleset wakes the watch once`() throws {
        try inPrivateNetwork {
            let watch = try RulesetWatch()
            let before = watch.drain()
            try shell("nft add table ip x; nft add chain ip x y")
            let (once, twice) = (watch.drain(), watch.drain())
            #expect(!before && once && !twice)
        }
    }

    @Test func `without a capability nothing is known, with the reason`() throws {
        try inPrivateNetwork {
            try dropCapabilities()
            let translation = TranslationReader().read(publishing: Self.amt)
            #expect(translation.chains == nil)
            #expect(translation.gap?.contains("nf_tables can't be read: Operation not permitted") == true)
        }
    }
}

@Suite("Files about translation")
struct TranslationFilesTests {
    private static func reader(_ directory: TemporaryDirectory) -> TranslationReader {
        let path = FilePath(directory.path)
        return TranslationReader(
            legacyTables: path.appending("names"), connectionCount: path.appending("count"),
            loadedModules: path.appending("module"), moduleList: path.appending("modules"),
            builtinModules: path.appending("builtin"))
    }

    @Test func `nf_tables that is not loaded is not asked`() throws {
        let directory = try TemporaryDirectory()
        try directory.file("modules", "mei_me 53248 1 - Live 0x0000000000000000\n")
        try directory.file("builtin", "kernel/net/netfilter/nf_tables_offload.ko\n")
        let reader = Self.reader(directory)
        #expect(reader.hasNFTables == false)
        #expect(
            reader.read(publishing: RedrawTable.amt)
                == Translation(chains: [], hasLegacyTable: false, tracks: false))
    }

    @Test func `nf_tables is there if it is loaded, built in, or if no module can be loaded`() throws {
        let directory = try TemporaryDirectory()
        #expect(Self.reader(directory).hasNFTables == true)
        try directory.file("modules", "")
        try directory.file("builtin", "kernel/fs/ext4/ext4.ko\nkernel/net/netfilter/nf_tables.ko\n")
        #expect(Self.reader(directory).hasNFTables == true)
        try directory.file("builtin", "")
        #expect(Self.reader(directory).hasNFTables == false)
        try directory.directory("module/nf_tables")
        #expect(Self.reader(directory).hasNFTables == true)
    }

    @Test func `without the list of what is built in nothing is known, until it is handed over`() throws {
        let directory = try TemporaryDirectory()
        try directory.file("modules", "")
        var reader = Self.reader(directory)
        let translation = reader.read(publishing: RedrawTable.amt)
        #expect(reader.hasNFTables == nil && translation.chains == nil && translation.isInUse == nil)
        #expect(translation.gap == "it is unknown whether nf_tables is a part of this kernel")
        try directory.file("builtin", "kernel/net/netfilter/nf_tables.ko\n")
        let list = try FileDescriptor.open(FilePath(directory.path).appending("builtin"), .readOnly)
        defer { try? list.close() }
        reader.learn(builtinModules: list)
        #expect(reader.hasNFTables == true)
    }

    @Test(arguments: [("nat\nfilter\n", true), ("filter\nmangle\n", false), ("", false), ("xnat\nnat2\n", false)])
    func `legacy tables are read by name or by a descriptor that was handed over`(names: String, has: Bool) throws {
        let directory = try TemporaryDirectory()
        try directory.file("modules", "")
        let reader = Self.reader(directory)
        #expect(reader.read(publishing: PortSet()).hasLegacyTable == false)
        let path = try directory.file("names", names)
        #expect(reader.read(publishing: PortSet()).hasLegacyTable == has)
        let handed = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? handed.close() }
        unsafe unlink(path)
        for _ in 0..<2 { #expect(reader.read(publishing: PortSet(), legacy: handed).hasLegacyTable == has) }
    }

    @Test func `legacy tables that can't be read are unknown, with the reason`() throws {
        let directory = try TemporaryDirectory()
        try directory.file("modules", "")
        try directory.directory("names")
        let translation = Self.reader(directory).read(publishing: PortSet())
        #expect(translation.hasLegacyTable == nil && translation.isInUse == nil)
        #expect(translation.gap?.hasSuffix("/names can't be read: Is a directory") == true)
    }

    @Test(
        arguments: [
            ("0\n", false), ("17\n", true), ("", nil), ("-1\n", nil), ("many\n", nil), ("1\n2\n", nil),
        ] as [(String, Bool?)])
    func `tracked connections are counted`(content: String, tracks: Bool?) throws {
        let directory = try TemporaryDirectory()
        try directory.file("modules", "")
        try directory.file("count", content)
        #expect(Self.reader(directory).read(publishing: PortSet()).tracks == tracks)
    }
}
