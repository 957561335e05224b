import AmtguardCore
import ArgumentParser
import Glibc
import SystemPackage

/// `amtguardctl check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Print one line with performance data, as a monitoring plugin does.",
        discussion: """
            For Nagios, Icinga, Naemon, Checkmk, Sensu, NRPE and others. The line begins with AMTGUARD OK, WARNING, \
            CRITICAL or UNKNOWN. The performance data after the bar omit what is not known.

            Exit status, as of status: 0 protected or not needed, 1 degraded, 2 exposed, 3 unknown (no port is seen to \
            be exposed, and amtguardd does not run, has not reported lately, or does not answer while the list can't \
            be read), 64 wrong usage. With --problem=1, which node-problem-detector wants: 0 protected or not needed, \
            1 anything else. With --accept=2, which a liveness probe wants: 0 as long as amtguardd reports.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "Exit with this status, 1 to 3, for every problem.", valueName: "status"))
    var problem: Int32?

    @Option(
        help: ArgumentHelp(
            "Exit with 0 up to this status if amtguardd reports it: 1 accepts degraded, 2 exposed as well.",
            valueName: "status"))
    var accept: Int32 = 0

    func validate() throws {
        guard (0...2).contains(accept) else { throw ValidationError("--accept \(accept): allowed are 0, 1 and 2.") }
        guard let problem, !(1...3).contains(problem) else { return }
        throw ValidationError("--problem \(problem): allowed are 1, 2 and 3.")
    }

    func run() throws {
        let check = CheckLine(common.inquiry.outcome())
        do {
            try output(check.text)
        } catch {
            // The line did not reach its reader, so the status must not say that all is well.
            warn("\(error)")
            throw ExitCode(Self.status(.unknown, problem: problem))
        }
        // A guard that hangs must be restarted, whatever amtguardctl sees in its place.
        throw ExitCode(Self.status(check.exit, accept: check.isReported ? accept : 0, problem: problem))
    }

    /// The exit status of the program.
    ///
    /// - Parameters:
    ///   - accept: `--accept`
    ///   - problem: `--problem`
    static func status(_ exit: ExitStatus, accept: Int32 = 0, problem: Int32?) -> Int32 {
        exit.rawValue <= accept ? 0 : problem ?? exit.rawValue
    }
}
