import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// Finds out how the host is guarded: by asking the daemon, else from what it wrote down.
struct Inquiry {
    /// What came of it.
    enum Outcome {
        /// The daemon's words; a reason where they may no longer be true.
        case answer(Answer, stale: String?)
        /// Nobody to ask.
        case absence(Absence)
    }

    let root: FilePath?

    /// The state file is at most this long: two lists of 190 KiB, and the rest.
    private static let most = 1 << 20

    func outcome() -> Outcome {
        do {
            let answer = try Answer(Array(describe().utf8))
            return .answer(answer, stale: answer.staleness(at: .now(), boot: nil))
        } catch {
            return fromStateFile()
        }
    }

    /// The corresponding method is `Describe` of `org.amtguard1.Manager`; it never starts the daemon.
    private func describe() throws -> String {
        let values = try ManagerBus(root: root).call("Describe")
        guard case .string(let text)? = values.first else { throw Errno.badMessage }
        return text
    }

    private func fromStateFile() -> Outcome {
        let bytes: [UInt8]
        var isRunning: Bool?
        do {
            let root = try RootDirectory(path: root)
            let directory = try RuntimeDirectory(in: root)
            // Root sees whether the daemon holds its lock, everybody whether it holds its memory.
            isRunning = directory.isLocked("lock") ?? directory.isHeld("memory")
            if isRunning == false { return absence("amtguardd does not run") }
            bytes = try directory.read("state.json", atMost: Self.most)
        } catch Errno.noSuchFileOrDirectory {
            return absence("amtguardd does not run")
        } catch {
            return absence("/run/amtguard/state.json can't be read: \(error)", Self.anew)
        }
        do {
            let answer = try Answer(bytes)
            // A daemon that runs is of this boot, whatever id a container shows it.
            let boot = isRunning == true ? nil : try? BootID.read()
            return .answer(answer, stale: answer.staleness(at: .now(), boot: boot))
        } catch {
            return absence(
                "/run/amtguard/state.json: \(error.message)", Self.anew)
        }
    }

    private static let anew = "Look at who put it there; amtguardd writes it anew at each audit."

    private func absence(_ says: String, _ advice: String = "Start it: systemctl start amtguardd.") -> Outcome {
        .absence(
            Absence(
                reason: Reason(id: "no-status", says: says, advice: advice),
                reserved: Self.reserved(), choice: try? KernelChoiceReader().read()))
    }

    private static func reserved() -> PortSet? {
        guard var list = try? ReservedPortsList() else { return nil }
        return try? list.read()
    }
}
