import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import SystemPackage

/// This machine, or the tree below `--root`, as the doctor sees it.
struct RealMachine: Machine {
    private let root: FilePath?
    /// Shows that a search takes a while.
    private let progress: Progress
    private static let most = 1 << 20

    init(root: FilePath?, _ progress: Progress) {
        self.root = root
        self.progress = progress
    }

    func read(_ path: String) throws(Unreadable) -> [UInt8]? {
        do {
            if let bytes = try read(path, below: RootDirectory(path: root)) { return bytes }
            // A tree seldom has its own /proc. The running kernel is the same for both.
            return root != nil && path.hasPrefix("/proc/") ? try read(path, below: RootDirectory()) : nil
        } catch {
            throw Unreadable(error)
        }
    }

    private func read(_ path: String, below root: consuming RootDirectory) throws(Errno) -> [UInt8]? {
        do {
            // A link to /dev/null masks a file: it reads as empty.
            guard try !root.isNullDevice(FilePath(path)) else { return [] }
            let isKernels = path.hasPrefix("/proc/") || path.hasPrefix("/sys/")
            return try root.readForeignFile(FilePath(path), atMost: Self.most, isKernels: isKernels)
        } catch Errno.noSuchFileOrDirectory {
            // The link exists although its target does not: a tree may have no /dev.
            guard let target = try? root.target(of: FilePath(path)) else { return nil }
            guard target == "/dev/null" else { throw .noSuchFileOrDirectory }
            return []
        } catch Errno.notDirectory {
            return nil
        }
    }

    func names(in directory: String) throws(Unreadable) -> [String] {
        do {
            let names = try names(in: directory, below: RootDirectory(path: root))
            guard names.isEmpty, root != nil, directory == "/proc" else { return names }
            return try self.names(in: directory, below: RootDirectory())
        } catch {
            throw Unreadable(error)
        }
    }

    private func names(in directory: String, below root: consuming RootDirectory) throws(Errno) -> [String] {
        do {
            return try root.names(in: FilePath(directory), atMost: 65_536)
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            return []
        }
    }

    /// The namespaces of the running kernel, also with `--root`.
    func namespaces() throws(Unreadable) -> NamespaceSurvey {
        do {
            let found = try NamespaceReader().read { done, all in
                progress.show("doctor: network namespace \(done) of \(all)")
            }
            let looks = found.looks.map {
                NamespaceLook(
                    owner: $0.owner, range: $0.range, reserved: $0.reserved,
                    addresses: $0.addresses?.map(\.description))
            }
            return NamespaceSurvey(
                looks, closed: found.closed, hiddenProcesses: found.hiddenProcesses, isCut: found.isCut)
        } catch {
            throw Unreadable(error)
        }
    }
}

extension Unreadable {
    fileprivate init(_ error: Errno) {
        switch error {
        case .permissionDenied, .notPermitted: self.init("permission denied", needsRoot: true)
        case .noSuchFileOrDirectory: self.init("a link to a file that does not exist")
        case .tooManySymbolicLinkLevels: self.init("a loop of links")
        case .fileTooLarge: self.init("larger than 1 MiB, or more than 65536 names")
        case .invalidArgument: self.init("not a regular file")
        case .isDirectory: self.init("a directory")
        default: self.init("\(error)")
        }
    }
}
