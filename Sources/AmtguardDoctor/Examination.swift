/// What a check gets: access to the machine, the situation, and the list of its findings.
///
/// The examination itself reports each file that it can't read as unknown, once. A check only deals with files that
/// exist.
final class Examination {
    let machine: any Machine
    let situation: Situation
    private let check: Check
    private(set) var findings: [Diagnosis.Finding] = []
    /// How much this check may still read.
    private var budget = 8 << 20
    private var filesLeft = 512
    private var isSpent = false
    /// The files and directories that were reported as unreadable.
    private var told: Set<String> = []
    private var counts: [Severity: Int] = [:]
    /// How many findings of one severity a check reports. A file may be from any user, and repeat a line a million
    /// times.
    static let most = 20

    init(_ check: Check, _ machine: any Machine, _ situation: Situation) {
        self.check = check
        self.machine = machine
        self.situation = situation
    }

    /// Reports a finding, unless too many of its severity were reported before. A finding about another component names
    /// it.
    ///
    /// - Parameter needsRoot: Whether only root can find out more.
    /// - Parameter consequence: What follows on this machine.
    func report(
        _ severity: Severity, _ says: String, at place: Place? = nil, consequence: String? = nil,
        change: String? = nil, needsRoot: Bool = false, of component: String? = nil
    ) {
        counts[severity, default: 0] += 1
        let count = count(severity)
        guard count <= Self.most else {
            if count == Self.most + 1 {
                findings.append(
                    Diagnosis.Finding(
                        check: check.id, severity: severity, component: component ?? check.component,
                        place: place.map { Place($0.file) }, says: "there are more such findings, not listed here"))
            }
            return
        }
        findings.append(
            Diagnosis.Finding(
                check: check.id, severity: severity, component: component ?? check.component, place: place,
                says: says, consequence: consequence, change: change, needsRoot: needsRoot))
    }

    /// How many findings of this severity there were.
    func count(_ severity: Severity) -> Int { counts[severity] ?? 0 }

    /// The lines of a file; none if there is no such file. Reports a file that can't be read.
    func lines(_ path: String) -> [SourceLine] { lines(ifAny: path) ?? [] }

    /// The lines of a file; `nil` if there is no such file, or if it can't be read, which is reported.
    func lines(ifAny path: String) -> [SourceLine]? {
        guard let bytes = bytes(path) else { return nil }
        return SourceLine.lines(of: bytes, in: path)
    }

    /// The lines of all files of a directory whose names end in `suffix`, in the order of their names.
    func lines(in directory: String, suffix: String = "") -> [SourceLine] {
        names(in: directory).filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
            .flatMap { lines("\(directory)/\($0)") }
    }

    /// The names in a directory; none if there is no such directory. Reports a directory that can't be read.
    func names(in directory: String) -> [String] {
        do {
            return try machine.names(in: directory)
        } catch {
            unreadable(directory, error)
            return []
        }
    }

    /// The one line of an attribute of the kernel, such as `/proc/sys/net/ipv4/ip_local_port_range`; `nil` if there is
    /// none.
    func attribute(_ path: String) -> String? {
        lines(ifAny: path)?.first?.text
    }

    /// The content of a file; `nil` if there is no such file, or if it can't be read, which is reported.
    private func bytes(_ path: String) -> [UInt8]? {
        guard !isSpent else { return nil }
        guard filesLeft > 0, budget > 0 else {
            isSpent = true
            report(.unknown, "too many files, so the rest was not read", at: Place(path))
            return nil
        }
        do {
            // A file that is missing, or can't be read, takes time too.
            filesLeft -= 1
            guard let bytes = try machine.read(path) else { return nil }
            budget -= bytes.count
            return bytes
        } catch {
            unreadable(path, error)
            return nil
        }
    }

    /// The advice where only root can read.
    static let asRoot = "Run amtguardctl doctor as root."

    /// Whether a file that gave no content is missing. If not, a finding already says why it was not read.
    func isMissing(_ path: String) -> Bool {
        !isSpent && !told.contains(path)
    }

    private func unreadable(_ path: String, _ why: Unreadable) {
        guard told.insert(path).inserted else { return }
        let needsRoot = why.needsRoot && !situation.isRoot
        report(
            .unknown, "can't be read: \(why.says)", at: Place(path), change: needsRoot ? Self.asRoot : nil,
            needsRoot: needsRoot)
    }
}

/// A line of a configuration file.
struct SourceLine: Hashable, Sendable {
    var place: Place
    /// Without the end of the line. Bytes that are not UTF-8 are replaced.
    var text: String

    static func lines(of bytes: [UInt8], in file: String) -> [SourceLine] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map { index, line in
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return SourceLine(place: Place(file, index + 1), text: String(decoding: line, as: UTF8.self))
        }
    }
}
