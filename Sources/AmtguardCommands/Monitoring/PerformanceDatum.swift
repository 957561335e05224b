import AmtguardCore

/// One value for a graph: `victims=0;0`.
///
/// The format is `label=value[unit];[warning];[critical];[min];[max]`. Blanks separate data. An unknown value is left
/// out: the guidelines define the unit `U` for it, but some parsers drop that.
struct PerformanceDatum: Hashable, CustomStringConvertible {
    /// A counter that only grows while amtguardd runs has the unit `c`.
    enum Kind: Hashable { case counter, number }

    var label: String
    var value: UInt64
    var kind = Kind.number
    /// More than this is a warning.
    var warning: UInt64?
    /// More than this is critical.
    var critical: UInt64?

    var description: String {
        let limits = [warning, critical].map { $0.map { "\($0)" } ?? "" }
        let shown = limits[...(limits.lastIndex { !$0.isEmpty } ?? -1)]
        return "\(label)=\(value)\(kind == .counter ? "c" : "")" + shown.map { ";\($0)" }.joined()
    }

    /// The known values. An outdated report's counters are left out: a graph would show them as current.
    static func all(_ assessment: Assessment) -> [PerformanceDatum] {
        let status = assessment.status
        var data: [PerformanceDatum] = []
        func add(
            _ label: String, _ value: UInt64?, _ kind: Kind = .number, warning: UInt64? = nil, critical: UInt64? = nil
        ) {
            guard let value else { return }
            data.append(
                PerformanceDatum(label: label, value: value, kind: kind, warning: warning, critical: critical))
        }
        let isFresh = assessment.voice == .answers
        if isFresh {
            add("repairs", status.repairs.count, .counter)
            add("prevented", status.prevented?.count, .counter)
            add("redrawn", status.nat?.redrawn, .counter)
            add("refused", status.nat?.refused, .counter)
            add("victims", status.victimCount.map { UInt64(clamping: $0) }, warning: 0)
            add("translated_victims", status.nat?.victimCount.map { UInt64(clamping: $0) }, warning: 0)
            add("contested", status.contested ? 1 : 0, warning: 0)
            add("held", UInt64(status.holds.count { $0.state == "held" }))
            add("required", count(status.ports.required))
        }
        if isFresh || assessment.showsOwnLook { add("exposed", count(status.ports.exposed), critical: 0) }
        return data
    }

    /// What amtguardctl reads itself.
    static func all(_ absence: Absence) -> [PerformanceDatum] {
        count(absence.ports.exposed).map { [PerformanceDatum(label: "exposed", value: $0, critical: 0)] } ?? []
    }

    private static func count(_ ports: String?) -> UInt64? {
        ports.flatMap(PortSet.init(told:)).map { UInt64($0.count) }
    }
}
