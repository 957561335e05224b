import AmtguardCore
import AmtguardSystemd
import ArgumentParser
import SystemPackage

/// `amtguardctl reload`
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Make amtguardd read the configuration again, and show what is wrong with it.",
        discussion: """
            Does the same as "systemctl reload amtguardd", and also shows which lines are ignored or refused. If one \
            is refused, the former configuration stays in force. Root may do this, and users to whom polkit grants \
            org.amtguard1.reload.

            Exit status: 0 if the configuration is in force, though lines of it may be ignored; 1 if it was refused, \
            or you may not do this; 3 if amtguardd does not run or does not answer; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    /// polkit gives the user a minute to type the password.
    private static let patience = Duration.seconds(75)

    func run() throws {
        guard let bus = try? ManagerBus(root: common.inquiry.root) else {
            throw Self.failure(.noBus)
        }
        var refusal: String?
        do {
            _ = try bus.call("Reload", timeout: Self.patience)
        } catch {
            guard error.name == "org.amtguard1.Error.ConfigurationRefused" else {
                throw Self.failure(ReloadFailure(error, hasOwner: bus.hasOwner()))
            }
            refusal = error.message
        }
        try Self.report(refusal: refusal, Self.reasons(bus)).show(json: false)
    }

    /// - Parameters:
    ///   - refusal: The first line that was refused; `nil` if none was.
    ///   - reasons: The daemon's reasons; `nil` if it reported none.
    static func report(refusal: String?, _ reasons: [Reason]?) -> Report {
        let problems = Status.Line.problems(refusal: refusal, reasons)
        let outcome =
            refusal == nil
            ? Status.Line("Configuration", "in force", .good)
            : Status.Line("Configuration", "refused; the former one stays in force", .bad)
        return Report(.null, problems + [outcome], refusal == nil ? .good : .degraded)
    }

    private static func reasons(_ bus: ManagerBus) -> [Reason]? {
        guard case .answered(let text) = Contact(bus) else { return nil }
        return (try? Answer(Array(text.utf8)))?.status.reasons
    }

    /// Tells why, on one line, and returns the error that ends the program.
    private static func failure(_ failure: ReloadFailure) -> any Error {
        warn(failure.says)
        return ExitCode(failure.exit.rawValue)
    }
}

/// Why the configuration was not read.
enum ReloadFailure: Hashable {
    case noBus
    case notRunning
    case silent
    case notPermitted
    case other(String)

    /// - Parameter hasOwner: Whether a process has the daemon's name; `nil` if the bus does not answer.
    init(_ error: BusError, hasOwner: Bool?) {
        let prefix = "org.freedesktop.DBus.Error."
        self =
            switch (error.name, hasOwner) {
            case (prefix + "AccessDenied", _), (prefix + "InteractiveAuthorizationRequired", _): .notPermitted
            case (_, nil): .noBus
            case (_, false?): .notRunning
            case (_, true?): error.isSilence ? .silent : .other(printable(error.message.utf8, atMost: 200))
            }
    }

    var says: String {
        switch self {
        case .noBus:
            "there is no bus, or it does not answer. systemctl reload amtguardd needs none."
        case .notRunning:
            "amtguardd does not run, so nothing was reloaded. It reads the configuration when it starts: systemctl start "
                + "amtguardd."
        case .silent: "amtguardd does not answer. See systemctl status amtguardd."
        case .notPermitted:
            "you may not do this. Run it as root, or as a user to whom polkit grants org.amtguard1.reload."
        case .other(let message): "amtguardd answered: \(message)"
        }
    }

    var exit: ExitStatus {
        switch self {
        case .notPermitted: .degraded
        case .noBus, .notRunning, .silent, .other: .unknown
        }
    }
}
