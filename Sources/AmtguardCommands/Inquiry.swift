import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// Finds out how the host is guarded: asks the daemon, or else reads its last report. Reads the list itself as well.
struct Inquiry {
    /// The result.
    enum Outcome {
        case report(Assessment)
        /// There is no report.
        case absence(Absence)
    }

    let root: FilePath?
    /// Whether to look at the machine itself if there is no report: at `/sys`, the sockets and the rules of netfilter.
    var looks = true

    /// The longest state file: two lists of 190 KiB, and the rest.
    private static let most = 1 << 20

    func outcome() -> Outcome {
        let bus = try? ManagerBus(root: root)
        let outcome = outcome(bus)
        guard case .report(let assessment) = outcome, assessment.isContradiction else { return outcome }
        // A repair may have been under way, or the watch missed a write. Ask the daemon to look, and try once more. The
        // daemon does not look again within a tenth of a second, and the write may be younger than its last look.
        usleep(100_000)
        if (try? bus?.call("Check")) == nil { usleep(200_000) }
        return self.outcome(bus)
    }

    private func outcome(_ bus: ManagerBus?) -> Outcome {
        let contact = Contact(bus)
        guard case .answered(let text) = contact else { return fromStateFile(contact) }
        do {
            return report(try Answer(Array(text.utf8)), boot: nil)
        } catch {
            return absence(.otherVersion(error.message))
        }
    }

    private func fromStateFile(_ contact: Contact) -> Outcome {
        var isRunning: Bool?
        do {
            let root = try RootDirectory(path: root)
            let directory = try RuntimeDirectory(in: root)
            // Root sees whether the daemon has its lock; every user sees whether it has its memory open.
            isRunning = directory.isLocked("lock") ?? directory.isHeld("memory")
            // If no daemon runs, the state file is left over from a dead one, or another program put it there.
            guard isRunning != false else { return absence(.withoutState(contact, isRunning: false)) }
            let answer = try Answer(try directory.read("state.json", atMost: Self.most))
            // A running daemon is of this boot, even if a container shows another boot id.
            return report(answer, boot: isRunning == true ? nil : try? BootID.read(), contact)
        } catch Errno.noSuchFileOrDirectory {
            return absence(.withoutState(contact, isRunning: isRunning))
        } catch let error as Answer.Garbled where error.isOtherSchema && isRunning == true {
            return absence(.otherVersion(error.message))
        } catch {
            return absence(.unreadableState((error as? Answer.Garbled)?.message ?? "it can't be read: \(error)"))
        }
    }

    /// - Parameter boot: The boot that the report must be of; `nil` if the daemon is known to run.
    private func report(_ answer: Answer, boot: String?, _ contact: Contact? = nil) -> Outcome {
        let voice: Assessment.Voice =
            if let why = answer.staleness(at: .now(), boot: boot) {
                .outdated(contact == .silent ? "\(why); it does not answer now" : why)
            } else if contact == .silent {
                .silent("within \(ManagerBus.patience.components.seconds) s")
            } else {
                .answers
            }
        return .report(Assessment(answer.status, voice, KernelLook(at: answer.status.observed.namespace)))
    }

    private func absence(_ reason: Reason) -> Outcome {
        .absence(Absence(reason: reason, look: looks ? OwnLook.status(below: root) : OwnLook.blank))
    }
}

extension KernelLook {
    /// Reads what the kernel has now in the caller's network namespace.
    ///
    /// - Parameter namespace: The daemon's. Another namespace has another list, so nothing is read there.
    init(at namespace: String?) {
        if let namespace, namespace != (try? NetworkNamespace.identity()) {
            self.init(reserved: nil, choice: nil)
            return
        }
        self.init(reserved: Self.list(), choice: try? KernelChoiceReader().read())
    }

    private static func list() -> PortSet? {
        guard var list = try? ReservedPortsList(), (try? list.isKernels) == true else { return nil }
        return try? list.read()
    }
}
