/// The one word for an administrator.
public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every required port is reserved.
    case protected
    /// AMT is impossible here: nothing is required.
    case notNeeded = "not-needed"
    /// Protected, or at least out of the kernel's reach, but something needs a look.
    case degraded
    /// The kernel may choose a required port.
    case exposed
}
