import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import Glibc
import SystemPackage

extension Situation {
    /// The situation by the daemon's report, or by amtguardctl's own readings; the caller and the time.
    ///
    /// - Parameter root: The tree with the configuration.
    init(_ outcome: Inquiry.Outcome, below root: FilePath?) {
        switch outcome {
        case .report(let assessment):
            var configuration = Configuration()
            if let root = try? RootDirectory(path: root) {
                configuration = ConfigurationReader().load(below: root).right
            }
            self.init(assessment, hold: configuration.hold)
        case .absence(let absence): self.init(absence)
        }
        isRoot = geteuid() == 0
        now = Moment.now().wallClock
    }
}
