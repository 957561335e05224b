import AmtguardCore
import SystemPackage

/// Where a network namespace was found, and the owner that follows from this.
struct NamespaceOwner {
    /// The process with the lowest number in it.
    var pid: Int32?
    /// The name of the file that `ip netns` or a container manager mounted.
    var name: String?

    /// The container of the process, its unit, the name, or the process.
    ///
    /// A name given by an administrator says more than the session of a command; a service says more than a name that
    /// systemd or a container manager generated.
    /// name that systemd or a container manager made up.
    func words(below proc: FilePath) -> String {
        let group = pid.flatMap { try? RootDirectory().readFile(proc.appending("\($0)/cgroup"), atMost: 65_536) }
        let unit = group.flatMap(ControlGroup.unit)
        if let container = group.flatMap(Self.container) { return "container \(container)" }
        if let unit, unit.hasSuffix(".service"), !unit.hasPrefix("user@") { return unit }
        if let name { return printable(name.utf8) }
        return unit ?? pid.map { "pid \($0)" } ?? "unknown"
    }

    /// The short id of the container in the text of `/proc/PID/cgroup`, as docker, podman and crictl print it; `nil`
    /// for a process outside of containers.
    ///
    /// The managers name a group after the id, 64 hexadecimal digits: `/docker/ID`, `docker-ID.scope`,
    /// `libpod-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope`. The innermost group decides.
    static func container(cgroup text: [UInt8]) -> String? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            for part in line.split(separator: UInt8(ascii: "/")).reversed() {
                let words = part.split { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
                guard let id = words.first(where: isID) else { continue }
                return String(decoding: id.prefix(12), as: UTF8.self)
            }
        }
        return nil
    }

    private static func isID(_ word: ArraySlice<UInt8>) -> Bool {
        word.count == 64 && word.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
