/// How the list is watched.
public struct Watch: Hashable, Sendable {
    /// What wakes amtguard when somebody writes.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// It names the writer as well.
        case fanotify
        case inotify
        /// Nothing: only audits.
        case none
    }

    public var kind: Kind
    /// Why it is no better, for people: `fanotify: Operation not permitted`.
    public var shortfall: String?

    /// The rung of the ladder that was reached, and what kept it from a higher one.
    public init(_ kind: Kind, shortfall: String? = nil) {
        self.kind = kind
        self.shortfall = shortfall
    }

    var reason: Reason? {
        let because = shortfall.map { " (\($0))" } ?? ""
        switch kind {
        case .fanotify:
            return shortfall.map { Reason(id: "watch-limited", says: "writers are named by pid alone (\($0))") }
        case .inotify:
            return Reason(id: "watch-limited", says: "the kernel does not name the writers of the list here\(because)")
        case .none:
            return Reason(
                id: "watch-none", says: "overwrites are seen by audits only: nothing could be watched\(because)",
                advice: "Raise fs.inotify.max_user_watches or max_user_instances, then systemctl reload amtguardd.")
        }
    }
}
