import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// The files of the daemon in its runtime directory, and how it makes sure that other programs find them there.

extension Daemon {
    /// The record of the last daemon of this boot; an empty one if there is none.
    func recall() -> Memory {
        let scope = guardian.memory.scope
        do {
            return try ground.keepsake.recall(of: scope) ?? Memory(scope: scope)
        } catch {
            if !error.isOfOthers, !error.mayPass {
                warn("\(error). The ports in the list count as reserved by others, so amtguard will not remove them.")
            }
            return Memory(scope: scope)
        }
    }

    /// Checks that other programs still find the files that the daemon has open. Creates again what was deleted or
    /// replaced.
    func lookAfterKeepsake() {
        do {
            let mended = try ground.mendKeepsake()
            displacedAt = nil
            recallLate()
            if mended.isFirst || !mended.paths.isEmpty {
                ground.keepsake.remember(guardian.memory)
                ground.keepsake.write(guardian.status, guardian.memory)
                ground.outbox += mended.paths.map(Event.healed)
            }
            observe(.runtimeDirectory(problem: ground.keepsake.problem))
        } catch {
            yield()
        }
    }

    /// Reads the record of the last daemon of this boot, if it could not be read at the start.
    private func recallLate() {
        guard !ground.keepsake.isRecalled else { return }
        let scope = guardian.memory.scope.isKnown ? guardian.memory.scope : .current
        let former = try? ground.keepsake.recall(of: scope)
        observe(.record(former ?? Memory(scope: scope)))
        if ground.keepsake.isRecalled { ground.keepsake.remember(guardian.memory) }
    }

    /// Another process has the lock that other programs find. A bridge keeps it only for a repair. If the process keeps
    /// it for longer, it is a daemon: that one guards, and this one ends.
    private func yield() {
        let now = Instant.now()
        let since = displacedAt ?? now
        displacedAt = since
        guard now - since < Self.patience else { return giveWay() }
        observe(.runtimeDirectory(problem: "another process has the lock in /run/amtguard"))
        sources.survey?.arm(after: Self.patience)
    }

    /// How long a bridge may have the lock. On a busy machine it may have to wait for a processor.
    static var patience: Duration { .seconds(3) }
}
