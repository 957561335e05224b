/// What a check is given: eyes for the machine, the situation, and a sheet to write on.
///
/// Whatever can't be read is reported as unknown by the examination itself, once a file, so a check only deals with what
/// is there.
final class Examination {
    let machine: any Machine
    let situation: Situation
    private let check: Check
    private(set) var findings: [Diagnosis.Finding] = []
    /// How much this check may still read.
    private var budget = 8 << 20
    private var filesLeft = 512
    private var isSpent = false

    init(_ check: Check, _ machine: any Machine, _ situation: Situation) {
        self.check = check
        self.machine = machine
        self.situation = situation
    }

    /// Reports a finding. A finding of another component names it.
    ///
    /// - Parameter consequence: What follows on this machine.
    func report(
        _ severity: Severity, _ says: String, at place: Place? = nil, consequence: String? = nil,
        change: String? = nil, of component: String? = nil
    ) {
        findings.append(
            Diagnosis.Finding(
                check: check.id, severity: severity, component: component ?? check.component, place: place,
                says: says, consequence: consequence, change: change))
    }

    /// The lines of a file; none if there is no such file. If it can't be read, that is reported.
    func lines(_ path: String) -> [SourceLine] { lines(ifAny: path) ?? [] }

    /// The lines of a file; `nil` if there is no such file, or it can't be read, which is reported.
    func lines(ifAny path: String) -> [SourceLine]? {
        guard let bytes = bytes(path) else { return nil }
        return SourceLine.lines(of: bytes, in: path)
    }

    /// The lines of all files of a directory whose names end so, in the order of their names.
    func lines(in directory: String, suffix: String = "") -> [SourceLine] {
        names(in: directory).filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
            .flatMap { lines("\(directory)/\($0)") }
    }

    /// The names in a directory; none if there is no such directory. If it can't be read, that is reported.
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

    /// The content of a file; `nil` if there is no such file, or it can't be read, which is reported.
    func bytes(_ path: String) -> [UInt8]? {
        guard !isSpent else { return nil }
        guard filesLeft > 0, budget > 0 else {
            isSpent = true
            report(.unknown, "too many files, so the rest was not read", at: Place(path))
            return nil
        }
        do {
            guard let bytes = try machine.read(path) else { return nil }
            filesLeft -= 1
            budget -= bytes.count
            return bytes
        } catch {
            unreadable(path, error)
            return nil
        }
    }

    /// Whether a file that gave nothing does not exist. Otherwise it was reported why it gave nothing.
    func isMissing(_ path: String) -> Bool {
        !isSpent && !findings.contains { $0.place == Place(path) && $0.severity == .unknown }
    }

    private func unreadable(_ path: String, _ why: Unreadable) {
        let place = Place(path)
        guard !findings.contains(where: { $0.place == place && $0.severity == .unknown }) else { return }
        report(
            .unknown, "can't be read: \(why.says)", at: place,
            change: why.needsRoot && !situation.isRoot ? "Run amtguardctl doctor as root." : nil)
    }
}

/// A line of a configuration file.
struct SourceLine: Hashable, Sendable {
    var place: Place
    /// Without the end of the line. What is not UTF-8 is replaced.
    var text: String

    static func lines(of bytes: [UInt8], in file: String) -> [SourceLine] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map { index, line in
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return SourceLine(place: Place(file, index + 1), text: String(decoding: line, as: UTF8.self))
        }
    }
}
