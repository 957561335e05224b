import Foundation
import Glibc
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `The journal` {
        @Test func `gets an entry as bytes, whatever is in it`() throws {
            let directory = try TemporaryDirectory()
            let receiver = try DatagramReceiver(directory.path + "/socket")
            let journal = Journal(identifier: "me", droppedField: "DROPPED", socket: directory.path + "/socket")
            #expect(journal.send([("MESSAGE", "a\nREADY=1\0ü")]))
            #expect(
                receiver.receive()?.bytes == Array("SYSLOG_IDENTIFIER\n".utf8) + [2, 0, 0, 0, 0, 0, 0, 0]
                    + Array("me\nMESSAGE\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0]  // 2 + 7 + 1 + 2
                    + Array("a\nREADY=1\0ü\n".utf8))
        }

        @Test func `that hangs is not waited for, and learns later how much it missed`() throws {
            let directory = try TemporaryDirectory()
            let receiver = try DatagramReceiver(directory.path + "/socket")
            let journal = Journal(identifier: "me", droppedField: "DROPPED", socket: directory.path + "/socket")
            let start = BootClock.now
            var sent = 0
            while sent < 10_000, journal.send([("MESSAGE", "x")]) { sent += 1 }
            #expect(sent < 10_000)
            #expect(!journal.send([("MESSAGE", "x")]))
            #expect(journal.dropped == 2)
            #expect(BootClock.now - start < .seconds(2))

            for _ in 0..<sent { _ = receiver.receive() }
            #expect(journal.send([("MESSAGE", "again")]))
            #expect(journal.dropped == 0)
            let text = try #require(receiver.receiveText())
            #expect(text.contains("DROPPED\n\u{1}\0\0\0\0\0\0\0" + "2\n"))
            #expect(journal.send([("MESSAGE", "and again")]))
            #expect(receiver.receiveText()?.contains("DROPPED") == false)
        }

        @Test func `that is not there is no trouble, nor is an entry beyond its bounds`() throws {
            let directory = try TemporaryDirectory()
            let journal = Journal(identifier: "me", droppedField: "DROPPED", socket: directory.path + "/socket")
            #expect(!journal.send([("MESSAGE", "x")]))
            let receiver = try DatagramReceiver(directory.path + "/socket")
            #expect(!journal.send([("MESSAGE", String(repeating: "x", count: 1_000_000))]))
            #expect(journal.dropped == 2)
            #expect(receiver.receive() == nil)
        }

        @Test func `is behind standard error only if device and inode say so`() async {
            await #expect(processExitsWith: .success) {
                var status = stat()
                unsafe fstat(STDERR_FILENO, &status)
                unsafe unsetenv("JOURNAL_STREAM")
                #expect(!Journal.isStandardErrorConnected)
                unsafe setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino)", 1)
                #expect(Journal.isStandardErrorConnected)
                unsafe setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino + 1)", 1)
                #expect(!Journal.isStandardErrorConnected)
            }
        }

        @Test(.enabled(if: getuid() == 0, "A private journald needs mount namespaces."))
        func `of systemd takes it all, and once it hung and flows again the count`() throws {
            // Its own /run and /var/log, without kernel messages and audit: it touches nothing of the machine.
            let script = """
                mount -t tmpfs none /run && mount -t tmpfs none /var/log && mkdir -p /run/systemd/journald.conf.d &&
                printf '[Journal]\\nStorage=volatile\\nReadKMsg=no\\nAudit=no\\nForwardToWall=no\\nRateLimitBurst=0\\n' \
                    > /run/systemd/journald.conf.d/test.conf && exec /lib/systemd/systemd-journald
                """
            let journald = try Program(["unshare", "--mount", "--net", "--ipc", "sh", "-c", script])
            let root = "/proc/\(journald.id)/root"
            let journal = Journal(
                identifier: "me", droppedField: "DROPPED", socket: root + "/run/systemd/journal/socket")
            let loop = try EventLoop()
            #expect(
                try loop.run {
                    try DatagramSocket.isReachable(root + "/run/systemd/journal/socket", journald.isRunning)
                })
            // journald binds its socket before it asks the kernel for senders, so the very first message may have no
            // sender.
            let isWhole = { (entry: [String: String]) in entry["AMTGUARD_FOUND"] == "1-2" && entry["_PID"] != nil }
            #expect(
                try loop.run {
                    journal.send([("MESSAGE", "first\nsecond"), ("PRIORITY", "5"), ("AMTGUARD_FOUND", "1-2")])
                    return try Self.read(root).contains(where: isWhole)
                })

            journald.send(SIGSTOP)
            let start = BootClock.now
            var count = 0
            while count < 10_000, journal.dropped < 3 {
                journal.send([("MESSAGE", "x")])
                count += 1
            }
            #expect(journal.dropped == 3)
            #expect(BootClock.now - start < .seconds(2))
            journald.send(SIGCONT)
            #expect(try loop.run { journal.send([("MESSAGE", "it flows")]) })
            #expect(try loop.run { try Self.read(root).contains { $0["MESSAGE"] == "it flows" } })

            let entries = try Self.read(root)
            let first = try #require(entries.first(where: isWhole))
            #expect(first["MESSAGE"] == "first\nsecond")
            #expect(first["SYSLOG_IDENTIFIER"] == "me")
            #expect(first["_PID"] == "\(getpid())")
            let last = try #require(entries.first { $0["DROPPED"] != nil })
            #expect(last["MESSAGE"] == "it flows")
            journald.end()
        }

        /// All entries of the journald below `root`.
        static func read(_ root: String) throws -> [[String: String]] {
            let reader = try Program([
                "journalctl", "--directory", root + "/run/log/journal", "--output=json", "--quiet",
            ])
            return reader.text().split(separator: "\n").compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: String]
            }
        }
    }
}

extension DatagramSocket {
    /// Whether a process listens by now; throws if none can come any more.
    fileprivate static func isReachable(_ path: String, _ mayCome: Bool) throws -> Bool {
        guard mayCome else { throw CancellationError() }
        return (try? isWritable(path)) ?? false
    }
}
