// What wakes the daemon when a program writes the list: four rungs, of which the best available one is used.
//
// Only the highest rung, the program in the kernel, sees every write. The others see writes through the same mount of
// /proc. The audit finds a write through another mount (a container with its own pid namespace, a unit with
// ProtectProc=).

public import AmtguardCore
public import SystemPackage

/// A way of watching the list by events of its file. `ListWatch.Rung` lists them.
protocol WatchSource: Sendable {
    /// Creates a descriptor that becomes readable when the list is written.
    func open(on list: borrowing ReservedPortsList) throws(Errno) -> Descriptor
    /// Takes the waiting events of this descriptor without blocking.
    func drain(_ descriptor: borrowing Descriptor, procfs: FilePath) -> ListWatch.Drained
}

/// A pollable descriptor that becomes readable when the list is written.
public struct ListWatch: ~Copyable {
    /// A way of watching; a higher rung shows more.
    public enum Rung: Int, CaseIterable, Comparable, Sendable, CustomStringConvertible {
        /// Reports that a process wrote, this one or another.
        case inotify
        /// Also reports the writer's pid.
        case fanotify
        /// Also gives a descriptor of the process, so that a process with a reused pid is not taken for the writer.
        case fanotifyPidfd
        /// A program in the kernel reports each write before it is made, and keeps required ports in the list.
        case bpf

        /// `nil` for the program in the kernel, which is no event of a file.
        var source: (any WatchSource)? {
            switch self {
            case .bpf: nil
            case .inotify: InotifySource()
            case .fanotify: FanotifySource(withPidfd: false)
            case .fanotifyPidfd: FanotifySource(withPidfd: true)
            }
        }

        /// Its word in the core.
        public var kind: Watch.Kind {
            switch self {
            case .bpf: .bpf
            case .fanotify, .fanotifyPidfd: .fanotify
            case .inotify: .inotify
            }
        }

        /// Whether `a` shows less than `b`.
        public static func < (a: Rung, b: Rung) -> Bool { a.rawValue < b.rawValue }

        /// The word for the journal and the state file.
        public var description: String {
            switch self {
            case .inotify: "inotify"
            case .fanotify: "fanotify"
            case .fanotifyPidfd: "fanotify-pidfd"
            case .bpf: "bpf"
            }
        }
    }

    /// A rung that failed.
    public struct Refusal: Hashable, Sendable {
        /// The rung; `nil` for a group that was handed over.
        public var rung: Rung?
        /// The kernel's error. For a handed-over group: `invalidArgument` if it is not a fanotify group, `notSupported`
        /// if its type is not used, `staleNFSFileHandle` if it does not watch this list.
        public var errno: Errno?
        /// The error in words.
        public var reason: String

        init(rung: Rung?, errno: Errno) {
            (self.rung, self.errno, reason) = (rung, errno, "\(errno)")
        }

        init(rung: Rung, reason: String) {
            (self.rung, self.reason) = (rung, reason)
        }
    }

    /// No rung worked: only audits remain.
    public struct Unavailable: Error, Hashable {
        /// Each with its reason, from the top.
        public var refusals: [Refusal]
    }

    /// What a privileged process prepares for a guard without the permission.
    public struct Armed: ~Copyable {
        /// A group of fanotify that watches the list.
        public var group: Descriptor?
        /// The program in the kernel.
        public var program: WriteProgram.Armed?
        /// Why there is no program.
        public var programRefusal: String?

        /// By default nothing is prepared.
        public init(group: consuming Descriptor? = nil) { self.group = group }

        /// Loads the program, if none was handed over and none was refused.
        public mutating func loadProgram() {
            guard program == nil, programRefusal == nil else { return }
            do throws(WriteProgram.Failure) {
                program = try WriteProgram.arm(object: WriteProgram.installedObject)
            } catch {
                programRefusal = error.description
            }
        }
    }

    /// The events of the file, for all rungs but the highest.
    let events: Descriptor?
    /// The writes that the program in the kernel records.
    private var log: WriteLog?
    /// How the list is watched.
    public let rung: Rung
    /// The better rungs that failed.
    public let refusals: [Refusal]

    private init(_ events: consuming Descriptor, _ rung: Rung, refusals: [Refusal]) {
        self.events = consume events
        log = nil
        self.rung = rung
        self.refusals = refusals
    }

    private init(_ log: consuming WriteLog) {
        events = nil
        self.log = consume log
        rung = .bpf
        refusals = []
    }

    /// Readable when the list was written.
    public var descriptor: FileDescriptor {
        switch log {
        case .some(let log): return log.descriptor
        case .none: break
        }
        switch events {
        case .some(let events): return events.fileDescriptor
        case .none: preconditionFailure("a watch without anything to watch")
        }
    }

    /// Watches the list in the best available way.
    ///
    /// - Parameters:
    ///   - armed: What a privileged process prepared with `arm(_:)` and `WriteProgram.arm`; it is checked, and closed
    ///     if it does not fit.
    ///   - highest: The first rung to try.
    public static func best(
        for list: borrowing ReservedPortsList, adopting armed: consuming Armed = Armed(), atMost highest: Rung = .bpf
    ) throws(Unavailable) -> ListWatch {
        var refusals: [Refusal] = []
        if highest >= .bpf {
            let reason = armed.programRefusal
            do throws(WriteProgram.Failure) {
                return ListWatch(try WriteLog.watching(armed.program.take()))
            } catch {
                refusals.append(Refusal(rung: .bpf, reason: reason ?? error.description))
            }
        }
        if let group = armed.group.take() {
            do {
                let kind = try FanotifyGroup.inspect(group)
                try kind.require(markOn: list.file.status())
                let rung: Rung = kind.reportsPidfd ? .fanotifyPidfd : .fanotify
                if rung <= highest { return ListWatch(group, rung, refusals: refusals) }
            } catch {
                refusals.append(Refusal(rung: nil, errno: error))
            }
        }
        for rung in Rung.allCases.reversed() where rung <= highest {
            guard let source = rung.source else { continue }
            do {
                return ListWatch(try source.open(on: list), rung, refusals: refusals)
            } catch {
                refusals.append(Refusal(rung: rung, errno: error))
            }
        }
        throw Unavailable(refusals: refusals)
    }

    /// Opens and marks a group of fanotify for a process without the permission. The group still reports pids to a
    /// process without any capability.
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

// Functions of the highest rung only.

extension ListWatch {
    /// The writes since `settle()`; `nil` on a rung that does not show what was written.
    public mutating func wishes() -> Wishes? { log?.wishes() }

    /// Forgets what the last `wishes()` returned.
    public mutating func settle() { log?.settle() }

    /// Makes the program work for this process: only one guard at a time may call this.
    public func guardNow() {
        switch log {
        // /proc/self/ns/net always exists.
        case .some(let log): log.guardNow(in: (try? NetworkNamespace.inode()) ?? 0)
        case .none: break
        }
    }

    /// Whether other programs have written since the last `wishes()`, so that the program refuses to replace the list.
    public var isOutdated: Bool {
        switch log {
        case .some(let log): log.isOutdated
        case .none: false
        }
    }

    /// Sets whether required ports stay in the list when other programs replace it.
    public func prevent(_ isOn: Bool) {
        switch log {
        case .some(let log): log.prevent(isOn)
        case .none: break
        }
    }
}

extension WriteLog {
    fileprivate static func watching(_ armed: consuming WriteProgram.Armed?) throws(WriteProgram.Failure) -> WriteLog {
        guard let armed else { throw WriteProgram.Failure(description: "no program in the kernel was handed over") }
        do throws(Errno) {
            return try WriteLog(adopting: armed)
        } catch {
            throw WriteProgram.Failure(description: "what was handed over is not the program on writes: \(error)")
        }
    }
}
