import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// The holds: retried at each audit.

extension Daemon {
    /// Looks at the holds, and has what is missing tried again.
    func lookAtHolds(_ prompt: Prompt) {
        if prompt == .audit { holds.clearNotes() }
        keepHolds()
        observe(.holds(holds.reading, prompt))
    }

    /// Gives the service manager the holds that it does not keep yet. If it does not take all, tries again in a second.
    func keepHolds() {
        if !holds.keep() { sources.keep?.arm(after: .seconds(1), accuracy: .milliseconds(250)) }
    }
}
