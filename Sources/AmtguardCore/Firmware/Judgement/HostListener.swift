// Programs of this host that listen on AMT's ports. One of them is presumably Intel LMS, which passes local requests to
// the firmware and is meant to listen there.

/// A listener of this host on one of AMT's ports.
public struct HostListener: Hashable, Sendable {
    /// Its socket, as the kernel shows it.
    public var listener: LocalSocket
    /// Whether it looks like Intel LMS. The kernel does not report which program has a socket, so this is only
    /// presumed.
    public var isPresumedLMS: Bool

    /// Those of `listeners` that listen on AMT's ports.
    static func all(_ listeners: [LocalSocket]) -> [HostListener] {
        listeners.filter { PortSet.ofAMT.contains($0.port) }.map {
            HostListener(listener: $0, isPresumedLMS: $0.isPresumedLMS)
        }
    }
}

extension LocalSocket {
    /// Whether all known properties fit Intel LMS: a TCP listener on one of AMT's ports, whose process, unit and owner
    /// may be LMS's.
    public var isPresumedLMS: Bool {
        guard self.protocol == .tcp, state == .listening, PortSet.ofAMT.contains(port) else { return false }
        return LMS.mayBe(uid: uid, unit: unit, commands: commands, isOnOneAddress: reach == .address)
    }

    /// Its owner, for people, as far as known: `presumably Intel LMS (lms.service)`, `nginx (nginx.service)`.
    public var owner: String {
        let name = isPresumedLMS ? "presumably Intel LMS" : commands.count == 1 ? commands[0] : nil
        guard let name else { return unit ?? "a program of uid \(uid)" }
        return "\(name) (\(unit ?? "uid \(uid)"))"
    }
}

/// The properties of Intel LMS, for all code that has to recognize it.
public enum LMS {
    /// The name of its process, in `/proc/PID/comm`.
    public static let command = "lms"

    /// Whether a listener may be LMS. A known name decides; without any name the answer is a guess.
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
    ///   - commands: The names of processes, one of which has the socket; empty if they are unknown.
    ///   - isOnOneAddress: Whether it listens on a single address that is not the loopback.
    public static func mayBe(uid: UInt32, unit: String?, commands: [String], isOnOneAddress: Bool) -> Bool {
        // LMS opens /dev/mei, so it does not run as an ordinary user.
        guard uid < 1_000 else { return false }
        if !commands.isEmpty { return commands.contains(command) }
        // Compares whole words: `films.service` is another server.
        if let unit { return unit.split { "-._@".contains($0) }.contains("lms") }
        return uid == 0 && !isOnOneAddress
    }
}
