import AmtguardLinux
import SystemPackage

// While the daemon runs, a program with the permission may delete the runtime directory or its files. Then the daemon
// has open files that other programs no longer find: a second daemon would take another lock, and the next daemon would
// read another memory.

extension Keepsake {
    /// The files that other programs no longer find.
    private enum Loss: Hashable { case directory, lock, memory, state, probe }

    /// What was created again.
    struct Mended: Equatable {
        /// The paths that had been deleted or replaced.
        var paths: [String] = []
        /// Whether the memory was opened for the first time. It may contain the record of a former daemon.
        var isFirst = false
    }

    /// Checks that the names still lead to the open files, and creates the files again whose names do not.
    ///
    /// A check that fails counts as no loss. The next `write` creates the state file.
    /// - Throws: `Taken` if another daemon has locked the file that is there now; then everything here is closed. Also
    ///   if the directory now belongs to another user, whose daemon should guard.
    mutating func mend(below root: borrowing RootDirectory) throws(Taken) -> Mended {
        // The lock stays until this daemon ends.
        if isLocked, isDispossessed { throw Taken() }
        guard let losses = try? losses(below: root), !losses.isEmpty || lostState else { return Mended() }
        var mended = Mended()
        let (wasLocked, hadRecord) = (isLocked, hasRecord)
        let all = losses.contains(.directory)
        if all { directory = nil }
        if all || losses.contains(.lock) { lock = nil }
        if all || losses.contains(.memory) { record = nil }
        let isStateLost = lostState || losses.contains(.state)
        lostState = false
        if all || losses.contains(.state) { state = nil }
        do {
            try open(below: root, creating: true, patience: .milliseconds(100))
        } catch {
            self = Keepsake()
            throw error
        }
        guard isLocked else { return mended }
        let path = Self.path.string
        if all, wasLocked {
            mended.paths = [path]
        } else {
            if losses.contains(.lock), wasLocked { mended.paths.append("\(path)/\(Self.lockName)") }
            if losses.contains(.memory), hadRecord, hasRecord { mended.paths.append("\(path)/\(Self.memoryName)") }
            if isStateLost { mended.paths.append("\(path)/\(Self.stateName)") }
        }
        if let bytes = probe?.bytes, all || losses.contains(.probe) {
            let wasWritten = probe?.file != nil
            writeProbe(bytes)
            if !all, wasWritten { mended.paths.append("\(path)/\(Self.probeName)") }
        }
        mended.isFirst = hasRecord && !hadRecord
        return mended
    }

    /// Whether the directory now belongs to another user, so that this one may no longer write to it: the package was
    /// installed on a machine that a container guards, and systemd changed the owner.
    private var isDispossessed: Bool {
        switch directory {
        case .none: false
        case .some(let directory): directory.isOthers
        }
    }

    private func losses(below root: borrowing RootDirectory) throws(Errno) -> Set<Loss> {
        switch directory {
        case .none: return [.directory]
        case .some(let directory):
            guard try directory.isStill(at: Self.path, in: root) else { return [.directory] }
            var losses: Set<Loss> = []
            if try lockIdentity != directory.identity(of: Self.lockName) { losses.insert(.lock) }
            if try recordIdentity != directory.identity(of: Self.memoryName) { losses.insert(.memory) }
            if isStateLost { losses.insert(.state) }
            if let probe {
                let file = try directory.identity(of: Self.probeName)
                if file == nil || file != probe.file { losses.insert(.probe) }
            }
            return losses
        }
    }

    /// Whether the name of the state file no longer leads to the file that was written.
    var isStateLost: Bool {
        guard let state else { return false }
        switch directory {
        case .none: return false
        case .some(let directory):
            do { return try directory.identity(of: Self.stateName) != state } catch { return false }
        }
    }

    private var lockIdentity: FileIdentity? {
        get throws(Errno) {
            switch lock {
            case .some(let lock): try lock.identity
            case .none: nil
            }
        }
    }

    private var recordIdentity: FileIdentity? {
        get throws(Errno) {
            switch record {
            case .some(let record): try record.identity
            case .none: nil
            }
        }
    }
}
