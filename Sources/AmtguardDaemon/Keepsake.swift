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
    /// What did not work the last time it was tried, and why: one line.
    var problem: String? { directoryProblem ?? memoryProblem ?? stateProblem }
    private var directoryProblem: String?
    private var memoryProblem: String?
    private var stateProblem: String?

    /// Takes the lock; without it nothing here is touched.
    ///
    /// - Throws: `Taken` where another daemon holds it.
    init(below root: borrowing RootDirectory) throws(Taken) {
        let opened: RuntimeDirectory
        do {
            opened = try RuntimeDirectory(in: root, creating: true)
        } catch {
            directoryProblem = "/run/amtguard can't be used: \(error)"
            return
        }
        do {
            lock = try opened.lock("lock")
        } catch Errno.resourceTemporarilyUnavailable {
            throw Taken()
        } catch {
            directoryProblem = "/run/amtguard/lock can't be taken: \(error)"
            return
        }
        do {
            record = try opened.openRecord("memory")
        } catch {
            memoryProblem = "/run/amtguard/memory can't be used: \(error)"
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
        guard let bytes = try? record?.read() else { return Memory(scope: scope) }
        return Memory(parsing: bytes, scope: scope) ?? Memory(scope: scope)
    }

    /// Writes down what must survive the process.
    mutating func remember(_ memory: Memory) {
        do {
            if record == nil { record = try directory?.openRecord("memory") }
            try record?.write(memory.encoded)
            memoryProblem = nil
        } catch {
            memoryProblem = "/run/amtguard/memory can't be written: \(error)"
        }
    }

    /// Replaces the state file, and tries again to write down what could not be remembered.
    mutating func write(_ status: Status, _ memory: Memory) {
        if memoryProblem != nil { remember(memory) }
        do {
            try directory?.replace("state.json", with: Array("\(status.json)\n".utf8))
            stateProblem = nil
        } catch {
            stateProblem = "/run/amtguard/state.json can't be written: \(error)"
        }
    }

    /// Takes the state file away: what nobody looks after any more is no status. The memory stays.
    func withdrawStatus() {
        try? directory?.remove("state.json")
    }
}

extension Memory.Scope {
    /// This boot and this network namespace.
    static var current: Memory.Scope {
        Memory.Scope(
            boot: (try? BootID.read()) ?? "unknown", namespace: (try? NetworkNamespace.identity()) ?? "unknown")
    }
}
