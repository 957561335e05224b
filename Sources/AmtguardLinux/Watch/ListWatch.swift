// What wakes the daemon when a program writes the list: a ladder of three, the best that this machine allows.
//
// All three see only writes through the same mount of /proc. No rung shows a write through another mount (a container
// with its own pid namespace, a unit with ProtectProc=): the audit finds it.

import CLinux
import Glibc
public import SystemPackage

/// A pollable descriptor that becomes readable when the list is written.
public struct ListWatch: ~Copyable {
    /// A way of watching; a higher one shows more.
    public enum Rung: Int, CaseIterable, Comparable, Sendable, CustomStringConvertible {
        /// Shows that a process wrote, ours or another.
        case inotify
        /// Also shows its pid.
        case fanotify
        /// Also gives a descriptor of the process, so that a process that got a reused pid is not blamed.
        case fanotifyPidfd

        /// Whether `a` shows less than `b`.
        public static func < (a: Rung, b: Rung) -> Bool { a.rawValue < b.rawValue }

        /// The word for the journal and the state file.
        public var description: String {
            switch self {
            case .inotify: "inotify"
            case .fanotify: "fanotify"
            case .fanotifyPidfd: "fanotify-pidfd"
            }
        }
    }

    /// A rung that failed.
    public struct Refusal: Hashable, Sendable {
        /// The rung; `nil` for a group that was handed over.
        public var rung: Rung?
        /// The kernel's error. For a handed-over group: `invalidArgument` if it is not a fanotify group, `notSupported`
        /// if its type is not used, `staleNFSFileHandle` if it does not watch this list.
        public var errno: Errno
    }

    /// No rung worked: only audits are left.
    public struct Unavailable: Error, Hashable {
        /// Each with its reason, from the top.
        public var refusals: [Refusal]
    }

    /// The descriptor that `drain` reads.
    public let descriptor: Descriptor
    /// How the list is watched.
    public let rung: Rung
    /// The better ways that failed.
    public let refusals: [Refusal]

    private init(_ descriptor: consuming Descriptor, _ rung: Rung, refusals: [Refusal]) {
        self.descriptor = descriptor
        self.rung = rung
        self.refusals = refusals
    }

    /// Watches the list in the best available way.
    ///
    /// - Parameters:
    ///   - armed: A group that a privileged process opened with `arm(_:)`; it is checked, and closed if it does not
    ///     fit.
    ///   - highest: The first rung to try.
    public static func best(
        for list: borrowing ReservedPortsList, adopting armed: consuming Descriptor? = nil,
        atMost highest: Rung = .fanotifyPidfd
    ) throws(Unavailable) -> ListWatch {
        var refusals: [Refusal] = []
        if let armed {
            do {
                let group = try FanotifyGroup.inspect(armed)
                try group.require(markOn: list.file.status())
                let rung: Rung = group.reportsPidfd ? .fanotifyPidfd : .fanotify
                if rung <= highest { return ListWatch(armed, rung, refusals: []) }
            } catch {
                refusals.append(Refusal(rung: nil, errno: error))
            }
        }
        for rung in Rung.allCases.reversed() where rung <= highest {
            do {
                let descriptor =
                    switch rung {
                    case .fanotifyPidfd: try FanotifyGroup.make(on: list, withPidfd: true)
                    case .fanotify: try FanotifyGroup.make(on: list, withPidfd: false)
                    case .inotify: try inotify(on: list)
                    }
                return ListWatch(descriptor, rung, refusals: refusals)
            } catch {
                refusals.append(Refusal(rung: rung, errno: error))
            }
        }
        throw Unavailable(refusals: refusals)
    }

    /// Opens and marks a group for a process that lacks the right. The group still names pids to a process without any
    /// capability.
    ///
    /// The corresponding C functions are `fanotify_init` and `fanotify_mark`.
    public static func arm(_ list: borrowing ReservedPortsList) throws(Errno) -> Descriptor {
        do {
            return try FanotifyGroup.make(on: list, withPidfd: true)
        } catch Errno.invalidArgument {  // before Linux 5.15
            return try FanotifyGroup.make(on: list, withPidfd: false)
        }
    }

    /// The corresponding C functions are `inotify_init1` and `inotify_add_watch`.
    private static func inotify(on list: borrowing ReservedPortsList) throws(Errno) -> Descriptor {
        let descriptor = Descriptor(owning: try valueOrErrno { inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC)) })
        let path = "/proc/self/fd/\(list.file.number)"
        try valueOrErrno { unsafe inotify_add_watch(descriptor.number, path, UInt32(IN_MODIFY)) }
        return descriptor
    }
}
