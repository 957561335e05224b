import AmtguardCore
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

/// Each test has its own mount namespace with its own `/run`. So it sees the machine's processes, but only its own
/// names of `ip netns`.
@Suite(.enabled(if: isRoot, needsRoot)) struct `A reader of network namespaces` {
    @Test func `shows each once, with its range, its list, its addresses and its owner`() throws {
        let host = try NetworkNamespace.inode()
        let (looks, names) = try inPrivateNetwork {
            try takePrivateRun()
            try shell(
                """
                ip netns add wide && ip netns add narrow && ip netns add unused &&
                ln -s /run/netns/wide /run/netns/again &&
                ip -n wide link set lo up &&
                ip -n wide link add eth0 type veth peer name eth1 && ip -n wide addr add 192.0.2.7/24 dev eth0 &&
                ip netns exec wide sh -c 'cd /proc/sys/net/ipv4 && echo 1024 65535 >ip_local_port_range &&
                    echo 623,664,16992-16995 >ip_local_reserved_ports'
                """)
            let before = try NetworkNamespace.identity()
            var progress: [Int] = []
            let read = try NamespaceReader().read { done, all in progress.append(all - done) }
            #expect(try NetworkNamespace.identity() == before)
            #expect(progress.last == 0)
            #expect(!read.isCut)
            let names = try ["wide", "narrow", "unused"].map {
                try NetworkNamespace.inode(FilePath("/run/netns/\($0)"))
            }
            return (read.looks, names)
        }
        #expect(Set(looks.map(\.inode)).count == looks.count)
        #expect(looks.contains { $0.inode == host })
        let wide = try #require(looks.first { $0.inode == names[0] })
        #expect(["wide", "again"].contains(wide.owner))
        #expect(wide.range == 1_024...65_535)
        #expect(wide.reserved == .ofAMT)
        #expect(wide.addresses == [IPv4Address(bits: 0xC000_0207)])
        let narrow = try #require(looks.first { $0.inode == names[1] })
        #expect(narrow.owner == "narrow")
        #expect(narrow.range == 32_768...60_999)
        #expect(narrow.reserved == PortSet())
        #expect(narrow.addresses == [])
        #expect(looks.contains { $0.inode == names[2] })
    }

    @Test func `finds one that only a process has, and names the process`() throws {
        let child = try spawn("exec unshare --net sh -c 'echo; read line'")
        defer { child.finish() }
        try child.waitForLine()
        let inode = try NetworkNamespace.inode(FilePath("/proc/\(child.pid)/ns/net"))
        let look = try inPrivateNetwork {
            try NamespaceReader().read().looks.first { $0.inode == inode }
        }
        let owner = try #require(look).owner
        // On a machine with systemd the test itself may run in a unit.
        #expect(owner == "pid \(child.pid)" || owner.hasSuffix(".service") || owner.hasSuffix(".scope"))
    }

    @Test func `passes over what is no namespace, and does not wait for a FIFO`() throws {
        let owners = try inPrivateNetwork {
            try takePrivateRun()
            try shell(
                "mkdir /run/netns && mkfifo /run/netns/fifo && echo >/run/netns/text && ln -s nowhere /run/netns/dangling"
            )
            return try NamespaceReader().read().looks.map(\.owner)
        }
        #expect(owners.filter { ["fifo", "text", "dangling"].contains($0) } == [])
    }

    @Test func `without capabilities counts what it may not enter`() throws {
        let read = try inPrivateNetwork {
            try takePrivateRun()
            try shell("ip netns add kept")
            try dropCapabilities()
            return try NamespaceReader().read()
        }
        #expect(read.looks == [])
        #expect(read.closed >= 1)
    }

    /// With AMTGUARD_THOROUGH a thousand, within three seconds.
    @Test func `looks at a hundred in a moment`() throws {
        let many = unsafe getenv("AMTGUARD_THOROUGH") != nil ? 1_000 : 100
        let (count, time) = try inPrivateNetwork {
            try takePrivateRun()
            try shell("for i in $(seq \(many)); do echo netns add many$i; done | ip -batch -")
            let start = Instant.now()
            let looks = try NamespaceReader().read().looks
            return (looks.count { $0.owner.hasPrefix("many") && $0.reserved != nil }, Instant.now() - start)
        }
        #expect(count == many)
        // Twice the share of a hundred, since other tests run beside this one.
        #expect(time < (many == 1_000 ? .seconds(3) : .milliseconds(600)), "\(time)")
    }

    @Test func `leaves out the caller's own`() throws {
        let own = try NetworkNamespace.inode("/proc/self/ns/net")
        var search = NamespaceSearch(proc: "/proc", directories: [], own: own)
        try search.run()
        #expect(search.found[own] == nil)
        var all = NamespaceSearch(proc: "/proc", directories: [], own: 0)
        try all.run()
        #expect(all.found[own] != nil)
    }

    @Test(arguments: [
        ("0::/system.slice/docker-\(id).scope", "container 0123456789ab"),
        ("0::/kubepods.slice/kubepods-besteffort.slice/cri-containerd-\(id).scope", "container 0123456789ab"),
        ("0::/machine.slice/libpod-\(id).scope/container", "container 0123456789ab"),
        ("4:memory:/docker/\(id)\n1:name=systemd:/docker/\(id)", "container 0123456789ab"),
        ("0::/system.slice/openvpn@home.service", "openvpn@home.service"),
        ("0::/user.slice/user-0.slice/session-3.scope", "vpn"),
        ("0::/user.slice/user-1000.slice/user@1000.service/init.scope", "vpn"),
        ("0::/", "vpn"),
    ])
    func `names whose it is`(cgroup: String, owner: String) throws {
        let proc = try TemporaryDirectory()
        try proc.file("4711/cgroup", cgroup + "\n")
        let path = FilePath(proc.path)
        #expect(NamespaceOwner(pid: 4_711, name: "vpn").words(below: path) == owner)
        #expect(NamespaceOwner(pid: 4_712, name: nil).words(below: path) == "pid 4712")
        #expect(NamespaceOwner(pid: nil, name: "a\u{1B}b").words(below: path) == "a?b")
    }
}

private let id = "0123456789abcdef" + String(repeating: "0", count: 48)

/// Gives this thread its own mount namespace, with an empty `/run`.
private func takePrivateRun() throws {
    // Threads share their root and working directory until they unshare them.
    try #require(unshare(CLONE_FS | CLONE_NEWNS) == 0)
    try #require(unsafe mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0)
    try #require(unsafe mount("run", "/run", "tmpfs", 0, "mode=755") == 0)
}
