/// The process that wrote the list, as far as it could be found out before it was gone.
///
/// The pid is the kernel's word. Command and unit are what `/proc` held a moment later, checked to be still the
/// same process; they are foreign text, so they are made printable before anybody reads them.
public struct Writer: Hashable, Sendable, Codable, CustomStringConvertible {
    /// In the daemon's own pid namespace.
    public var pid: Int32
    /// `/proc/PID/comm`, at most 15 characters.
    public var command: String?
    /// The systemd unit of its control group, for example `systemd-sysctl.service`.
    public var unit: String?

    /// A writer; `nil` is what could not be found out.
    public init(pid: Int32, command: String? = nil, unit: String? = nil) {
        self.pid = pid
        self.command = command
        self.unit = unit
    }

    /// `sysctl[4711] of systemd-sysctl.service`, or as much of it as is known.
    public var description: String {
        (command.map { "\($0)[\(pid)]" } ?? "process \(pid)") + (unit.map { " of \($0)" } ?? "")
    }
}
