import AmtguardCore
import Glibc
public import SystemPackage

// One daemon at a time. The lock belongs to an open file description (F_OFD_SETLK), not to a process, so closing
// another descriptor of the file in this process does not release it. The kernel releases it with the last descriptor,
// however the daemon ends.

extension RuntimeDirectory {
    /// Takes the lock `name` for as long as the descriptor lives.
    ///
    /// The present holder may need it only for a moment: the call tries again for as long as `patience`. The file has
    /// mode 0600: a user who could read it could take a read lock, and so keep the daemon from starting.
    /// The corresponding C function is `fcntl` with `F_OFD_SETLK`.
    /// - Throws: `resourceTemporarilyUnavailable` if another daemon has it.
    public borrowing func lock(
        _ name: String, creating: Bool = true, patience: Duration = .zero
    ) throws(Errno) -> Descriptor {
        let file = try open(name, O_RDWR | (creating ? O_CREAT : 0), mode: 0o600)
        try file.requireRegularFile()
        var lock = Self.wholeFile(F_WRLCK)
        let deadline = Instant.now() + patience
        var pause: UInt32 = 100
        while true {
            do {
                try valueOrErrno { unsafe fcntl(file.number, F_OFD_SETLK, &lock) }
                return file
            } catch {
                // POSIX allows either of the two.
                guard error == .resourceTemporarilyUnavailable || error == .permissionDenied else { throw error }
                guard Instant.now() < deadline else { throw .resourceTemporarilyUnavailable }
                usleep(pause)
                pause = min(pause * 2, 10_000)
            }
        }
    }

    /// Whether a process holds the lock `name`, without taking it; `nil` if that can't be found out.
    ///
    /// The corresponding C function is `fcntl` with `F_OFD_GETLK`.
    public borrowing func isLocked(_ name: String) -> Bool? {
        isLocked(name, against: F_RDLCK)
    }

    private borrowing func isLocked(_ name: String, against type: CInt) -> Bool? {
        do {
            let file = try open(name, O_RDONLY)
            try file.requireRegularFile()
            var lock = Self.wholeFile(type)
            try valueOrErrno { unsafe fcntl(file.number, F_OFD_GETLK, &lock) }
            return lock.l_type != Int16(F_UNLCK)
        } catch {
            return error == .noSuchFileOrDirectory ? false : nil
        }
    }

    /// Whether a process holds the record `name` open; `nil` if that can't be found out.
    ///
    /// Any local user can fake this: this alone may inform people, but not decide which daemon may run.
    /// The corresponding C function is `fcntl` with `F_OFD_GETLK`.
    public borrowing func isHeld(_ name: String) -> Bool? {
        isLocked(name, against: F_WRLCK)
    }

    fileprivate static func wholeFile(_ type: CInt) -> flock {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}

extension Descriptor {
    /// Takes a lock for reading, for as long as the descriptor lives. The corresponding C function is `fcntl` with
    /// `F_OFD_SETLK`.
    func lockForReading() throws(Errno) {
        var lock = RuntimeDirectory.wholeFile(F_RDLCK)
        try valueOrErrno { unsafe fcntl(number, F_OFD_SETLK, &lock) }
    }
}
