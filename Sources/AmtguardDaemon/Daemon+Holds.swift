import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// The holds: retried at each audit.

extension Daemon {
    /// Looks at the holds, and has what is missing tried again.
    func lookAtHolds(_ prompt: Prompt) {
        if prompt == .audit { ground.holds.clearNotes() }
        ground.keepHolds()
        observe(.holds(ground.holds.reading, prompt))
    }
}
