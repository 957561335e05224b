/// A translated connection that AMT cuts off, and when amtguard first saw that.
public struct TranslatedVictim: Hashable, Sendable {
    /// The connection, as connection tracking first showed it.
    public var flow: TranslatedFlow
    /// Whether this host itself sends: a wrong rule translates its own connections as well.
    public var isOwn: Bool
    /// When it was first seen.
    public var since: Moment

    init(_ flow: TranslatedFlow, isOwn: Bool, since: Moment) {
        self.flow = flow
        self.isOwn = isOwn
        self.since = since
    }
}

extension TranslatedVictim: CutOff {
    var identity: TranslatedFlow { flow }
    var began: Event { .translatedVictim(self) }
    var ended: Event { .translatedVictimEnded(self) }
    static func untold(_ count: Int) -> Event { .victimsUntold(count) }
}
