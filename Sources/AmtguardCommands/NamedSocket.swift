import AmtguardCore
import AmtguardLinux

/// A socket and the process that has it open; `nil` if the caller may not see that.
struct NamedSocket {
    var socket: Status.Socket
    var holder: SocketHolder?

    /// `curl[4711]`
    var process: String { holder.map { "\($0.command ?? "?")[\($0.pid)]" } ?? "-" }

    /// Its standing, for people. If the daemon can't see a listener's process, it guesses that the listener is Intel
    /// LMS. If the caller sees the process, its name decides.
    var standingWords: String {
        guard socket.standing == Standing.lms.rawValue, let command = holder?.command,
            !LMS.mayBe(uid: socket.uid, unit: socket.unit, commands: [command], isOnOneAddress: false)
        else { return socket.standingWords }
        let name = printable(command.utf8)
        return socket.isOnLoopback ? "within this host (\(name))" : "not Intel LMS but \(name)"
    }

    var json: JSON { socket.json(pid: holder?.pid, command: holder?.command) }

    /// Finds the processes. The daemon may not read other processes' files; amtguardctl reads those that its caller
    /// may.
    static func naming(_ sockets: [Status.Socket]) -> [NamedSocket] {
        let holders = holders(of: Set(sockets.compactMap(\.inode)))
        return sockets.map { socket in NamedSocket(socket: socket, holder: socket.inode.flatMap { holders[$0] }) }
    }
}
