public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

extension ListWatch {
    /// The content of the events, read until there were none or the limit was reached.
    public struct Drained: Hashable, Sendable {
        /// There was no event; otherwise *look again*.
        public var isEmpty = true
        /// Events were lost: the list was written more often than this shows.
        public var overflowed = false
        /// There may be more: the descriptor stays readable.
        public var isPartial = false
        /// Events of this process. Always 0 with inotify, which cannot tell our own writes from others'.
        public var own = 0
        /// Events of other processes. Always 0 with inotify. The kernel merges waiting events of one writer.
        public var foreign = 0
        /// The writers, each once, in order, at most eight. A process outside of our pid namespace has no pid here.
        public var writers: [Writer] = []
        /// A reading that failed: its event is lost.
        public var failure: Errno?

        /// Without events.
        public init() {}

        /// Whether other programs may have written. inotify also shows our own writes and does not tell them apart.
        public var showsOthers: Bool { foreign > 0 || overflowed || failure != nil }
    }

    /// 1 KiB holds 32 events, hence at most 64 open descriptors at a time, of the 1,024 that a process may have.
    private static var readLength: Int { 1_024 }
    private static var rounds: Int { 32 }
    private static var mostWriters: Int { 8 }

    /// Reads the waiting events without blocking, and finds out which processes wrote.
    ///
    /// Naming a writer takes some 60 µs, a repair 7: repair first, then drain, and our own write is drained with the
    /// rest. The corresponding C function is `read`.
    public borrowing func drain(procfs: FilePath = "/proc") -> Drained {
        var drained = Drained()
        var buffer = [UInt8](repeating: 0, count: Self.readLength)
        let number = descriptor.number
        for _ in 0..<Self.rounds {
            do {
                let count = try valueOrErrno {
                    unsafe buffer.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
                }
                guard count > 0 else { return drained }
                drained.isEmpty = false
                if rung == .inotify {
                    drained.overflowed = drained.overflowed || Self.tellsOverflow(inotify: buffer[..<count])
                } else {
                    take(buffer[..<count], procfs: procfs, into: &drained)
                }
            } catch .resourceTemporarilyUnavailable {
                return drained
            } catch {
                // fanotify opens a descriptor for each event; if it can't (EMFILE), that event is lost all the same.
                drained.isEmpty = false
                drained.failure = error
            }
        }
        drained.isPartial = true
        return drained
    }

    private borrowing func take(_ bytes: ArraySlice<UInt8>, procfs: FilePath, into drained: inout Drained) {
        let (events, isWhole) = FanotifyEvent.parse(bytes)
        if !isWhole { drained.failure = .badMessage }
        let own = getpid()
        for event in events {
            if let file = event.file { _ = Descriptor(owning: file) }
            if event.isOverflow {
                drained.overflowed = true
                continue
            }
            drained.own += event.pid == own ? 1 : 0
            drained.foreign += event.pid == own ? 0 : 1
            if case .pidfd(let number) = event.process {
                let pidfd = Descriptor(owning: number)
                note(event.pid, besides: own, into: &drained) { pid in
                    WriterLookup(procfs: procfs).writer(pid, confirmedBy: pidfd.fileDescriptor)
                }
            } else {
                // Without a pidfd nothing proves that /proc/PID is still the same process.
                note(event.pid, besides: own, into: &drained) { pid in Writer(pid: pid) }
            }
        }
    }

    private borrowing func note(
        _ pid: pid_t, besides own: pid_t, into drained: inout Drained, _ writer: (pid_t) -> Writer
    ) {
        guard pid != own, pid > 0, drained.writers.count < Self.mostWriters,
            !drained.writers.contains(where: { $0.pid == pid })
        else { return }
        drained.writers.append(writer(pid))
    }

    /// `struct inotify_event`: wd s32, mask u32, cookie u32, len u32, and a name, which a watch on a file never has.
    static func tellsOverflow(inotify bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let mask = rest.native(UInt32.self, at: 4), let length = rest.native(UInt32.self, at: 12) {
            if mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
            guard Int(length) <= rest.count - 16 else { return false }
            rest = rest.dropFirst(16 + Int(length))
        }
        return false
    }
}

extension ListWatch {
    /// Whether events wait to be drained. The corresponding C function is `poll`.
    public var hasEvents: Bool {
        var wanted = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&wanted, 1, 0) > 0
    }
}
