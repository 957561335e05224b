/// What amtguardd does on this machine, as far as that is known.
public enum Guarding: Hashable, Sendable {
    /// It adds AMT's ports to the list whenever they are missing.
    case repairs
    /// It should, but it reports that it can't write the list.
    case hindered
    /// It runs with `Mode=observe`, and writes nothing.
    case observes
    /// It does not run.
    case absent
    /// It may run. The text says why more is unknown; `advice` is a sentence that says what to do.
    case unknown(String, advice: String)

    /// Whether the list is repaired; `nil` if unknown.
    public var repairsList: Bool? {
        switch self {
        case .repairs: true
        case .hindered, .observes, .absent: false
        case .unknown: nil
        }
    }

    /// Whether amtguardd holds ports and makes the redraw table.
    var acts: Bool { self == .repairs || self == .hindered }

    /// How to make amtguardd repair the list: one or two sentences.
    var remedy: String {
        switch self {
        case .repairs, .hindered: "amtguardctl status says what keeps amtguardd from repairing the list."
        case .observes:
            "Set Mode=auto in the section [Guard] of /etc/amtguard.conf, and run systemctl reload amtguardd."
        case .absent: "Run systemctl enable --now amtguardd."
        case .unknown(_, let advice): advice
        }
    }
}
