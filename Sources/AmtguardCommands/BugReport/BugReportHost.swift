import AmtguardCore
import AmtguardLinux
import Glibc
import SystemPackage

extension BugReport {
    /// The machine that the sections describe: this one, or the tree below `--root`.
    struct Host {
        let root: FilePath?
        /// The report of amtguardd.
        let outcome: Inquiry.Outcome
        let isRoot: Bool
        /// Called while a command runs.
        let whileWaiting: () -> Void

        /// The version numbers that look like addresses.
        var versions: Set<String> {
            let amt =
                switch outcome {
                case .report(let assessment): assessment.status.amt
                case .absence(let absence): absence.status.amt
                }
            let fields = (amt.firmware?.fields ?? []).filter { $0.name.lowercased().contains("version") }
            let texts = [amt.version].compactMap { $0 } + fields.compactMap(\.says)
            return Set(texts.flatMap { $0.split { " ,:()".contains($0) }.map(String.init) })
        }

        /// The output of a command, which must end within a limit of time.
        ///
        /// - Throws: `Unavailable` if it can't be started, or fails without output.
        func output(of arguments: [String], within patience: Duration = .seconds(10)) throws -> String {
            let name = arguments.first ?? ""
            let output: CommandOutput
            do {
                output = try CommandOutput(
                    of: arguments, within: patience, atMost: 512 << 10, whileWaiting: whileWaiting)
            } catch Errno.noSuchFileOrDirectory {
                throw Unavailable("\(name) is not installed, or not in PATH")
            } catch {
                throw Unavailable("\(name): \(error)")
            }
            let text = String(decoding: output.bytes, as: UTF8.self)
            switch output.end {
            case .status(0): return text
            case .status(let status) where text.isEmpty: throw Unavailable("\(name) ended with exit status \(status)")
            case .status(let status): return "\(text)\n[\(name) ended with exit status \(status)]"
            case .tooLong: return "\(text)\n[\(name) did not end within \(patience.components.seconds) s]"
            case .tooMuch: return "\(text)\n[\(name) printed more]"
            }
        }

        /// The content of a file, below `root` if `ofTree` is true, else of the machine itself; `nil` if there is none.
        func file(_ path: String, ofTree: Bool = true, atMost limit: Int = 64 << 10) throws -> String? {
            do {
                let bytes = try RootDirectory(path: ofTree ? root : nil).readFile(FilePath(path), atMost: limit)
                return String(decoding: bytes, as: UTF8.self)
            } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
                return nil
            } catch Errno.fileTooLarge {
                throw Unavailable("\(path): longer than \(limit >> 10) KiB")
            } catch Errno.permissionDenied where !isRoot {
                throw Unavailable("\(path): only root may read it")
            } catch {
                throw Unavailable("\(path): \(error)")
            }
        }

        /// The names in a directory below `root`; none if there is no such directory.
        func names(in directory: String) throws -> [String] {
            do {
                return try RootDirectory(path: root).names(in: FilePath(directory))
            } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
                return []
            } catch {
                throw Unavailable("\(directory): \(error)")
            }
        }
    }
}
