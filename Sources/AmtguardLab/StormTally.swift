import AmtguardCore

/// How often each thing happened in a storm. A run that met too few of them shows nothing.
public struct StormTally: Hashable, Sendable {
    /// What can happen to a guardian, what it can observe, and what it can report.
    public enum Kind: Int, CaseIterable, Sendable {
        // What happens.
        case replacement, addition, garbled, refusedWrite, lostWrite, longList, writeBetweenSteps
        case kill, restart, stop, release, reload, observing, sleep, clockSet, calm, calmWithProgram
        case lostHold, alteredTable, lateRecord
        // What fails.
        case reading, adding, removing, removingWithoutEffect, recording, holding, redrawing, redrawingUnseen, asking
        // The guardian's observations.
        case list, refused, written, wished, presence, firmware, firmwareDue, deviceChanged, resumed, smbios
        case interfaces, wirelessDiverted, holds, sockets, translation, redrawTable, flows, choice, watch
        case configuration, record, probe, runtimeDirectory, started, ready, reloaded, stopping
        // Its reports.
        case toldStarted, toldReserved, toldRepaired, toldPrevented, toldUnjudged, toldOverwritten, toldContested
        case toldCalmed, toldObstructed, toldReleased, toldStranded, toldDisowned, toldUnseenWrite, toldAMT
        case toldVerdict, toldHeld, toldUnheld, toldLetGo, toldVictim, toldVictimEnded, toldVictimsUntold
        case toldTranslatedVictim, toldTranslatedVictimEnded, toldRedrawing, toldRedrawingEnded, toldRedrawRestored
        case toldRedrawObstructed, toldRedrawn, toldConfiguration, toldProbed, toldStopping
    }

    private var counts = [Int](repeating: 0, count: Kind.allCases.count)

    /// How often this happened.
    public subscript(kind: Kind) -> Int { counts[kind.rawValue] }

    /// What never happened.
    public var missing: [Kind] { Kind.allCases.filter { self[$0] == 0 } }

    mutating func count(_ kind: Kind) { counts[kind.rawValue] += 1 }
}

extension Guardian.Observation {
    /// Exhaustive, so that a new observation does not compile before the storm counts it.
    var kind: StormTally.Kind {
        switch self {
        case .list: .list
        case .refused: .refused
        case .written: .written
        case .wished: .wished
        case .presence: .presence
        case .firmware: .firmware
        case .firmwareDue: .firmwareDue
        case .deviceChanged: .deviceChanged
        case .resumed: .resumed
        case .smbios: .smbios
        case .interfaces: .interfaces
        case .wirelessDiverted: .wirelessDiverted
        case .holds: .holds
        case .sockets: .sockets
        case .translation: .translation
        case .redrawTable: .redrawTable
        case .flows: .flows
        case .choice: .choice
        case .watch: .watch
        case .configuration: .configuration
        case .record: .record
        case .probe: .probe
        case .runtimeDirectory: .runtimeDirectory
        case .started: .started
        case .ready: .ready
        case .reloaded: .reloaded
        case .stopping: .stopping
        }
    }
}

extension Event {
    /// `nil` for those that are not the guardian's own.
    var kind: StormTally.Kind? {
        switch self {
        case .started: .toldStarted
        case .reserved: .toldReserved
        case .repaired: .toldRepaired
        case .prevented: .toldPrevented
        case .unjudged: .toldUnjudged
        case .overwritten: .toldOverwritten
        case .contested: .toldContested
        case .calmed: .toldCalmed
        case .obstructed: .toldObstructed
        case .released: .toldReleased
        case .stranded: .toldStranded
        case .disowned: .toldDisowned
        case .unseenWrite: .toldUnseenWrite
        case .amt: .toldAMT
        case .verdict: .toldVerdict
        case .held: .toldHeld
        case .unheld: .toldUnheld
        case .letGo: .toldLetGo
        case .victim: .toldVictim
        case .victimEnded: .toldVictimEnded
        case .victimsUntold: .toldVictimsUntold
        case .translatedVictim: .toldTranslatedVictim
        case .translatedVictimEnded: .toldTranslatedVictimEnded
        case .redrawing: .toldRedrawing
        case .redrawingEnded: .toldRedrawingEnded
        case .redrawRestored: .toldRedrawRestored
        case .redrawObstructed: .toldRedrawObstructed
        case .redrawn: .toldRedrawn
        case .configuration: .toldConfiguration
        case .probed: .toldProbed
        case .stopping: .toldStopping
        case .staying, .stoodIn, .unattended, .healed: nil
        }
    }
}
