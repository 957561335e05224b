import AmtguardCore
import CLinux
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

private let write = "echo 5000 > \(ReservedPortsList.path)"

@Suite("The watch on the list", .enabled(if: isRoot, needsRoot))
struct ListWatchTests {
    @Test(arguments: ListWatch.Rung.allCases.filter { $0 != .bpf })
    func `each rung wakes for another's write and for our own`(_ rung: ListWatch.Rung) throws {
        try inPrivateNetwork {
            let list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list, atMost: rung)
            let number = watch.descriptor.rawValue
            let held = watch.rung
            let refusals = watch.refusals
            #expect(held == rung && refusals.isEmpty)
            #expect(!isReadable(number))
            let nothing = watch.drain()
            #expect(nothing == ListWatch.Drained())

            let pid = try shell(write)
            #expect(isReadable(number))
            let foreign = watch.drain()
            #expect(!foreign.isEmpty && !foreign.overflowed && !foreign.isPartial && foreign.failure == nil)
            #expect(foreign.writers.map(\.pid) == (rung == .inotify ? [] : [pid]))
            #expect(foreign.foreign == (rung == .inotify ? 0 : 1))
            #expect(!isReadable(number))

            try list.add(PortSet(623...623))
            #expect(isReadable(number))
            let own = watch.drain()
            #expect(!own.isEmpty && own.writers.isEmpty && own.foreign == 0)
            #expect(own.own == (rung == .inotify ? 0 : 1))
            let rest = watch.drain()
            #expect(rest == ListWatch.Drained())
        }
    }

    @Test func `a writer that lives on is named, and one that was reaped is a pid alone`() throws {
        let (alive, reaped) = try inPrivateNetwork {
            let list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list)
            let pid = try spawn(write + "; echo written; read line")
            defer { pid.finish() }
            try pid.waitForLine()
            let alive = watch.drain().writers
            try shell(write)
            return (alive, watch.drain().writers)
        }
        #expect(alive.count == 1 && alive.first?.command == "sh")
        #expect(reaped.count == 1 && reaped.first?.command == nil && reaped.first?.unit == nil)
    }

    @Test func `a writer that ended and waits to be reaped is still named`() throws {
        let writers = try inPrivateNetwork {
            let list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list)
            let writer = try spawn(write)
            writer.waitForEnd()
            defer { writer.finish() }
            return watch.drain().writers
        }
        #expect(writers.map(\.command) == ["sh"])
    }

    @Test func `a pid without proof stays a pid`() throws {
        let writers = try inPrivateNetwork {
            let list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list, atMost: .fanotify)
            let writer = try spawn(write + "; echo written; read line")
            defer { writer.finish() }
            try writer.waitForLine()
            return watch.drain().writers
        }
        #expect(writers.count == 1 && writers.first?.command == nil)
    }

    @Test func `of twenty writers eight are named and all are counted, and no descriptor stays open`() throws {
        let (drained, before, after) = try inPrivateNetwork {
            let list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list)
            // This thread gets its own descriptor table, because other tests open and close descriptors at the same
            // time.
            guard unshare(CLONE_FILES) == 0 else { throw PrivateNetworkError.unshare(errno) }
            let before = highestDescriptor()
            for _ in 0..<20 { try shell(write) }
            let drained = watch.drain()
            return (drained, before, highestDescriptor())
        }
        #expect(drained.writers.count == 8 && drained.foreign == 20)
        #expect(before == after)
    }

    @Test func `a group armed elsewhere is adopted on the rung that it is made for`() throws {
        try inPrivateNetwork {
            let list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list, adopting: ListWatch.Armed(group: ListWatch.arm(list)))
            let rung = watch.rung
            #expect(rung == .fanotifyPidfd)
            let pid = try shell(write)
            let drained = watch.drain()
            #expect(drained.writers.map(\.pid) == [pid])

            let plain = try FanotifySource(withPidfd: false).open(on: list)
            let lower = try ListWatch.best(for: list, adopting: ListWatch.Armed(group: plain))
            let lowerRung = lower.rung
            #expect(lowerRung == .fanotify)
        }
    }

    @Test func `an armed group that blocks is made not to`() throws {
        try inPrivateNetwork {
            let list = try ReservedPortsList()
            let group = try ListWatch.arm(list)
            _ = fcntl(group.number, F_SETFL, 0)
            let watch = try ListWatch.best(for: list, adopting: ListWatch.Armed(group: group))
            let drained = watch.drain()
            #expect(drained.isEmpty)
        }
    }

    @Test func `what is handed over and does not fit is refused with a reason`() throws {
        let reasons = try inPrivateNetwork {
            let list = try ReservedPortsList()
            let other = try ReservedPortsList(path: "/proc/sys/net/ipv4/ip_local_port_range")
            func reason(_ descriptor: consuming Descriptor) throws -> Errno? {
                let watch = try ListWatch.best(
                    for: list, adopting: ListWatch.Armed(group: descriptor), atMost: .fanotifyPidfd)
                let rung = watch.rung
                #expect(rung == .fanotifyPidfd, "the next rung is taken by itself")
                let refusals = watch.refusals
                #expect(refusals.count == 1 && refusals.first?.rung == nil)
                return refusals.first?.errno
            }
            let handles = FAN_CLASS_NOTIF | FAN_REPORT_FID
            return [
                try reason(Descriptor(owning: dup(list.fileDescriptor.rawValue))),
                try reason(ListWatch.arm(other)),
                try reason(Descriptor(owning: fanotify_init(UInt32(handles), UInt32(O_RDONLY)))),
                try reason(Descriptor(owning: fanotify_init(UInt32(FAN_CLASS_CONTENT), UInt32(O_RDONLY)))),
            ]
        }
        #expect(reasons == [.invalidArgument, .staleNFSFileHandle, .notSupported, .notSupported])
    }

    @Test func `a process without capabilities gets inotify, and the reason`() throws {
        let (rung, refusals) = try inPrivateNetwork {
            let list = try ReservedPortsList()
            try dropCapabilities()
            let watch = try ListWatch.best(for: list)
            return (watch.rung, watch.refusals)
        }
        #expect(rung == .inotify)
        #expect(refusals.map(\.rung) == [.bpf, .fanotifyPidfd, .fanotify])
        #expect(refusals.dropFirst().allSatisfy { $0.errno == .notPermitted })
    }

    @Test(arguments: ListWatch.Rung.allCases.filter { $0 != .bpf })
    func `a write through another mount of proc is silent`(_ rung: ListWatch.Rung) throws {
        let (isWoken, ports) = try inPrivateNetwork {
            var list = try ReservedPortsList()
            let watch = try ListWatch.best(for: list, atMost: rung)
            try shell("unshare -m -p --fork --mount-proc sh -c '\(write)'")
            return (isReadable(watch.descriptor.rawValue), try list.read())
        }
        #expect(!isWoken, "what the audit is for")
        #expect(ports == PortSet(5_000...5_000))
    }
}

func isReadable(_ number: CInt) -> Bool {
    var poller = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&poller, 1, 50) == 1
}

/// The next descriptor that an open would get.
private func highestDescriptor() -> CInt {
    let number = dup(0)
    close(number)
    return number
}
