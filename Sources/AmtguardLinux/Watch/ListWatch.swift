// What wakes the daemon when a program writes the list: a ladder of three, the best that this machine allows.
//
// All three see only writes through the same mount of /proc. No rung shows a write through another mount (a container
// with its own pid namespace, a unit with ProtectProc=): the audit finds it.

public import AmtguardCore
public import SystemPackage

/// A way of watching the list. `ListWatch.Rung` is the table of them.
protocol WatchSource: Sendable {
    /// Its word in the core.
    var kind: Watch.Kind { get }
    /// Makes a descriptor that becomes readable when the list is written.
    func open(on list: borrowing ReservedPortsList) throws(Errno) -> Descriptor
    /// Takes the waiting events of this descriptor without blocking.
    func drain(_ descriptor: borrowing Descriptor, procfs: FilePath) -> ListWatch.Drained
}

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

        var source: any WatchSource {
            switch self {
            case .inotify: InotifySource()
            case .fanotify: FanotifySource(withPidfd: false)
            case .fanotifyPidfd: FanotifySource(withPidfd: true)
            }
        }

        /// Its word in the core.
        public var kind: Watch.Kind { source.kind }

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
                return ListWatch(try rung.source.open(on: list), rung, refusals: refusals)
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
            return try FanotifySource(withPidfd: true).open(on: list)
        } catch Errno.invalidArgument {  // before Linux 5.15
            return try FanotifySource(withPidfd: false).open(on: list)
        }
    }
}
