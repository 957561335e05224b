import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// What the daemon keeps in its runtime directory, and that others find it there.

extension Daemon {
    /// What the last daemon of this boot wrote down; a memory of nothing where it did not.
    func recall() -> Memory {
        let scope = guardian.memory.scope
        do {
            return try keepsake.recall(of: scope) ?? Memory(scope: scope)
        } catch {
            if !error.isOfOthers, !error.mayPass {
                warn("\(error). What is in the list already counts as reserved by others, and will not be taken out.")
            }
            return Memory(scope: scope)
        }
    }

    /// Looks whether the runtime directory is still what others find, and makes anew what was deleted or replaced.
    func lookAfterKeepsake() {
        do {
            let mended = try keepsake.mend(below: root)
            displacedAt = nil
            recallLate()
            if mended.isFirst || !mended.paths.isEmpty {
                keepsake.remember(guardian.memory)
                keepsake.write(guardian.status, guardian.memory)
                outbox += mended.paths.map(Event.healed)
            }
            observe(.runtimeDirectory(problem: keepsake.problem))
        } catch {
            yield()
        }
    }

    /// Takes over what the last daemon of this boot wrote down, where that could not be read at the start.
    private func recallLate() {
        guard !keepsake.isRecalled else { return }
        let scope = guardian.memory.scope.isKnown ? guardian.memory.scope : .current
        let former = try? keepsake.recall(of: scope)
        observe(.record(former ?? Memory(scope: scope)))
        if keepsake.isRecalled { keepsake.remember(guardian.memory) }
    }

    /// Another process has the lock that others find. A bridge has it for the length of a repair, and a daemon for good:
    /// then that one guards, and we end.
    private func yield() {
        let now = Instant.now()
        let since = displacedAt ?? now
        displacedAt = since
        guard now - since < Self.patience else { return giveWay() }
        observe(.runtimeDirectory(problem: "another process has the lock in /run/amtguard"))
        sources.survey?.arm(after: Self.patience)
    }

    /// How long a bridge may have the lock: on a busy machine it may wait for a processor.
    static var patience: Duration { .seconds(3) }
}
