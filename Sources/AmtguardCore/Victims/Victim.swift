/// A socket that AMT cuts off, and when amtguard first saw that.
public struct Victim: Hashable, Sendable {
    /// As the kernel showed it at the last look.
    public var socket: LocalSocket
    /// When it was first seen: the kernel does not report the age of a socket.
    public var since: Moment

    init(_ socket: LocalSocket, since: Moment) {
        self.socket = socket
        self.since = since
    }

    /// Identifies the socket at the next look, in any state.
    struct Identity: Hashable, Sendable {
        private var socket: LocalSocket

        init(_ socket: LocalSocket) {
            self.socket = socket
            self.socket.state = .established
            self.socket.retransmissions = 0
            self.socket.inode = nil
            // The unit is derived from the control group, which may disappear before the socket.
            self.socket.unit = nil
            self.socket.commands = []
        }
    }
}

extension Victim: CutOff {
    var identity: Identity { Identity(socket) }
    var began: Event { .victim(self) }
    var ended: Event { .victimEnded(self) }
    static func untold(_ count: Int) -> Event { .victimsUntold(count) }
}
