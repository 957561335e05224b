// Programs of this host that listen on AMT's ports. One of them is presumably Intel LMS, which hands local requests to
// the firmware and belongs there.

/// A listener of this host on one of AMT's ports.
public struct HostListener: Hashable, Sendable {
    /// Its socket, as the kernel shows it.
    public var listener: LocalSocket
    /// Whether it looks like Intel LMS. The kernel does not say which program has a socket, so this is only presumed.
    public var isPresumedLMS: Bool

    /// Those of `listeners` that listen on AMT's ports.
    static func all(_ listeners: [LocalSocket]) -> [HostListener] {
        listeners.filter { PortSet.ofAMT.contains($0.port) }.map {
            HostListener(listener: $0, isPresumedLMS: $0.isPresumedLMS)
        }
    }
}

extension LocalSocket {
    /// Whether everything that is known of it fits Intel LMS: a TCP listener on one of AMT's ports, whose process, unit
    /// and owner may be LMS's.
    public var isPresumedLMS: Bool {
        guard self.protocol == .tcp, state == .listening, PortSet.ofAMT.contains(port) else { return false }
        return LMS.mayBe(uid: uid, unit: unit, commands: commands, isOnOneAddress: reach == .address)
    }

    /// Its owner, for people, as far as that is known: `presumably Intel LMS (lms.service)`, `nginx (nginx.service)`.
    public var owner: String {
        let name = isPresumedLMS ? "presumably Intel LMS" : commands.count == 1 ? commands[0] : nil
        guard let name else { return unit ?? "a program of uid \(uid)" }
        return "\(name) (\(unit ?? "uid \(uid)"))"
    }
}

/// What is known of Intel LMS, for everything that has to recognize it.
public enum LMS {
    /// The name of its process, in `/proc/PID/comm`.
    public static let command = "lms"

    /// Whether a listener may be LMS. A name that is known decides; only without any name it is a guess.
    ///
    /// | process | unit | owner | LMS |
    /// |---|---|---|---|
    /// | `lms` is one of the names | any | a user of the system | yes |
    /// | other names | any | any | no |
    /// | unknown | of LMS's name, `lms.service` or `snap.lms.lms.service` | a user of the system | yes |
    /// | unknown | another | any | no |
    /// | unknown | unknown | root, and not on one address alone | yes: that is the guess |
    ///
    /// - Parameters:
    ///   - uid: The owner of the socket; below 1000 is a user of the system.
    ///   - unit: Its systemd unit; `nil` if unknown.
    ///   - commands: The names of the processes of which one has the socket; empty if they are unknown.
    ///   - isOnOneAddress: Whether it listens on one address alone, not on all and not on the loopback.
    public static func mayBe(uid: UInt32, unit: String?, commands: [String], isOnOneAddress: Bool) -> Bool {
        // It opens /dev/mei, so it is no person's program.
        guard uid < 1_000 else { return false }
        if !commands.isEmpty { return commands.contains(command) }
        // The whole word: `films.service` is another server.
        if let unit { return unit.split { "-._@".contains($0) }.contains("lms") }
        return uid == 0 && !isOnOneAddress
    }
}
