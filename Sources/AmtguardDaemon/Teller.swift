import AmtguardCore
import AmtguardSystemd
import SystemPackage

/// Tells the journal, and in a terminal standard error. It can't fail: telling must not stop guarding.
struct Teller {
    /// Entries that matter less are not sent; `systemctl service-log-level amtguardd debug` changes it.
    var level = JournalEntry.Priority.info
    /// Under systemd standard error leads to the journal already, and a line would stand there twice.
    private let echoes = !Journal.isStandardErrorConnected

    func tell(_ entry: JournalEntry) {
        guard entry.priority <= level else { return }
        Journal.send(entry.all.map { (name: $0.name, value: $0.value) } + [(name: "SYSLOG_IDENTIFIER", value: "amtguardd")])
        if echoes { print(entry.message, to: .standardError) }
    }

    func debug(_ message: @autoclosure () -> String) {
        if level == .debug { tell(JournalEntry(.debug, message())) }
    }
}

/// Prints a line; who closed the other end does not want to read it.
func print(_ line: String, to descriptor: FileDescriptor) {
    _ = try? descriptor.writeAll((line + "\n").utf8)
}
