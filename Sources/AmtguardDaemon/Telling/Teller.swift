import AmtguardCore
import AmtguardSystemd
import SystemPackage

/// Writes to the journal, and in a terminal to standard error. Never fails, because reporting must not stop the guard.
final class Teller {
    static let identifier = "amtguardd"

    /// Less important entries are not sent; `systemctl service-log-level amtguardd debug` changes it.
    var level = LogControl.Level.info

    private var journal = Journal(identifier: Teller.identifier, droppedField: "AMTGUARD_DROPPED")
    /// Under systemd standard error goes to the journal already, so a line would appear twice.
    private let echoes = !Journal.isStandardErrorConnected

    func tell(_ entry: JournalEntry) {
        guard entry.priority.rawValue <= level.priority else { return }
        journal.send(entry.all.map { (name: $0.name, value: $0.value) })
        if echoes { StandardError.write(entry.message) }
    }

    /// For `systemctl service-log-level amtguardd debug`. The text is only created at that level.
    func debug(_ message: @autoclosure () -> String) {
        if level == .debug { tell(.debug, message()) }
    }

    func tell(_ priority: JournalEntry.Priority, _ message: String) {
        tell(JournalEntry(priority, message))
    }
}

/// Prints a text; a closed reader is acceptable.
func print(_ text: String, to descriptor: FileDescriptor) {
    _ = try? descriptor.writeAll((text.shown + "\n").utf8)
}
