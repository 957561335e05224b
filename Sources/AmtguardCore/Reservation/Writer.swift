/// The process that wrote the list, as far as it could be found out before it ended.
///
/// The kernel reports the pid. Command and unit are read in `/proc` a moment later, with a check that it is still the
/// same process. They are foreign text, so they are made printable first.
public struct Writer: Hashable, Sendable, Codable, CustomStringConvertible {
    /// In the daemon's own pid namespace.
    public var pid: Int32
    /// `/proc/PID/comm`, at most 15 characters.
    public var command: String?
    /// The systemd unit of its control group, for example `systemd-sysctl.service`.
    public var unit: String?

    /// A writer; `nil` for what could not be found out.
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
