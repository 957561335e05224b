public import AmtguardCore

/// How the doctor reads a machine. It never changes anything.
public protocol Machine {
    /// The content of a regular file, or of an attribute below `/proc` or `/sys`, at most a mebibyte; `nil` if there is
    /// no such file. A link to `/dev/null`, by which systemd hides a file of another directory, reads as an empty file.
    func read(_ path: String) throws(Unreadable) -> [UInt8]?

    /// The names in a directory, sorted by bytes; empty if there is no such directory.
    func names(in directory: String) throws(Unreadable) -> [String]

    /// The other network namespaces.
    func namespaces() throws(Unreadable) -> NamespaceSurvey
}

/// Why something can't be read.
public struct Unreadable: Error, Hashable, Sendable {
    /// "permission denied", "not a regular file", "larger than 1 MiB".
    public var says: String
    /// Whether root could read it.
    public var needsRoot: Bool

    public init(_ says: String, needsRoot: Bool = false) {
        self.says = says
        self.needsRoot = needsRoot
    }
}

/// The network namespaces of a machine, except the doctor's own.
public struct NamespaceSurvey: Sendable {
    public var looks: [NamespaceLook]
    /// How many were found that can't be entered.
    public var closed: Int
    /// How many processes hide their namespace. Most share one, so this does not count namespaces.
    public var hiddenProcesses: Int
    /// Whether some were skipped because there are too many.
    public var isCut: Bool

    public init(_ looks: [NamespaceLook], closed: Int = 0, hiddenProcesses: Int = 0, isCut: Bool = false) {
        self.looks = looks
        self.closed = closed
        self.hiddenProcesses = hiddenProcesses
        self.isCut = isCut
    }
}

/// One network namespace, as seen from inside it.
public struct NamespaceLook: Hashable, Sendable {
    /// A unit, a container or a name of `ip netns`; "pid 4711" if nothing better is known.
    public var owner: String
    /// From which ports its kernel chooses; `nil` if that can't be read.
    public var range: ClosedRange<UInt16>?
    /// Its list; `nil` if that can't be read.
    public var reserved: PortSet?
    /// Its IPv4 addresses, without those of the loopback interface; `nil` if they can't be read.
    public var addresses: [String]?

    public init(
        owner: String, range: ClosedRange<UInt16>?, reserved: PortSet?, addresses: [String]?
    ) {
        self.owner = owner
        self.range = range
        self.reserved = reserved
        self.addresses = addresses
    }
}
