import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The runtime directory as the daemon uses it: the lock, the memory and the state file.
///
/// All of it may fail, and the guard goes on; `problem` says what.
struct Keepsake: ~Copyable {
    /// Another daemon holds the lock.
    struct Taken: Error {}

    private var directory: RuntimeDirectory?
    private var lock: Descriptor?
    private var record: Record?
    /// What did not work the last time it was tried, and why, by the file.
    private var problems: [String: String] = [:]

    /// One of them: one line; `nil` where all works.
    var problem: String? {
        problems.min { $0.key < $1.key }.map { "/run/amtguard\($0.key) can't be used: \($0.value)" }
    }

    /// None: nothing is remembered, and nothing written.
    init() {}

    /// Takes the lock; without it nothing here is touched.
    ///
    /// - Parameters:
    ///   - creating: Whether what is missing is made; else it is as if nothing had been remembered.
    ///   - patience: How long it is tried: a bridge has the lock for the length of a repair.
    /// - Throws: `Taken` where another daemon holds it.
    init(
        below root: borrowing RootDirectory, creating: Bool = true, patience: Duration = .milliseconds(100)
    ) throws(Taken) {
        let opened: RuntimeDirectory
        do {
            opened = try RuntimeDirectory(in: root, creating: creating)
        } catch Errno.noSuchFileOrDirectory where !creating {
            return
        } catch {
            problems[""] = "\(error)"
            return
        }
        do {
            lock = try opened.lock("lock", creating: creating, patience: patience)
        } catch Errno.noSuchFileOrDirectory where !creating {
            return
        } catch Errno.resourceTemporarilyUnavailable {
            throw Taken()
        } catch {
            problems["/lock"] = "\(error)"
            return
        }
        do {
            record = try opened.openRecord("memory", creating: creating)
        } catch Errno.noSuchFileOrDirectory where !creating {
            return
        } catch {
            problems["/memory"] = "\(error)"
        }
        directory = consume opened
    }

    /// Whether the lock shows that no other daemon runs here.
    var isLocked: Bool {
        switch lock {
        case .some: true
        case .none: false
        }
    }

    /// What the last daemon of this boot wrote down; a memory of nothing where it did not.
    func recall(in scope: Memory.Scope) -> Memory {
        (try? memory(of: scope)) ?? Memory(scope: scope)
    }

    /// What the last daemon wrote down; `nil` where none has.
    ///
    /// - Throws: `Unusable` for what is not of this boot and network namespace, or can't be understood.
    func memory(of scope: Memory.Scope) throws(Unusable) -> Memory? {
        let bytes: [UInt8]
        do {
            bytes = try record?.read() ?? []
        } catch {
            throw Unusable(description: "/run/amtguard/memory: \(error)")
        }
        guard !bytes.isEmpty else { return nil }
        guard let memory = Memory(parsing: bytes) else {
            throw Unusable(description: "/run/amtguard/memory: it can't be understood")
        }
        guard memory.scope == scope else {
            throw Unusable(
                description: "/run/amtguard/memory: it is of another boot, or of another network namespace")
        }
        return memory
    }

    /// A record that says nothing of this boot; one line.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    /// Writes down what must survive the process.
    mutating func remember(_ memory: Memory) {
        guard directory != nil else { return }
        note("/memory") { (keepsake) throws(Errno) in
            if keepsake.record == nil { keepsake.record = try keepsake.directory?.openRecord("memory") }
            try keepsake.record?.write(memory.encoded)
        }
    }

    /// The last probe that was told of in this boot.
    func recallProbe(in scope: Memory.Scope) -> ProbeRecord? {
        guard let bytes = try? directory?.read("probe", atMost: ProbeRecord.sizeLimit) else { return nil }
        return ProbeRecord(parsing: bytes, scope: scope)
    }

    /// Writes down a probe. Where that fails, a restart forgets it, and nothing else.
    func remember(_ probe: ProbeRecord, in scope: Memory.Scope) {
        try? directory?.replace("probe", with: Array(probe.encoded(in: scope).utf8))
    }

    /// Replaces the state file, and tries again to write down what could not be remembered.
    mutating func write(_ status: Status, _ memory: Memory) {
        guard directory != nil else { return }
        if problems["/memory"] != nil { remember(memory) }
        note("/state.json") { (keepsake) throws(Errno) in
            try keepsake.directory?.replace("state.json", with: Array("\(status.json)\n".utf8))
        }
    }

    /// Takes the state file away: what nobody looks after any more is no status. The memory stays.
    func withdrawStatus() {
        try? directory?.remove("state.json")
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

    /// The same, by the boot's id as another mount of procfs says it: the machine's, where the unit has one of its own.
    static func current(boot file: consuming Descriptor?) -> Memory.Scope {
        var boot: String?
        if let file { boot = try? BootID.read(from: file) }
        return Memory.Scope(
            boot: boot ?? (try? BootID.read()) ?? "unknown", namespace: (try? NetworkNamespace.identity()) ?? "unknown")
    }
}
