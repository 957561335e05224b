/// Who overwrote the list, and how often: by name, as each call of sysctl(8) is a process of its own.
public struct WriterTally: Hashable, Sendable {
    /// Processes of one name and unit.
    public struct Entry: Hashable, Sendable {
        /// The last of them.
        public var writer: Writer
        public var count: Int
        /// Whether it was the same process each time.
        public var isOneProcess = true
    }

    /// The most frequent first.
    public private(set) var entries: [Entry] = []
    /// How often it was somebody whose name found no place.
    public private(set) var others = 0

    /// A name is foreign: who changes it at each write must not fill the memory.
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

    /// `sysctl of tuned.service (598 times), bash[4711] (twice)`; `nil` where the kernel named nobody.
    func words(atMost most: Int = mostEntries) -> String? {
        guard !entries.isEmpty else { return nil }
        let named = entries.prefix(most).map { "\($0.name) (\($0.count.times))" }
        let rest = entries.dropFirst(most).reduce(others) { $0 + $1.count }
        return (rest == 0 ? named : named + ["others (\(rest.times))"]).joined(separator: ", ")
    }
}

extension WriterTally.Entry {
    /// With the pid where it was one process, without where each was another.
    var name: String {
        guard let command = writer.command, !isOneProcess else { return writer.description }
        return command + (writer.unit.map { " of \($0)" } ?? "")
    }
}

extension Writer {
    /// Whether a person would take them for the same program.
    func isNamed(like other: Writer) -> Bool {
        guard command != nil, other.command != nil else { return pid == other.pid }
        return command == other.command && unit == other.unit
    }
}

extension Int {
    /// `once`, `twice`, `3 times`
    var times: String { self == 1 ? "once" : self == 2 ? "twice" : "\(self) times" }
}
