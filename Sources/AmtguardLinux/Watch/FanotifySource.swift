import AmtguardCore
import CLinux
import Glibc
import SystemPackage

/// fanotify on the list: it also reports the pid of each writer, and `withPidfd` a descriptor of the process.
///
/// Uses FAN_CLASS_NOTIF without file handles: before about 6.7 procfs has none, so marking fails with EOPNOTSUPP, and a
/// group with file handles reports pid 0 from within a user namespace.
struct FanotifySource: WatchSource {
    var withPidfd: Bool
    /// Makes a group and marks the held list; needs CAP_SYS_ADMIN in the first user namespace.
    ///
    /// The queue keeps its limit of 16,384 events: an event only means *look again*, and so does an overflow.
    /// The corresponding C functions are `fanotify_init` and `fanotify_mark`.
    func open(on list: borrowing ReservedPortsList) throws(Errno) -> Descriptor {
        let flags = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | (withPidfd ? FAN_REPORT_PIDFD : 0)
        let group = Descriptor(
            owning: try valueOrErrno { fanotify_init(UInt32(flags), UInt32(O_RDONLY | O_CLOEXEC | O_LARGEFILE)) })
        let held = list.file.number
        // Without a name the open file itself is marked, so that no process can replace it.
        try valueOrErrno { fanotify_mark(group.number, UInt32(FAN_MARK_ADD), UInt64(FAN_MODIFY), held, nil) }
        return group
    }

    func drain(_ descriptor: borrowing Descriptor, procfs: FilePath) -> ListWatch.Drained {
        let own = getpid()
        return ListWatch.Drained(reading: descriptor) { bytes, drained in
            let (events, isWhole) = FanotifyEvent.parse(bytes)
            if !isWhole { drained.failure = .badMessage }
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
    }

    private static var mostWriters: Int { 8 }

    private func note(
        _ pid: pid_t, besides own: pid_t, into drained: inout ListWatch.Drained, _ writer: (pid_t) -> Writer
    ) {
        guard pid != own, pid > 0, drained.writers.count < Self.mostWriters,
            !drained.writers.contains(where: { $0.pid == pid })
        else { return }
        drained.writers.append(writer(pid))
    }
}
