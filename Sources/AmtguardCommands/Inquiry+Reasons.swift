import AmtguardCore

// Why there is no report, as precisely as can be seen from outside.

extension Reason {
    /// Where there is no state file of a daemon that runs.
    ///
    /// - Parameter isRunning: Whether its lock or its memory is held; `nil` where that can't be seen.
    static func withoutState(_ contact: Contact, isRunning: Bool?) -> Reason {
        let missing = "there is no /run/amtguard/state.json of it"
        switch (contact, isRunning) {
        case (.silent, _):
            return Reason(
                id: "no-answer",
                says: "amtguardd runs and does not answer within \(ManagerBus.patience.components.seconds) s: "
                    + "nobody repairs the list now; \(missing)",
                advice: "See systemctl status amtguardd; systemctl restart amtguardd starts it anew.")
        case (.refused(let message), _):
            return Reason(
                id: "no-state-file", says: "amtguardd runs and refuses to tell (\(message)), and \(missing)",
                advice: "Try again; look at journalctl -u amtguardd.")
        case (.answered, _):
            return Reason(
                id: "no-state-file",
                says: "amtguardd runs, its answer can't be understood, and \(missing)",
                advice: "Perhaps it is of another version: systemctl restart amtguardd.")
        case (.noBus, true?), (.absent, true?):
            let why = contact == .noBus ? "there is no bus to ask it by" : "it has no name on the bus"
            return Reason(
                id: "no-state-file", says: "amtguardd runs, but \(why), and \(missing)",
                advice: "Look at journalctl -u amtguardd; it writes the file anew at each audit.")
        case (.absent, _):
            return Reason(
                id: "not-running", says: "amtguardd does not run", advice: "Start it: systemctl start amtguardd.")
        case (.noBus, _):
            return Reason(
                id: "not-running",
                says: "amtguardd does not run, as far as can be seen: there is no bus to ask it by, and \(missing)",
                advice: "Start it: systemctl start amtguardd.")
        }
    }

    /// Where what lies in place of the state file is none.
    static func unreadableState(_ why: String) -> Reason {
        Reason(
            id: "state-file", says: "/run/amtguard/state.json: \(why)",
            advice: "Look at who put it there; amtguardd writes it anew at each audit.")
    }
}
