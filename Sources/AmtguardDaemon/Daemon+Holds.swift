import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// The holds: retried at each audit, lent to whoever wants to show what AMT does with such a port.

extension Daemon {
    /// Looks at the holds, and has what is missing tried again.
    func lookAtHolds(_ prompt: Prompt) {
        holds.keep()
        if prompt == .audit { holds.clearNotes() }
        observe(.holds(holds.reading, prompt))
    }

    /// Gives a borrower's socket the place beside a hold; what it does there is its own.
    func lend(_ hold: Hold, to borrower: borrowing Descriptor) throws(HoldDriver.LoanRefused) {
        try holds.lend(hold, to: borrower)
        teller.debug("Lent \(hold)")
    }
}
