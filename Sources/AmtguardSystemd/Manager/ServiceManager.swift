import Glibc
import SystemPackage

/// Reports the state of the service to the service manager.
///
/// If there is no manager, or if it hangs, this sends nothing and returns false. A notification that must arrive goes
/// through a `Notifier`. See sd_notify(3).
public enum ServiceManager {
    /// Whether a service manager expects reports (NOTIFY_SOCKET).
    public static var isSupervised: Bool { environment("NOTIFY_SOCKET") != nil }

    /// Whether this process is a command of a running service, such as `ExecReload=`. MAINPID then names the main
    /// process.
    public static var isCommandOfService: Bool { environment("MAINPID") != nil }

    /// Open as long as the process runs.
    private static let descriptor = try? DatagramSocket.open()

    /// Sends assignments such as `WATCHDOG=1`. The corresponding C function is `sd_notify`, which blocks while the
    /// manager's queue is full; this function does not.
    ///
    /// A newline in an assignment becomes a space, so that foreign text can't add an assignment.
    /// - Returns: whether the manager accepted them.
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

    /// One datagram, with one assignment per line.
    static func message(_ assignments: [String]) -> String {
        assignments
            .map { assignment in String(assignment.map { $0.isNewline || $0 == "\0" ? " " : $0 }) }
            .joined(separator: "\n")
    }
}
