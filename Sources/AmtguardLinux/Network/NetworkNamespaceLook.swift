public import AmtguardCore

/// One network namespace, as seen from inside it.
public struct NetworkNamespaceLook: Hashable, Sendable {
    /// Its inode, as `lsns -t net` shows it.
    public var inode: UInt64
    /// Its owner: "container 0123456789ab", a unit, a name of `ip netns`, else "pid 4711". Printable.
    public var owner: String
    /// From which ports its kernel chooses; `nil` if that can't be read.
    public var range: ClosedRange<UInt16>?
    /// Its list; `nil` if that can't be read.
    public var reserved: PortSet?
    /// Its IPv4 addresses, without those of the loopback interface; `nil` if they can't be read.
    public var addresses: [IPv4Address]?
}

/// All network namespaces that were found, except the caller's own.
public struct NetworkNamespaces: Hashable, Sendable {
    /// Each once, by inode.
    public var looks: [NetworkNamespaceLook] = []
    /// How many are known to exist but could not be entered: that needs CAP_SYS_ADMIN.
    public var closed = 0
    /// How many processes hide their namespace: seeing it needs root, or at least CAP_SYS_PTRACE. How many further
    /// namespaces they have is unknown.
    public var hiddenProcesses = 0
    /// Whether some were skipped because there are too many.
    public var isCut = false
}
