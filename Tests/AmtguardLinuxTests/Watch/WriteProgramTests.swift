import AmtguardCore
import CLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

private let list = ReservedPortsList.path

@Suite("The program on writes of the list", .enabled(if: CompiledProgram.isUsable, CompiledProgram.reason))
struct WriteProgramTests {
    private static let required = PortSet(623...623, 16_992...16_995)

    @Test func `a replacing write adds, and its writer is named`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            let pid = try program.group.run("perl -e 'open F, q(>), q(\(list)); syswrite F, qq(5000\\n)'")
            #expect(try listText() == "623,5000,16992-16995")
            #expect(isReadable(program.log.descriptor.rawValue))
            let wishes = program.log.wishes()
            #expect(wishes.lost == 0 && wishes.wishes.count == 1)
            let wish = try #require(wishes.wishes.first)
            #expect(wish.replaces && wish.isPrevented && wish.text == .ports(PortSet(5_000...5_000)))
            #expect(wish.writer.command == "perl" && wish.writer.unit == nil)
            #expect(wish.writer.parent == Writer.Parent(pid: pid, command: "sh"))
        }
    }

    @Test func `the writer gets the count that it passed`() throws {
        try inPrivateNetwork {
            let program = try ProgramInGroup()
            let directory = try TemporaryDirectory()
            try program.group.run(
                "perl -e 'open F, q(>), q(\(list)); print syswrite F, qq(5000,6000\\n)' >\(directory.path)/count")
            #expect(directory.bytes("count") == Array("10".utf8))
            #expect(try listText() == "5000,6000")
        }
    }

    @Test func `a program that only notes changes nothing`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup(prevents: false)
            try ReservedPortsList().add(Self.required)
            try program.group.run("echo 5000 >\(list)")
            #expect(try listText() == "5000")
            let wishes = program.log.wishes().wishes
            #expect(wishes.map(\.isPrevented) == [false] && wishes.map(\.replaces) == [true])
        }
    }

    @Test func `an adding write is noted as one`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try program.group.run("perl -e 'open F, q(>), q(\(list)); sysseek F, 9, 0; syswrite F, 77'")
            let wishes = program.log.wishes().wishes
            #expect(wishes.map(\.replaces) == [false] && wishes.map(\.isPrevented) == [false])
            #expect(wishes.map(\.text) == [.ports(PortSet(77...77))])
        }
    }

    @Test func `several writers are noted in their order, each with its unit`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            let slice = try TestGroup(below: program.group, name: "system.slice")
            let unit = try TestGroup(below: slice, name: "tuned.service")
            let inner = try TestGroup(below: unit, name: "worker")
            try inner.run("echo 5000 >\(list)")
            try program.group.run("echo 6000 >\(list)")
            let wishes = program.log.wishes().wishes
            #expect(wishes.map(\.writer.unit) == ["tuned.service", nil])
            #expect(wishes.map(\.writer.command) == ["sh", "sh"])
            #expect(try listText() == "5000,6000")
        }
    }

    @Test func `the guard's own write passes and is not noted`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            _ = program.log.wishes()
            let text = try Self.writeAsGuard("5000", program.page, program.group)
            #expect(text == "0")
            #expect(try listText() == "5000")
            let again = try Self.writeAsGuard("6000", program.page, program.group)
            #expect(again == "0")
            #expect(try listText() == "6000")
            let wishes = program.log.wishes()
            #expect(wishes == Wishes() && program.page[.seen] == 0)
        }
    }

    @Test func `a pid does not pass for the guard in another control group`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            program.page[.guardGroup] = try TestGroup().id
            _ = try Self.writeAsGuard("5000", program.page, program.group)
            #expect(program.log.wishes().wishes.count == 1)
            program.page[.guardGroup] = try program.group.id
            _ = program.log.wishes()
            _ = try Self.writeAsGuard("5000", program.page, program.group)
            #expect(program.log.wishes().wishes.count == 1)
            #expect(try listText() == "5000")
        }
    }

    @Test func `the guard does not replace what it has not seen`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            _ = program.log.wishes()
            try program.group.run("echo 5000 >\(list)")
            let refused = try Self.writeAsGuard("623", program.page, program.group)
            #expect(refused == "\(EPERM)")
            #expect(try listText() == "5000")
            // The guard may add at any time.
            let added = try Self.writeAsGuard("623", program.page, program.group, at: 1)
            #expect(added == "0")
            #expect(try listText() == "623,5000")
            _ = program.log.wishes()
            let replaced = try Self.writeAsGuard("623", program.page, program.group)
            #expect(replaced == "0")
            #expect(try listText() == "623")
        }
    }

    /// Writes the list as a process that the page names as the guard.
    ///
    /// - Returns: `0` for a write that succeeded, otherwise its errno.
    private static func writeAsGuard(
        _ text: String, _ page: borrowing WritePage, _ group: TestGroup, at position: Int = 0
    ) throws -> String {
        let directory = try TemporaryDirectory()
        let write = "open F, q(>), q(\(list)); sysseek F, \(position), 0; $r = syswrite(F, q(\(text))) ? 0 : $!+0"
        let result = "open R, q(>), q(\(directory.path)/result); print R $r"
        let child = try spawn("\(group.joining); echo ready; read line; exec perl -e '\(write); \(result)'")
        try child.waitForLine()
        page[.guardPID] = UInt64(child.pid)
        child.finish()
        return String(decoding: directory.bytes("result") ?? [], as: UTF8.self)
    }

    @Test func `the list of another network namespace is left alone`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            let directory = try TemporaryDirectory()
            try program.group.run(
                "unshare --net sh -c 'echo 623 >\(list); echo 5000 >\(list); cat \(list)' >\(directory.path)/list")
            #expect(directory.bytes("list") == Array("5000\n".utf8))
            let wishes = program.log.wishes()
            #expect(wishes == Wishes() && program.page[.seen] == 0)
        }
    }

    @Test func `another mount of procfs and another pid namespace hide no write`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            try program.group.run("unshare --mount --pid --fork --mount-proc sh -c 'echo 5000 >\(list)'")
            let wishes = program.log.wishes().wishes
            #expect(wishes.map(\.isPrevented) == [true] && wishes.map(\.writer.command) == ["sh"])
            #expect(wishes.map(\.writer.parent?.command) == ["unshare"])
            #expect(try listText() == "623,5000,16992-16995")
        }
    }

    @Test func `a text as long as the kernel shows is whole, a longer one is unknown`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            for (count, isKnown) in [(4_095, true), (4_096, false), (5_000, false)] {
                try program.group.run(
                    "perl -e 'open F, q(>), q(\(list)); syswrite F, qq(5000).(qq(\\n) x \(count - 4))'")
                let wishes = program.log.wishes().wishes
                #expect(wishes.map(\.text) == [isKnown ? .ports(PortSet(5_000...5_000)) : .unknown], "\(count)")
                program.log.settle()
            }
        }
    }

    @Test func `a text that the kernel refuses is still refused`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            try program.group.run("! (echo abc >\(list)) 2>/dev/null")
            #expect(program.log.wishes().wishes.map(\.text) == [.refused])
            #expect(try listText() == "623,16992-16995")
        }
    }

    @Test func `a write that another program denies is noted as refused, and stays denied`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            let inner = try TestGroup(below: program.group, name: "inner")
            let link = try denyingProgram(in: inner)
            try inner.run("! (echo 5000 >\(list)) 2>/dev/null")
            let wish = program.log.wishes().wishes.first
            #expect(wish?.text == .refused && wish?.isPrevented == false)
            #expect(try listText() == "623,16992-16995")
            _ = link
        }
    }

    @Test func `a full ring is counted, and writes still add`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            try program.group.run(
                "perl -e 'for (1..50) { open F, q(>), q(\(list)); syswrite F, (7000 + $_).(qq(\\n) x 4000) }'")
            #expect(try listText() == "623,7001-7050,16992-16995")
            let wishes = program.log.wishes()
            #expect(wishes.lost > 0 && wishes.wishes.count + wishes.lost == 50)
            for (index, wish) in wishes.wishes.enumerated() {
                let port = UInt16(7_001 + index)
                #expect(wish.text == .ports(PortSet(port...port)))
            }
            program.log.settle()
            // Settled writes are not returned again; there is room, and the ring continues across its end.
            for _ in 0..<3 {
                try program.group.run(
                    "perl -e 'for (1..20) { open F, q(>), q(\(list)); syswrite F, (7000 + $_).(qq(\\n) x 4000) }'")
                let next = program.log.wishes()
                #expect(next.wishes.count == 20 && next.lost == 0)
                #expect(next.wishes.allSatisfy { $0.text != .unknown })
                program.log.settle()
            }
        }
    }

    @Test func `a position that makes no sense is a loss, and the ring goes on`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            let consumer = try SharedMapping(program.log.ring, length: pageSize, isWritable: true)
            try program.group.run("echo 5000 >\(list)")
            for position: UInt64 in [1 << 40, 1 << 63] {
                consumer.store(position, at: 0)
                let damaged = program.log.wishes()
                #expect(damaged.wishes.isEmpty && damaged.lost == 1)
                program.log.settle()
                try program.group.run("echo 6000 >\(list)")
                let wishes = program.log.wishes()
                #expect(wishes.wishes.count == 1 && wishes.lost == 0)
            }
        }
    }

    @Test func `many writers at once are all noted or counted`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            try ReservedPortsList().add(Self.required)
            let write = "for (1..20) { open F, q(>), q(\(list)); syswrite F, 5000 }"
            try program.group.run("perl -e 'for (1..12) { fork or do { \(write); exit } } 1 while wait > 0'")
            let wishes = program.log.wishes()
            #expect(wishes.wishes.count + wishes.lost == 240 && program.page[.seen] == 240)
            #expect(wishes.wishes.allSatisfy { $0.text == .ports(PortSet(5_000...5_000)) })
            #expect(try listText() == "623,5000,16992-16995")
        }
    }

    @Test func `a reader without any right reads, settles and lets the program work`() throws {
        let group = try TestGroup()
        // Not removed by the thread below, which may lack the permission by then.
        defer { group.remove() }
        try inPrivateNetwork {
            let armed = try WriteProgram.arm(object: CompiledProgram.object.get(), cgroup: group.path)
            try ReservedPortsList().add(Self.required)
            let writer = try spawn("\(group.joining); echo ready; read line; echo 5000 >\(list)")
            try writer.waitForLine()
            try becomeNobody()
            var log = try WriteLog(adopting: armed)
            log.guardNow(in: try NetworkNamespace.inode())
            log.prevent(true)
            writer.finish()
            #expect(log.wishes().wishes.map(\.isPrevented) == [true])
            log.settle()
            #expect(log.wishes() == Wishes() && !isReadable(log.descriptor.rawValue))
            #expect(throws: WriteProgram.Failure.self) {
                _ = try WriteProgram.arm(object: CompiledProgram.object.get(), cgroup: group.path)
            }
        }
    }

    @Test func `writes stay until they are settled, also for the next guard`() throws {
        try inPrivateNetwork {
            let group = try TestGroup()
            let object = try CompiledProgram.object.get()
            let network = try NetworkNamespace.inode()
            var first = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            first.guardNow(in: network)
            first.prevent(true)
            try group.run("echo 5000 >\(list)")
            #expect(first.wishes().wishes.count == 1 && first.wishes().wishes.count == 1)
            first.settle()
            #expect(first.wishes().wishes.isEmpty)
            try group.run("echo 6000 >\(list)")
            #expect(first.wishes().wishes.count == 1)
            // The first reader ends without settling it, and another write follows.
            var second = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            _ = consume first
            try group.run("echo 7000 >\(list)")
            #expect(
                second.wishes().wishes.map(\.text)
                    == [.ports(PortSet(6_000...6_000)), .ports(PortSet(7_000...7_000))])
            #expect(try listText() == "5000,6000,7000")
        }
    }

    @Test func `arming again takes over the program of this namespace and no other's`() throws {
        try inPrivateNetwork {
            let group = try TestGroup()
            let object = try CompiledProgram.object.get()
            let first = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            let blank = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            #expect(try linkID(first) == linkID(blank) && group.programs == 1)
            first.guardNow(in: try NetworkNamespace.inode())
            first.prevent(true)
            let second = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            #expect(try linkID(first) == linkID(second) && group.programs == 1)
            first.guardNow(in: 1)
            first.prevent(true)
            let other = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            #expect(try linkID(first) != linkID(other) && group.programs == 2)
        }
    }

    /// The host and a container start at the same moment.
    @Test func `what was armed for one namespace and is not used yet stays its own`() throws {
        let group = try TestGroup()
        defer { group.remove() }
        try inPrivateNetwork {
            let object = try CompiledProgram.object.get()
            let first = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            let firstID = try linkID(first)
            try inPrivateNetwork {
                let other = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
                #expect(try linkID(other) != firstID && group.programs == 2)
            }
            let again = try WriteLog(adopting: WriteProgram.arm(object: object, cgroup: group.path))
            #expect(try linkID(again) == firstID && linkID(first) == firstID)
        }
    }

    @Test func `nothing stays attached when the last descriptor is closed`() throws {
        try inPrivateNetwork {
            let group = try TestGroup()
            let armed = try WriteProgram.arm(object: CompiledProgram.object.get(), cgroup: group.path)
            #expect(try group.programs == 1)
            _ = consume armed
            #expect(try group.programs == 0)
        }
    }

    @Test func `a guard says who it is, and stops the program with a word`() throws {
        try inPrivateNetwork {
            var program = try ProgramInGroup()
            let status = try RootDirectory().open("/proc/self/ns/pid", flags: O_PATH).status()
            #expect(program.page[.guardPID] == UInt64(getpid()))
            #expect(program.page[.guardPIDNamespace] == UInt64(status.st_ino))
            #expect(program.page[.rootGroup] == (try program.group.id))
            program.log.guardNow(in: 0)
            try ReservedPortsList().add(Self.required)
            try program.group.run("echo 5000 >\(list)")
            #expect(try listText() == "5000")
            #expect(program.log.wishes() == Wishes())
        }
    }

    @Test func `other descriptors are no ring, no page and no link`() throws {
        let group = try TestGroup()
        let object = try CompiledProgram.object.get()
        func arm() throws -> WriteProgram.Armed { try WriteProgram.arm(object: object, cgroup: group.path) }
        func file() throws -> Descriptor { try RootDirectory().open("/dev/null", flags: O_RDONLY) }
        #expect(throws: Errno.invalidArgument) {
            let armed = try arm()
            _ = try WriteLog(link: armed.link, ring: armed.ring, shared: file())
        }
        #expect(throws: Errno.invalidArgument) {
            let armed = try arm()
            _ = try WriteLog(link: armed.link, ring: armed.shared, shared: armed.ring)
        }
        #expect(throws: Errno.invalidArgument) {
            let armed = try arm()
            _ = try WriteLog(link: file(), ring: armed.ring, shared: armed.shared)
        }
    }

    @Test func `what is missing is said in one line`() throws {
        let group = try TestGroup()
        func failure(_ object: String, _ cgroup: FilePath) -> String? {
            do {
                _ = try WriteProgram.arm(object: FilePath(object), cgroup: cgroup)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(failure("/nowhere/list.bpf.o", group.path) == "/nowhere/list.bpf.o: No such file or directory")
        let directory = try TemporaryDirectory()
        let text = try directory.file("text", "not a program")
        #expect(failure(text, group.path)?.hasPrefix("\(text): ") == true)
        let object = try CompiledProgram.object.get().string
        #expect(failure(object, "/proc")?.hasPrefix("the program on writes can't be attached to /proc: ") == true)
    }
}

/// What the kernel calls the link that attaches the program.
private func linkID(_ log: borrowing WriteLog) throws -> Substring? {
    try String(contentsOfFile: "/proc/self/fdinfo/\(log.link.fileDescriptor.rawValue)", encoding: .utf8)
        .split(separator: "\n").first { $0.hasPrefix("link_id:") }
}
