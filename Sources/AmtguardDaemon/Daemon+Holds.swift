import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// The holds: retried at each audit, lent to whoever wants to show what AMT does with such a port.

extension Daemon {
    /// Looks at the holds, and has what is missing tried again.
    func lookAtHolds(_ prompt: Prompt) {
        holds.keep()
        observe(.holds(holds.reading, prompt))
    }

    /// How long a hold is lent.
    private static var loan: Duration { .seconds(60) }

    /// Lends the socket of a hold; its borrower connects with a copy of it, and may not use it for longer than a minute.
    func lend(_ hold: Hold) throws(HoldDriver.LoanRefused) -> FileDescriptor {
        let socket = try holds.lend(hold)
        teller.debug("Lent \(hold)")
        sources.loan?.arm(after: Self.loan)
        observe(.holds(holds.reading, .readBack))
        finish()
        return socket
    }

    /// Takes back what was lent, or what is meant of it.
    func takeBackHolds(where isMeant: (Hold) -> Bool = { _ in true }) {
        holds.takeBack(where: isMeant)
        observe(.holds(holds.reading, .readBack))
        finish()
    }
}
