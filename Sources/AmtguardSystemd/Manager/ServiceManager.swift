import Glibc
import SystemPackage

/// Reports the state of the service to the service manager.
///
/// If there is no manager, or it hangs, this sends nothing and returns false. A notification that must arrive goes
/// through a `Notifier`. See sd_notify(3).
public enum ServiceManager {
    /// Whether a service manager wants reports (NOTIFY_SOCKET).
    public static var isSupervised: Bool { environment("NOTIFY_SOCKET") != nil }

    /// Whether this process is a command of a running service, such as `ExecReload=`. MAINPID then names the main
    /// process.
    public static var isCommandOfService: Bool { environment("MAINPID") != nil }

    /// Stays open as long as the process runs.
    private static let descriptor = try? DatagramSocket.open()

    /// Sends assignments such as `WATCHDOG=1`. The corresponding C function is `sd_notify`, which waits while the
    /// manager's queue is full; this does not.
    ///
    /// A newline in an assignment becomes a space: foreign text can't add an assignment of its own.
    /// - Returns: whether the manager has them.
    @discardableResult
    public static func notify(_ assignments: [String]) -> Bool {
        guard let socket = environment("NOTIFY_SOCKET") else { return false }
        do {
            try DatagramSocket.send(Array(message(assignments).utf8), to: socket, by: descriptor)
            return true
        } catch {
            return false
        }
    }

    /// One datagram, one assignment per line.
    static func message(_ assignments: [String]) -> String {
        assignments
            .map { assignment in String(assignment.map { $0.isNewline || $0 == "\0" ? " " : $0 }) }
            .joined(separator: "\n")
    }
}
