import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import Glibc

extension Situation {
    /// What the daemon reported, or what amtguardctl saw without one; who asks, and when.
    ///
    /// - Parameter configuration: As the files say it now.
    init(_ outcome: Inquiry.Outcome, _ configuration: Configuration) {
        switch outcome {
        case .report(let assessment): self.init(assessment, hold: configuration.hold)
        case .absence(let absence): self.init(absence)
        }
        isRoot = geteuid() == 0
        now = Moment.now().wallClock
    }
}
