import Glibc
import SystemPackage

/// Writes to the journal, in its native protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL
///
/// `sd_journal_sendv` does the same, but blocks if journald hangs and its queue is full. Checking the socket first does
/// not prevent this, because all programs share the queue. Here a full queue drops the entry and counts it; the next
/// entry that is accepted carries the count.
public final class Journal {
    /// Entries dropped since the last accepted one.
    public private(set) var dropped = 0

    private let socket: String
    private let descriptor = try? DatagramSocket.open()
    private let identifier: String
    private let droppedField: String

    /// A journal without sent entries.
    ///
    /// - Parameters:
    ///   - identifier: SYSLOG_IDENTIFIER of each entry.
    ///   - droppedField: the field for the number of entries dropped before this one.
    ///   - socket: the socket of journald.
    public init(identifier: String, droppedField: String, socket: String = "/run/systemd/journal/socket") {
        self.identifier = identifier
        self.droppedField = droppedField
        self.socket = socket
    }

    deinit { try? descriptor?.close() }

    /// Sends one entry, or drops it, and never blocks. Values may contain any bytes and any number of lines.
    ///
    /// - Parameter fields: names are upper-case letters, digits and underscores. All values together have room for
    ///   about 200 KiB, the kernel's limit for a datagram; a longer entry is dropped.
    /// - Returns: whether journald accepted it; false if there is no journal.
    @discardableResult
    public func send(_ fields: [(name: String, value: String)]) -> Bool {
        var entry: [UInt8] = []
        entry.append(name: "SYSLOG_IDENTIFIER", value: identifier)
        if dropped > 0 {
            entry.append(name: droppedField, value: "\(dropped)")
        }
        for (name, value) in fields {
            entry.append(name: name, value: value)
        }
        do {
            try DatagramSocket.send(entry, to: socket, by: descriptor)
        } catch {
            dropped += 1
            return false
        }
        dropped = 0
        return true
    }

    /// Whether standard error is a stream to the journal. Then entries should not be written there as well.
    ///
    /// It compares JOURNAL_STREAM with the device and inode of descriptor 2. The corresponding C function is `fstat`.
    public static var isStandardErrorConnected: Bool {
        var status = stat()
        guard let stream = environment("JOURNAL_STREAM"), unsafe fstat(STDERR_FILENO, &status) == 0 else {
            return false
        }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}

extension [UInt8] {
    /// A field in the form for arbitrary bytes: the name, a newline, the length as 64 bits in little endian, the value,
    /// a newline.
    fileprivate mutating func append(name: String, value: String) {
        append(contentsOf: name.utf8)
        append(UInt8(ascii: "\n"))
        let length = UInt64(value.utf8.count)
        append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
        append(contentsOf: value.utf8)
        append(UInt8(ascii: "\n"))
    }
}
