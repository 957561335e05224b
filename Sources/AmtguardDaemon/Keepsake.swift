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
    private(set) var problem: String?

    /// Takes the lock; without it nothing here is touched.
    ///
    /// - Throws: `Taken` where another daemon holds it.
    init(below root: borrowing RootDirectory) throws(Taken) {
        let opened: RuntimeDirectory
        do {
            opened = try RuntimeDirectory(in: root, creating: true)
        } catch {
            problem = "/run/amtguard can't be used: \(error)"
            return
        }
        do {
            lock = try opened.lock("lock")
        } catch Errno.resourceTemporarilyUnavailable {
            throw Taken()
        } catch {
            problem = "/run/amtguard/lock can't be taken: \(error)"
            return
        }
        do {
            record = try opened.openRecord("memory")
        } catch {
            problem = "/run/amtguard/memory can't be used: \(error)"
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
        note("memory") { (keepsake) throws(Errno) in try keepsake.record?.write(memory.encoded) }
    }

    /// Replaces the state file.
    mutating func write(_ status: Status) {
        note("state.json") { (keepsake) throws(Errno) in
            try keepsake.directory?.replace("state.json", with: Array("\(status.json)\n".utf8))
        }
    }

    private mutating func note(_ name: String, _ body: (inout Keepsake) throws(Errno) -> Void) {
        guard directory != nil else { return }
        do {
            try body(&self)
            problem = nil
        } catch {
            problem = "/run/amtguard/\(name) can't be written: \(error)"
        }
    }
}

extension Memory.Scope {
    /// This boot and this network namespace.
    static var current: Memory.Scope {
        Memory.Scope(
            boot: (try? BootID.read()) ?? "unknown", namespace: (try? NetworkNamespace.identity()) ?? "unknown")
    }
}
