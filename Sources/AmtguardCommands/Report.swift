import AmtguardCore
import ArgumentParser
import SystemPackage

/// The output of a command: for programs, for people, and the exit status for the shell.
struct Report {
    var json: JSON
    var text: [Status.Line]
    var exit: ExitStatus
    /// The drawing below the text; it depends on the width of the terminal.
    var drawing: ((Terminal) -> String)?

    init(_ json: JSON, _ text: [Status.Line], _ exit: ExitStatus, drawing: ((Terminal) -> String)? = nil) {
        self.json = json
        self.text = text
        self.exit = exit
        self.drawing = drawing
    }

    /// Prints it, and ends the program with its exit status.
    func show(json isJSON: Bool) throws -> Never {
        try output(isJSON ? "\(json)" : shown(on: .standard))
        throw ExitCode(exit.rawValue)
    }

    private func shown(on terminal: Terminal) -> String {
        [text.isEmpty ? nil : terminal.render(text), drawing?(terminal)].compactMap { $0 }.joined(separator: "\n\n")
    }
}

/// A command that shows the present state.
protocol ReportCommand: ParsableCommand {
    var common: CommonOptions { get }
    var json: Bool { get }
    static func report(_ outcome: Inquiry.Outcome) -> Report
}

extension ReportCommand {
    func run() throws {
        try Self.report(common.inquiry.outcome()).show(json: json)
    }
}

/// Writes the answer, without a buffer, so that every failure is reported.
func output(_ text: String, terminator: String = "\n") throws(Unwritable) {
    do {
        try FileDescriptor.standardOutput.writeAll((text + terminator).utf8)
    } catch {
        throw Unwritable(cause: error as? Errno ?? .ioError)
    }
}

/// A line on standard error, beside the answer.
func warn(_ line: String) {
    _ = try? FileDescriptor.standardError.writeAll("amtguardctl: \(line.oneLine)\n".utf8)
}

/// Writing to standard output failed, so the user did not get the answer.
struct Unwritable: Error, CustomStringConvertible {
    let cause: Errno

    var description: String { "standard output: \(cause)" }
}

/// The exit status, in the convention of monitoring plugins.
enum ExitStatus: Int32 {
    case good = 0
    case degraded = 1
    case exposed = 2
    case unknown = 3

    /// The status by what is known of the host. Without a report, an exposed port that amtguardctl sees itself counts.
    init(_ outcome: Inquiry.Outcome) {
        switch outcome {
        case .report(let assessment): self = assessment.verdict.map(ExitStatus.init) ?? .unknown
        case .absence(let absence): self = absence.isExposed ? .exposed : .unknown
        }
    }

    init(_ verdict: Verdict) {
        switch verdict {
        case .protected, .notNeeded: self = .good
        case .degraded: self = .degraded
        case .exposed: self = .exposed
        }
    }
}
