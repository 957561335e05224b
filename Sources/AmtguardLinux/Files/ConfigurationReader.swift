public import AmtguardCore
public import SystemPackage

/// Reads the files of the configuration below a root; the core judges them.
public struct ConfigurationReader: Sendable {
    /// `--config FILE`: only this file, in any directory.
    private let only: FilePath?
    /// Whether another user reads them on behalf of the daemon, which has a separate user.
    private let forDaemon: Bool

    /// The limits: 64 KiB per file, 1 MiB in all files, and this many drop-ins.
    private static let most = 64 << 10
    private static let mostInAll = 1 << 20
    private static let mostDropIns = 256

    /// A reader of all files, or of one.
    ///
    /// - Parameter forDaemon: Whether a file that only root may read counts as unreadable, as it is for the daemon.
    public init(only: FilePath? = nil, forDaemon: Bool = false) {
        self.only = only
        self.forDaemon = forDaemon
    }

    /// The correct values of the configuration, and the problems that a person should look at.
    public func load(below root: borrowing RootDirectory) -> (right: Configuration, [ConfigurationProblem]) {
        Configuration.salvage(files(below: root))
    }

    /// All files in the order of reading. A missing file is a problem only if the command line names it; an unreadable
    /// file always is.
    public func files(below root: borrowing RootDirectory) -> [ConfigurationFile] {
        if let only { return [named(only)] }
        var files: [ConfigurationFile] = []
        for path in ConfigurationLayout.mainFiles {
            guard let file = file(path, below: root) else { continue }
            files.append(file)
            break
        }
        var names: [(directory: String, names: [String])] = []
        for directory in ConfigurationLayout.dropInDirectories {
            do {
                names.append((directory, try root.names(in: FilePath(directory))))
            } catch Errno.fileTooLarge {
                return files + [Self.tooMany(in: directory)]
            } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
                continue
            } catch {
                files.append(
                    ConfigurationFile(path: directory, content: content(for: error, at: directory, below: root)))
            }
        }
        let dropIns = ConfigurationLayout.dropIns(names)
        if dropIns.count > Self.mostDropIns {
            let beyond = FilePath(dropIns[Self.mostDropIns])
            return files + [Self.tooMany(in: beyond.removingLastComponent().string)]
        }
        var size = files.map(\.size).reduce(0, +)
        for path in dropIns {
            guard size <= Self.mostInAll else { return files + [Self.tooMany(in: path)] }
            let nothing = ConfigurationFile(path: path, content: .unreadable("a link to a file that does not exist"))
            files.append(file(path, below: root) ?? nothing)
            size += files.last?.size ?? 0
        }
        return files
    }

    /// The problem of the first file that is not read because of the limits.
    private static func tooMany(in path: String) -> ConfigurationFile {
        let reason =
            "too much configuration; this and all files after it are not read. "
            + "Allowed: \(mostDropIns) drop-ins, and \(mostInAll >> 20) MiB in all files"
        return ConfigurationFile(path: path, content: .unreadable(reason))
    }

    private func named(_ path: FilePath) -> ConfigurationFile {
        guard let host = try? RootDirectory(), let file = file(path.string, below: host) else {
            return ConfigurationFile(path: path.string, content: .unreadable("there is no such file"))
        }
        return file
    }

    private func file(_ path: String, below root: borrowing RootDirectory) -> ConfigurationFile? {
        do throws(Errno) {
            // A link to /dev/null hides the file of the same name in later directories (systemd.syntax(7)).
            let isMasked = try root.isNullDevice(FilePath(path))
            let bytes = isMasked ? [] : try root.readFile(FilePath(path), atMost: Self.most)
            if forDaemon, try root.isForRootAlone(FilePath(path)) { throw Errno.permissionDenied }
            return ConfigurationFile(path: path, content: .bytes(bytes))
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            return ConfigurationFile(path: path, content: content(for: error, at: path, below: root))
        }
    }

    private func content(
        for error: Errno, at path: String, below root: borrowing RootDirectory
    ) -> ConfigurationFile.Content {
        switch error {
        case .permissionDenied where forDaemon && (try? root.isForRootAlone(FilePath(path))) == false:
            .hidden("you may not read this; amtguardd perhaps may")
        case .isDirectory: .unreadable("this is a directory. Allowed: a file")
        case .invalidArgument: .unreadable("this is not a regular file. Allowed: a file")
        case .fileTooLarge:
            .unreadable("the file is too large. Allowed: at most \(Self.most >> 10) KiB")
        case .permissionDenied:
            .unreadable("amtguardd can't read this: \(error). Allowed: what everybody can read (chmod a+rX)")
        default: error.mayPass ? .unread("can't be read: \(error)") : .unreadable("can't be read: \(error)")
        }
    }
}

extension ConfigurationFile {
    fileprivate var size: Int { if case .bytes(let bytes) = content { bytes.count } else { 0 } }
}
