import Glibc
import SystemPackage

/// The service manager, told how its service is doing.
///
/// Best effort, all of it: without a manager, and with one that hangs, nothing is sent and false is returned.
/// See sd_notify(3).
public enum ServiceManager {
    /// Whether a service manager wants to be told (NOTIFY_SOCKET).
    public static var isSupervised: Bool { environment("NOTIFY_SOCKET") != nil }

    /// Open as long as the process.
    private static let descriptor = try? DatagramSocket.open()

    /// Sends assignments such as `WATCHDOG=1`. The corresponding C function is `sd_notify`, which waits while the
    /// manager's queue is full; this does not.
    ///
    /// A line's end in an assignment becomes a space: no text of others can add an assignment of its own.
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

    /// The service is up, or up again after `reloading()`.
    @discardableResult
    public static func ready(status: String) -> Bool {
        notify(["READY=1", "STATUS=\(status)"])
    }

    /// The one line that `systemctl status` shows.
    @discardableResult
    public static func status(_ status: String) -> Bool {
        notify(["STATUS=\(status)"])
    }

    /// The configuration is being read again; `ready` says when that is over.
    ///
    /// MONOTONIC_USEC is what `Type=notify-reload` of systemd 253 knows the answer to its own request by.
    @discardableResult
    public static func reloading() -> Bool {
        notify(["RELOADING=1", "MONOTONIC_USEC=\(BootClock.read(CLOCK_MONOTONIC).microseconds)"])
    }

    /// The service is about to end.
    @discardableResult
    public static func stopping() -> Bool {
        notify(["STOPPING=1"])
    }

    /// One datagram, an assignment a line.
    static func message(_ assignments: [String]) -> String {
        assignments
            .map { assignment in String(assignment.map { $0.isNewline || $0 == "\0" ? " " : $0 }) }
            .joined(separator: "\n")
    }
}
