/// How much a finding matters.
public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Nothing that was examined concerns AMT's ports.
    case ok
    /// Worth knowing. Nothing is lost on this machine now, or amtguard protects against it.
    case note
    /// The check could not find it out.
    case unknown
    /// Packets are lost now and then until the setting is changed.
    case warning
    /// AMT's ports are not protected.
    case problem

    /// Whether it counts in the exit status.
    public var isAlarm: Bool { self >= .warning }

    public static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Diagnosis {
    /// One thing that a check found.
    public struct Finding: Hashable, Sendable {
        /// The identifier of the check, which is also the anchor in `docs/DOCTOR.md`.
        public var check: String
        public var severity: Severity
        /// The program that has the setting: "Unbound", "the kernel".
        public var component: String
        /// The file that sets it; `nil` if no file does.
        public var place: Place?
        /// The fact, in one sentence without a full stop.
        public var says: String
        /// The consequence on this machine; `nil` if there is none.
        public var consequence: String?
        /// The exact change to make; `nil` if there is nothing to do.
        public var change: String?
        /// Whether the finding only says that root could find out more.
        public var needsRoot: Bool

        /// A finding.
        public init(
            check: String, severity: Severity, component: String, place: Place? = nil, says: String,
            consequence: String? = nil, change: String? = nil, needsRoot: Bool = false
        ) {
            self.check = check
            self.severity = severity
            self.component = component
            self.place = place
            self.says = says
            self.consequence = consequence
            self.change = change
            self.needsRoot = needsRoot
        }
    }
}

/// A line of a file.
public struct Place: Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// Counted from 1; `nil` for the file as a whole.
    public var line: Int?

    public init(_ file: String, _ line: Int? = nil) {
        self.file = file
        self.line = line
    }

    public var description: String { line.map { "\(file):\($0)" } ?? file }
}
