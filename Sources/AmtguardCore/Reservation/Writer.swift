/// The process that wrote the list, as far as it could be found out before it ended.
///
/// A program in the kernel records all of it at the write. Without one, the kernel reports the pid; command and unit
/// are read in `/proc` a moment later, with a check that it is still the same process. They are foreign text, so they
/// are made printable first.
public struct Writer: Hashable, Sendable, Codable, CustomStringConvertible {
    /// In the daemon's own pid namespace; in the host's, if a program in the kernel saw a process that is not in the
    /// daemon's.
    public var pid: Int32
    /// `/proc/PID/comm`, at most 15 characters.
    public var command: String?
    /// The systemd unit of its control group, for example `systemd-sysctl.service`.
    public var unit: String?
    /// Its parent process, known only from a program in the kernel.
    public var parent: Parent?

    /// The parent of a writer.
    public struct Parent: Hashable, Sendable, Codable {
        /// In the same namespace as the pid of its child.
        public var pid: Int32
        /// `/proc/PID/comm`, at most 15 characters, made printable; `nil` if unknown.
        public var command: String?

        /// A parent; `nil` for an unknown name.
        public init(pid: Int32, command: String?) {
            self.pid = pid
            self.command = command
        }
    }

    /// A writer; `nil` for what is unknown.
    public init(pid: Int32, command: String? = nil, unit: String? = nil, parent: Parent? = nil) {
        self.pid = pid
        self.command = command
        self.unit = unit
        self.parent = parent
    }

    /// `sysctl[4711] of session-3.scope, run by bash[4690]`, or as much of it as is known.
    public var description: String {
        brief + (parent.map { ", run by \(Self.name($0.pid, $0.command))" } ?? "")
    }

    /// At the beginning of a sentence.
    var subject: String { description + (parent == nil ? "" : ",") }

    /// Without its parent.
    var brief: String { Self.name(pid, command) + (unit.map { " of \($0)" } ?? "") }

    private static func name(_ pid: Int32, _ command: String?) -> String {
        command.map { "\($0)[\(pid)]" } ?? "process \(pid)"
    }
}

/// Which programs overwrote the list, and how often. They are counted by name, because each call of sysctl(8) is a new
/// process.
public struct WriterTally: Hashable, Sendable {
    /// The processes that share a name and a unit.
    public struct Entry: Hashable, Sendable {
        /// The last of them.
        public var writer: Writer
        /// How many overwrites they made together.
        public var count: Int
        /// Whether it was the same process each time.
        public var isOneProcess = true
    }

    /// The most frequent first.
    public private(set) var entries: [Entry] = []
    /// How many overwrites came from writers that have no entry.
    public private(set) var others = 0

    /// A program chooses its own name. A program that takes a new name for each write must not exhaust the memory.
    static let mostEntries = 8

    mutating func count(_ writer: Writer) {
        guard let index = entries.firstIndex(where: { $0.writer.isNamed(like: writer) }) else {
            guard entries.count < Self.mostEntries else { return others += 1 }
            return entries.append(Entry(writer: writer, count: 1))
        }
        entries[index].isOneProcess = entries[index].isOneProcess && entries[index].writer.pid == writer.pid
        entries[index].writer = writer
        entries[index].count += 1
        var place = index
        while place > 0, entries[place - 1].count < entries[place].count {
            entries.swapAt(place - 1, place)
            place -= 1
        }
    }

    /// `sysctl of tuned.service (598 times), bash[4711] (twice)`; `nil` if the kernel named no writer.
    func words(atMost most: Int = mostEntries) -> String? {
        guard !entries.isEmpty else { return nil }
        let named = entries.prefix(most).map { "\($0.name) (\($0.count.times))" }
        let rest = entries.dropFirst(most).reduce(others) { $0 + $1.count }
        return (rest == 0 ? named : named + ["others (\(rest.times))"]).joined(separator: ", ")
    }
}

extension WriterTally.Entry {
    /// With the pid if there was one process, without it if there were several.
    var name: String {
        guard let command = writer.command, !isOneProcess else { return writer.brief }
        return command + (writer.unit.map { " of \($0)" } ?? "")
    }
}

extension Writer {
    /// Whether people would take both for the same program.
    func isNamed(like other: Writer) -> Bool {
        guard command != nil, other.command != nil else { return pid == other.pid }
        return command == other.command && unit == other.unit
    }
}

extension BinaryInteger {
    /// `once`, `twice`, `3 times`
    var times: String { self == 1 ? "once" : self == 2 ? "twice" : "\(self) times" }
}
