import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import Glibc

extension Situation {
    /// The situation by the daemon's report, or by amtguardctl's own readings; the caller and the time.
    ///
    /// - Parameter configuration: The present configuration files.
    init(_ outcome: Inquiry.Outcome, _ configuration: Configuration) {
        switch outcome {
        case .report(let assessment): self.init(assessment, hold: configuration.hold)
        case .absence(let absence): self.init(absence)
        }
        isRoot = geteuid() == 0
        now = Moment.now().wallClock
    }
}
