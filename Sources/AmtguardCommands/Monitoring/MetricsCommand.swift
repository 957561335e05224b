import AmtguardCore
import AmtguardLinux
import ArgumentParser
import Glibc
import SystemPackage

/// `amtguardctl metrics`
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Print metrics for Prometheus, or write them to a file for node_exporter.",
        discussion: """
            The text format of Prometheus, version 0.0.4. If amtguardd does not run, does not answer or reported too \
            long ago, it has amtguard_up 0 and nothing else.

            amtguard-metrics.timer writes the file each minute: systemctl enable --now amtguard-metrics.timer.

            Exit status: 0 if the metrics were printed or written, whatever they say; 1 if not, and then the former \
            file stays; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "Replace this file at once, for the textfile collector of node_exporter. On Debian it reads *.prom in "
                + "/var/lib/prometheus/node-exporter.", valueName: "path"),
        completion: .file(extensions: ["prom"]))
    var textfile: String?

    func validate() throws {
        if textfile == "" { throw ValidationError("--textfile: empty. Allowed: the path of a file.") }
    }

    func run() throws {
        let text = Metrics(Inquiry(root: common.inquiry.root, looks: false).outcome()).text
        guard let textfile else {
            return try output(text, terminator: "")
        }
        do throws(FileReplacement.Failure) {
            try FileReplacement(of: FilePath(textfile)).write(Array(text.utf8))
        } catch {
            throw Unreplaced(path: textfile, why: "\(error)")
        }
    }

    /// The file could not be written.
    struct Unreplaced: Error, CustomStringConvertible {
        let path: String
        let why: String

        var description: String { "\(printable(path.utf8, atMost: 200)): \(why)" }
    }
}
