import AmtguardCore

// Why there is no report, as far as other processes can see that.

extension Reason {
    /// There is no state file of a running daemon.
    ///
    /// - Parameter isRunning: Whether a process holds the daemon's lock or memory; `nil` if that can't be seen.
    static func withoutState(_ contact: Contact, isRunning: Bool?) -> Reason {
        let missing = "and /run/amtguard/state.json is missing"
        let look = "Look at journalctl -u amtguardd. amtguardd writes the file again at each audit."
        let start = "If it is installed: systemctl enable --now amtguardd."
        switch (contact, isRunning) {
        case (.silent, _):
            return Reason(
                id: "no-answer",
                says: "amtguardd runs but does not answer within \(ManagerBus.patience.components.seconds) s, so it "
                    + "does not repair the list, \(missing)",
                advice: "See systemctl status amtguardd. To restart it: systemctl restart amtguardd.")
        case (.refused(let message), _):
            return Reason(
                id: "no-state-file", says: "amtguardd runs but refused to answer (\(message)), \(missing)",
                advice: "Try again, or look at journalctl -u amtguardd.")
        case (.answered, _):
            return Reason(
                id: "no-state-file", says: "amtguardd runs, but its report can't be understood, \(missing)",
                advice: "It may be of another version: systemctl restart amtguardd.")
        case (.noBus, true?):
            return Reason(
                id: "no-state-file", says: "amtguardd runs, but there is no bus to ask it on, \(missing)", advice: look)
        case (.absent, true?):
            return Reason(
                id: "no-state-file", says: "amtguardd runs, but it is not on the bus, \(missing)", advice: look)
        case (.absent, _):
            return Reason(id: "not-running", says: "amtguardd does not run", advice: start)
        case (.noBus, _):
            return Reason(
                id: "not-running",
                // A running amtguardd holds files in /run/amtguard open; no process holds them now.
                says: "amtguardd does not run",
                advice: start)
        }
    }

    /// amtguardd runs and answers, but this program does not understand the answer.
    static func otherVersion(_ why: String) -> Reason {
        Reason(
            id: "other-version", says: "amtguardd runs, but \(why)",
            advice: "Use the amtguardctl of the same version; after an upgrade: systemctl restart amtguardd.")
    }

    /// The state file can't be read or understood.
    static func unreadableState(_ why: String) -> Reason {
        Reason(
            id: "state-file", says: "/run/amtguard/state.json: \(why)",
            advice: "Find out which program put it there. amtguardd writes it again at each audit.")
    }
}
