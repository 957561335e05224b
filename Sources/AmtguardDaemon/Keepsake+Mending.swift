import AmtguardLinux
import SystemPackage

// The runtime directory while the daemon runs: anybody with the right to may delete it, or what lies in it. What is open
// then is no longer what others find: a second daemon would take another lock, and the next one read another memory.

extension Keepsake {
    /// What others no longer find.
    private enum Loss: Hashable { case directory, lock, memory, state }

    /// What was made anew.
    struct Mended: Equatable {
        /// The paths of what had been deleted or replaced.
        var paths: [String] = []
        /// Whether the memory could be opened for the first time: a former daemon's may lie in it.
        var isFirst = false
    }

    /// Looks whether the names still lead to what is open, and makes anew what they don't.
    ///
    /// A look that fails shows nothing. The state file is left to the next `write`.
    /// - Throws: `Taken` where another daemon has locked the file that lies there now. Whoever has that lock is the guard:
    ///   nothing here is open any more.
    mutating func mend(below root: borrowing RootDirectory) throws(Taken) -> Mended {
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
        mended.isFirst = hasRecord && !hadRecord
        return mended
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
            return losses
        }
    }

    /// Whether the name of the state file leads elsewhere by now.
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
