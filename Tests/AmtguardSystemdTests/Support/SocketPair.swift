import Glibc
import SystemPackage

@testable import AmtguardSystemd

/// Two ends of one connection on one loop, without a bus.
final class SocketPair {
    let loop: EventLoop
    let server: Bus
    let client: Bus

    init() throws {
        var ends: [CInt] = [0, 0]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        try unsafe check(socketpair(AF_UNIX, type, 0, &ends))
        loop = try EventLoop()
        server = try Bus.peer(FileDescriptor(rawValue: ends[0]), asServer: true, on: loop)
        client = try Bus.peer(FileDescriptor(rawValue: ends[1]), asServer: false, on: loop)
    }

    /// Calls a method of the server's object and waits for the answer.
    func call(_ interface: String, _ member: String, _ arguments: [BusValue] = []) throws -> BusMessage? {
        var answer: BusMessage??
        client.call(nil, "/org/example", interface, member, arguments) { answer = .some($0) }
        guard try loop.run(until: { answer != nil }) else { throw Errno.timedOut }
        return answer ?? nil
    }

    func property(_ member: String, _ arguments: [BusValue]) throws -> BusMessage? {
        try call("org.freedesktop.DBus.Properties", member, arguments)
    }
}
