/// Why the list could not be read or written.
public enum Obstacle: Hashable, Sendable {
    /// The kernel has no such setting, or this `/proc` does not show it.
    case missing
    /// Mounted read-only, as in most containers.
    case readOnly
    /// The process lacks CAP_NET_ADMIN over its network namespace.
    case notPermitted
    /// Another file is mounted over the list, so the kernel's list can't be read.
    case covered
    /// The text is not a list of ports; the wrong part of it.
    case malformed(String)
    /// A change was written, and another program undid it before each look.
    case busy
    /// Anything else, in the words of the C library.
    case failed(String)

    /// A word for programs.
    var id: String {
        switch self {
        case .missing: "list-missing"
        case .readOnly: "list-read-only"
        case .notPermitted: "not-permitted"
        case .covered: "list-covered"
        case .malformed: "list-malformed"
        case .busy: "list-busy"
        case .failed: "list-failed"
        }
    }

    /// The words of all.
    static let ids = Set(
        [Obstacle.missing, .readOnly, .notPermitted, .covered, .malformed(""), .busy, .failed("")].map(\.id))

    /// The obstacle, for people.
    public var says: String {
        switch self {
        case .missing: "this kernel shows no net.ipv4.ip_local_reserved_ports"
        case .readOnly: "net.ipv4.ip_local_reserved_ports is read-only here"
        case .notPermitted: "writing net.ipv4.ip_local_reserved_ports is not permitted"
        case .covered:
            "another file is mounted over net.ipv4.ip_local_reserved_ports, so the kernel's list can't be read"
        case .malformed(let part): "net.ipv4.ip_local_reserved_ports is not a list of ports: \"\(part)\""
        case .busy: "another program writes net.ipv4.ip_local_reserved_ports at the same time"
        case .failed(let error): "net.ipv4.ip_local_reserved_ports can't be used: \(error)"
        }
    }

    /// What to do about it.
    public var advice: String {
        switch self {
        case .missing: "Mount /proc, or use a kernel with CONFIG_INET, 2.6.35 or later."
        case .readOnly:
            "Run amtguardd on the host, or mount that one file writable (ReadWritePaths= of the unit, "
                + "or a bind mount into the container)."
        case .notPermitted: "Give amtguardd CAP_NET_ADMIN in the network namespace that it guards."
        case .covered, .malformed: "See whether a file is mounted over it (findmnt -R /proc/sys), and unmount it."
        case .busy: "Find the other writer: journalctl -u amtguardd, field AMTGUARD_WRITER_COMM."
        case .failed: "Look at the error; amtguard tries again at each audit."
        }
    }
}
