import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// The holds: retried at each audit, lent to whoever wants to show what AMT does with such a port.

extension Daemon {
    /// Looks at the holds, and has what is missing tried again.
    func lookAtHolds(_ prompt: Prompt) {
        if prompt == .audit { holds.clearNotes() }
        keepHolds()
        observe(.holds(holds.reading, prompt))
    }

    /// Has the service manager keep what it does not keep yet, again in a second where it did not take all.
    func keepHolds() {
        if !holds.keep() { sources.keep?.arm(after: .seconds(1), accuracy: .milliseconds(250)) }
    }

    /// Gives a borrower's socket the place beside a hold; what it does there is its own.
    func lend(_ hold: Hold, to borrower: borrowing Descriptor) throws(HoldDriver.LoanRefused) {
        try holds.lend(hold, to: borrower)
        teller.debug("Lent \(hold)")
    }
}
