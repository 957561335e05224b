import AmtguardCore

/// The exit status, by the convention of monitoring plugins.
enum ExitStatus: Int32 {
    case good = 0
    case degraded = 1
    case exposed = 2
    case unknown = 3

    init(_ verdict: Verdict) {
        switch verdict {
        case .protected, .notNeeded: self = .good
        case .degraded: self = .degraded
        case .exposed: self = .exposed
        }
    }
}
