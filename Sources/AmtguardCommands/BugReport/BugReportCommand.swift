import AmtguardCore
import AmtguardLinux
import ArgumentParser
import Glibc
import SystemPackage

/// `amtguardctl report`
struct BugReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write one text file to attach to a bug report.",
        discussion: """
            It says first what will be in the file. It sends nothing, and writes nothing else. MAC addresses lose \
            their last three bytes; public addresses and names of management servers are replaced; host name, serial \
            number and UUID are not in it. Private addresses and the names of programs, units and users stay: read the \
            file before you attach it.

            Every user may run it. Root sees the whole journal and asks the firmware itself.

            Exit status: 0 if the file was written, whatever is missing in it; 1 if not; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp(
            "A new file; - is standard output. Default: amtguard-report-TIME.txt in the current directory.",
            valueName: "file"),
        completion: .file())
    var file: String?

    func validate() throws {
        if file == "" { throw ValidationError("FILE: empty. Allowed: the name of a new file, or -.") }
    }

    func run() throws {
        let now = Moment.now()
        let path = file ?? Self.name(at: now)
        let newFile = path == "-" ? nil : try Self.newFile(path)
        let isRoot = geteuid() == 0
        var report = BugReport(BugReport.sections)
        Self.say(Self.announcement(report.sections, to: path, isRoot: isRoot))

        let progress = Progress()
        var title = "asking amtguardd"
        let start = now.instant
        func show() { progress.show("report: \(title), \((Instant.now() - start).components.seconds) s") }
        show()
        let host = BugReport.Host(
            root: common.root.map { FilePath($0) }, outcome: common.inquiry.outcome(), isRoot: isRoot,
            whileWaiting: show)
        let text =
            "amtguard report of \(now.iso8601), by \(isRoot ? "root" : "a user without privilege")\n\n"
            + report.text(of: host) { section in
                title = section
                show()
            }
        progress.clear()

        guard let newFile else { return try output(text, terminator: "") }
        do {
            try newFile.write(Array(text.utf8))
        } catch {
            throw Unwritten(path, error)
        }
        let gaps = report.gaps.map { "  \($0.title): \($0.why)\n" }.joined()
        Self.say(gaps.isEmpty ? "" : "Not in it:\n\(gaps)")
        Self.say(
            "Written: \(printable(path.utf8, atMost: 200)), \((text.utf8.count + 1_023) >> 10) KiB. Read it first.\n")
    }

    /// `amtguard-report-2026-11-29T183005Z.txt`
    static func name(at time: Moment) -> String {
        "amtguard-report-\(time.iso8601.filter { $0 != ":" }).txt"
    }

    /// The text that is shown before anything is written.
    static func announcement(_ sections: [BugReport.Section], to path: String, isRoot: Bool) -> String {
        let width = (sections.map(\.title.count).max() ?? 0) + 2
        let list = sections.map {
            "  \($0.title)\(String(repeating: " ", count: width - $0.title.count))\($0.contains)\n"
        }
        let place = path == "-" ? "standard output" : printable(path.utf8, atMost: 200)
        return "This goes to \(place), and nowhere else:\n" + list.joined()
            + "MAC addresses, public addresses and names of management servers are masked.\n"
            + (isRoot ? "" : "If root runs this, the file also has the whole journal and the firmware's own answer.\n")
    }

    private static func newFile(_ path: String) throws -> NewFile {
        do {
            return try NewFile(at: FilePath(path))
        } catch {
            throw Unwritten(path, error)
        }
    }

    private static func say(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }

    /// The file could not be created.
    struct Unwritten: Error, CustomStringConvertible {
        let description: String

        init(_ path: String, _ cause: Errno) {
            let advice = cause == .fileExists ? ". A report is a new file: give another name" : ""
            description = "\(printable(path.utf8, atMost: 200)): \(cause)\(advice)"
        }
    }
}
