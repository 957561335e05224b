import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// `amtguardd`: runs what the command line asks for.
public enum Program {
    /// Runs to the end and returns the exit status: 0, 1 for a failure that one line explains, 64 for wrong usage, or
    /// the status of the guarded command.
    ///
    /// - Parameter arguments: The program's name and its arguments.
    public static func run(_ arguments: [String]) -> Int32 {
        // Swift reads the arguments in /proc. Without them the requested action is unknown.
        guard !arguments.isEmpty else { return fail("the command line can't be read. Is /proc mounted?", status: 1) }
        do {
            let invocation = try Invocation(arguments.dropFirst())
            switch invocation.act {
            case .guardHost:
                EventLoop.ignoreBrokenPipes()
                return try Daemon(invocation).run()
            case .arm: try Arming.arm(below: invocation.openRoot())
            case .check: return try check(invocation)
            case .dryRun:
                var attempt = try DryRun(invocation)
                return attempt.run() ? 0 : 1
            case .during(let command):
                EventLoop.ignoreBrokenPipes()
                return try StandIn(invocation).run(command)
            case .release: return try release(invocation)
            case .version: print("amtguardd \(amtguardVersion)", to: .standardOutput)
            case .help: print(Invocation.help, to: .standardOutput)
            }
            return 0
        } catch let misuse as Invocation.Misuse {
            return fail(misuse.message, status: misuse.status)
        } catch let failure as StandIn.NotStarted {
            return fail(failure.description, status: failure.status)
        } catch is Keepsake.Taken {
            return fail("another amtguardd guards this host already", status: 1)
        } catch {
            return fail("\(error)", status: 1)
        }
    }

    private static func check(_ invocation: Invocation) throws(Invocation.Misuse) -> CInt {
        let root = try invocation.openRoot()
        let (_, problems) = invocation.reader.load(below: root)
        // In ExecReload= of the unit, the daemon reads the files next and reports the warnings itself, unless a file is
        // refused.
        if problems.isRefusal || !ServiceManager.isCommandOfService {
            for problem in problems { print(problem.description, to: .standardError) }
        }
        return problems.isRefusal ? 1 : 0
    }

    private static func release(_ invocation: Invocation) throws -> CInt {
        do {
            var release = try Release(invocation)
            try release.run()
            return 0
        } catch is Keepsake.Taken {
            return fail(
                "amtguardd runs and would add the ports again, so nothing is released. Stop it first: "
                    + "systemctl stop amtguardd", status: 1)
        }
    }

    private static func fail(_ message: String, status: CInt) -> CInt {
        print("amtguardd: \(message)", to: .standardError)
        return status
    }
}
