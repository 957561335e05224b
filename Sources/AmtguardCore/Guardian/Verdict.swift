/// The one word for an administrator.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// Every required port is reserved.
    case protected
    /// AMT is impossible here: nothing is required.
    case notNeeded = "not-needed"
    /// The kernel can't choose a required port now, but something needs attention.
    case degraded
    /// The kernel may choose a required port.
    case exposed
}
