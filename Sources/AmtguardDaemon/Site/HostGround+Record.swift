import AmtguardCore
import AmtguardLinux

// The record that outlives the daemon, and the lock: only one daemon guards a network namespace.

extension HostGround {
    /// How long to wait for the stand-in's lock. A repair takes microseconds, but on a busy machine the stand-in may
    /// wait for a processor. A daemon that gave up would start again only a second later.
    static var patience: Duration { .seconds(3) }

    /// Whether the lock shows that no other daemon runs here.
    var isLocked: Bool { keepsake.isLocked }

    /// Takes the lock, and opens the files of the record.
    mutating func openKeepsake() throws(Keepsake.Taken) {
        keepsake = try Keepsake(below: root, patience: Self.patience)
    }

    /// The record of the last daemon of this boot; an empty one if there is none.
    mutating func recall(of scope: Memory.Scope, telling teller: Teller) -> Memory {
        do {
            return try keepsake.recall(of: scope) ?? Memory(scope: scope)
        } catch {
            if !error.isOfOthers, !error.mayPass {
                teller.tell(
                    .warning,
                    "\(error). The ports in the list count as reserved by others, so amtguard will not remove them.")
            }
            return Memory(scope: scope)
        }
    }

    /// The record of the last daemon, read now because it could not be read at the start; `nil` if it was.
    mutating func recallLate(of scope: Memory.Scope) -> Memory? {
        guard !keepsake.isRecalled else { return nil }
        let scope = scope.isKnown ? scope : .current
        return (try? keepsake.recall(of: scope)) ?? Memory(scope: scope)
    }

    /// Writes the record and the status into the files that were just created again, and notes an event for each. Does
    /// nothing if there are none.
    mutating func write(_ status: @autoclosure () -> Status, _ memory: Memory, mended: Keepsake.Mended) {
        guard mended.isFirst || !mended.paths.isEmpty else { return }
        keepsake.remember(memory)
        keepsake.write(status(), memory)
        outbox += mended.paths.map(Event.healed)
    }
}

/// Since when another process has the lock. The stand-in keeps it only for a repair, a daemon for longer.
struct Displacement {
    private var since: Instant?

    /// Whether the other process has had the lock for this long.
    mutating func hasLasted(_ patience: Duration, at now: Instant) -> Bool {
        let first = since ?? now
        since = first
        return now - first >= patience
    }

    /// Notes that this daemon has the lock, or that no process has it.
    mutating func end() { since = nil }
}
