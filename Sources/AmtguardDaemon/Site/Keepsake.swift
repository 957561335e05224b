import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The runtime directory as the daemon uses it: the lock, the memory and the state file.
///
/// Each operation may fail, and the guard continues; `problem` says what failed.
struct Keepsake: ~Copyable {
    /// Another daemon holds the lock.
    struct Taken: Error {}

    static var path: FilePath { "/run/amtguard" }
    static let (lockName, memoryName, stateName, probeName) = ("lock", "memory", "state.json", "probe")

    /// `nil` also if another process has the lock: a process without the lock writes nothing here.
    var directory: RuntimeDirectory?
    var lock: Descriptor?
    var record: Record?
    /// The state file that was written last.
    var state: FileIdentity?
    /// The last probe, and the file that has it.
    var probe: (bytes: [UInt8], file: FileIdentity?)?
    /// Whether the state file was found missing or replaced.
    var lostState = false
    /// Whether the record of a former daemon has been read.
    private(set) var isRecalled = false
    /// What failed at the last attempt, and why, by file.
    private var problems: [String: String] = [:]

    /// One of the problems, in one line; `nil` if there is none.
    var problem: String? {
        problems.min { $0.key < $1.key }.map { "/run/amtguard\($0.key) can't be used: \($0.value)" }
    }

    /// Without files: nothing is remembered, and nothing written.
    init() {}

    /// Takes the lock. Without it nothing here is touched.
    ///
    /// - Parameters:
    ///   - creating: Whether missing files are created. If not, the memory is empty.
    ///   - patience: How long to try: the stand-in has the lock for the length of a repair.
    /// - Throws: `Taken` if another daemon holds it.
    init(
        below root: borrowing RootDirectory, creating: Bool = true, patience: Duration = .milliseconds(100)
    ) throws(Taken) {
        try open(below: root, creating: creating, patience: patience)
    }

    /// Opens the files that are not open. Without the lock it opens none.
    mutating func open(below root: borrowing RootDirectory, creating: Bool, patience: Duration) throws(Taken) {
        let opened: RuntimeDirectory
        do throws(Errno) {
            if let held = directory.take() {
                opened = held
            } else {
                opened = try RuntimeDirectory(in: root, path: Self.path, creating: creating)
            }
            problems[""] = nil
        } catch .noSuchFileOrDirectory where !creating {
            return
        } catch {
            problems[""] = "\(error)"
            return
        }
        do throws(Errno) {
            if !isLocked { lock = try opened.lock(Self.lockName, creating: creating, patience: patience) }
            problems["/lock"] = nil
        } catch .noSuchFileOrDirectory where !creating {
            return
        } catch .resourceTemporarilyUnavailable {
            throw Taken()
        } catch {
            // The directory belongs to another user, whose daemon runs: this is a container's guard, and that is the
            // package's. Any user can hold the memory; only a daemon writes a state file at each audit, and removes it
            // at its end.
            let age = opened.age(of: Self.stateName)
            if error == .permissionDenied, opened.isHeld(Self.memoryName) == true, let age, age < Self.longestAudits {
                throw Taken()
            }
            problems["/lock"] = "\(error)"
            return
        }
        do throws(Errno) {
            if !hasRecord { record = try opened.openRecord(Self.memoryName, creating: creating) }
            problems["/memory"] = nil
        } catch .noSuchFileOrDirectory where !creating {
            return
        } catch {
            problems["/memory"] = "\(error)"
        }
        directory = consume opened
    }

    private static let longestAudits = ConfigurationKey.longestAudit * 2
    private static let noScope = "the id of this boot, or the network namespace, can't be read in /proc"

    /// Whether the lock shows that no other daemon runs here.
    var isLocked: Bool {
        switch lock {
        case .some: true
        case .none: false
        }
    }

    var hasRecord: Bool {
        switch record {
        case .some: true
        case .none: false
        }
    }

    /// The record of the last daemon; `nil` if there is none.
    ///
    /// - Throws: `Unusable` if it is not of this boot and network namespace, or can't be understood.
    func memory(of scope: Memory.Scope) throws(Unusable) -> Memory? {
        let bytes: [UInt8]
        do {
            bytes = try record?.read() ?? []
        } catch {
            throw Unusable("\(error)", mayPass: error.mayPass)
        }
        guard !bytes.isEmpty else { return nil }
        guard scope.isKnown else { throw Unusable(Self.noScope, mayPass: true) }
        guard let memory = Memory(parsing: bytes) else {
            throw Unusable("its content can't be understood")
        }
        guard memory.scope == scope else {
            throw Unusable("it is of another boot, or of another network namespace", isOfOthers: true)
        }
        return memory
    }

    /// A record that says nothing about this boot; one line.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
        /// Whether the record is of another boot or namespace. Then there is nothing of this boot to lose.
        let isOfOthers: Bool
        /// Whether another attempt may succeed.
        let mayPass: Bool

        fileprivate init(_ reason: String, isOfOthers: Bool = false, mayPass: Bool = false) {
            description = "/run/amtguard/memory: \(reason)"
            self.isOfOthers = isOfOthers
            self.mayPass = mayPass
        }
    }

    /// As `memory(of:)`, for a process that will write the record; `nil` also if the record is not open.
    mutating func recall(of scope: Memory.Scope) throws(Unusable) -> Memory? {
        do {
            let memory = try memory(of: scope)
            isRecalled = hasRecord && scope.isKnown
            return memory
        } catch {
            isRecalled = !error.mayPass
            throw error
        }
    }

    /// Records what must outlive the process.
    mutating func remember(_ memory: Memory) {
        guard directory != nil else { return }
        // The record of a former daemon has not been read yet. Only a record that owns ports may replace it.
        guard isRecalled || !memory.ownership.possible.isEmpty else { return }
        // Without the boot id and the namespace, a later daemon could not tell this record from one of another boot.
        // Such a record must not replace an earlier one.
        guard memory.scope.isKnown else {
            problems["/memory"] = Self.noScope
            return
        }
        note("/memory") { (keepsake) throws(Errno) in
            if keepsake.record == nil { keepsake.record = try keepsake.directory?.openRecord(Self.memoryName) }
            try keepsake.record?.write(memory.encoded)
        }
    }

    /// The last probe that was reported in this boot.
    mutating func recallProbe(in scope: Memory.Scope) -> ProbeRecord? {
        guard let bytes = try? directory?.read(Self.probeName, atMost: ProbeRecord.sizeLimit),
            let record = ProbeRecord(parsing: bytes, scope: scope)
        else { return nil }
        probe = (bytes, try? directory?.identity(of: Self.probeName))
        return record
    }

    /// Records a probe. If that fails, each audit tries again.
    mutating func remember(_ record: ProbeRecord, in scope: Memory.Scope) {
        writeProbe(Array(record.encoded(in: scope).utf8))
    }

    mutating func writeProbe(_ bytes: [UInt8]) {
        probe = (bytes, try? directory?.replace(Self.probeName, with: bytes))
    }

    /// Replaces the state file, and tries again to record what could not be recorded.
    mutating func write(_ status: Status, _ memory: Memory) {
        guard directory != nil else { return }
        if problems["/memory"] != nil { remember(memory) }
        if isStateLost { lostState = true }
        note("/state.json") { (keepsake) throws(Errno) in
            keepsake.state = try keepsake.directory?.replace(
                Self.stateName, with: Array("\(status.json)\n".utf8))
        }
    }

    /// Removes the state file, because no daemon keeps it current. The memory stays.
    func withdrawStatus() {
        try? directory?.remove(Self.stateName)
    }

    private mutating func note(_ name: String, _ body: (inout Keepsake) throws(Errno) -> Void) {
        do {
            try body(&self)
            problems[name] = nil
        } catch {
            problems[name] = "\(error)"
        }
    }
}

extension Memory.Scope {
    /// This boot and this network namespace.
    static var current: Memory.Scope { current(boot: nil) }

    /// As `current`, with the boot's id from another mount of procfs: the machine's, if the unit has a mount of its
    /// own.
    static func current(boot file: consuming Descriptor?) -> Memory.Scope {
        var boot: String?
        if let file { boot = try? BootID.read(from: file) }
        return Memory.Scope(
            boot: boot ?? (try? BootID.read()) ?? unknown, namespace: (try? NetworkNamespace.identity()) ?? unknown)
    }
}
