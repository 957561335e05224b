import AmtguardCore
import AmtguardLinux
import SystemPackage

/// Reads the files of the configuration below a root; judging them is the core's.
struct ConfigurationLoader {
    let root: RootDirectory
    /// `--config FILE`: this one alone.
    let only: FilePath?

    /// More than this is no configuration: 1 MiB.
    static let most = 1 << 20

    /// All files in the order in which they are to be read. A file that is not there is not a problem, unless it was
    /// named on the command line; one that can't be read is.
    func files() -> [ConfigurationFile] {
        if let only { return [file(only.string, in: RootDirectory.host) ?? ConfigurationFile(path: only.string, content: .unreadable("no such file"))] }
        let main = ConfigurationLayout.mainFiles.lazy.compactMap { file($0, in: root) }.first
        let names = ConfigurationLayout.dropInDirectories.map { directory in
            (directory: directory, names: (try? root.names(in: FilePath(directory))) ?? [])
        }
        return (main.map { [$0] } ?? []) + ConfigurationLayout.dropIns(names).compactMap { file($0, in: root) }
    }

    /// The configuration, or `nil` where it is refused.
    func load() -> (Configuration?, [ConfigurationProblem]) {
        Configuration.parse(files())
    }

    private func file(_ path: String, in root: RootDirectory) -> ConfigurationFile? {
        do {
            return ConfigurationFile(path: path, content: .bytes(try root.readFile(FilePath(path), atMost: Self.most)))
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            return ConfigurationFile(path: path, content: .unreadable(Self.reason(error)))
        }
    }

    private static func reason(_ error: Errno) -> String {
        switch error {
        case .isDirectory: "is a directory. Allowed: a file"
        case .fileTooLarge: "is larger than \(most >> 20) MiB. Allowed: a file of at most that size"
        default: "can't be read: \(error)"
        }
    }
}
