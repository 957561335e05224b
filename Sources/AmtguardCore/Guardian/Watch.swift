/// How the list is watched.
public struct Watch: Hashable, Sendable {
    /// What wakes amtguard when another program writes.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A program in the kernel sees each write before it is made: it names every writer, and keeps the required
        /// ports in the list.
        case bpf
        /// It wakes amtguard and names the writer.
        case fanotify
        /// It wakes amtguard, and does not name the writer.
        case inotify
        /// No watch: only audits.
        case none

        /// Whether it shows who writes.
        public var namesWriters: Bool {
            switch self {
            case .bpf, .fanotify: true
            case .inotify, .none: false
            }
        }

        /// For people.
        var word: String { self == .none ? "audits only" : rawValue }
    }

    /// The kind that this kernel and these privileges permit.
    public var kind: Kind
    /// Whether writers are named only by pid: fanotify before Linux 5.15.
    public var isPidOnly: Bool
    /// Why there is no better watch, for people: `fanotify: Operation not permitted`.
    public var shortfall: String?

    /// The present kind, and what prevented a better one.
    public init(_ kind: Kind, isPidOnly: Bool = false, shortfall: String? = nil) {
        self.kind = kind
        self.isPidOnly = isPidOnly
        self.shortfall = shortfall
    }

    var reason: Reason? {
        let because = shortfall.map { " (\($0))" } ?? ""
        switch kind {
        case .bpf: return nil
        case .fanotify:
            return isPidOnly
                ? Reason(id: "watch-limited", says: "the journal names writers only by pid\(because)") : nil
        case .inotify:
            return Reason(id: "watch-limited", says: "the kernel does not name the writers of the list here\(because)")
        case .none:
            return Reason(
                id: "watch-none", says: "only audits find overwrites: the list can't be watched\(because)",
                advice: "Raise fs.inotify.max_user_watches or max_user_instances, then systemctl reload amtguardd.")
        }
    }
}
