import AmtguardCore
import AmtguardTestTools
import Foundation
import Testing

@testable import AmtguardCommands

@Suite struct `The metrics` {
    /// Debian's package prometheus has it; Tools/dependencies.sh puts it beside the build.
    private static let promtool: String? = [
        ProcessInfo.processInfo.environment["PROMTOOL"], "/usr/bin/promtool",
        Repository.top.appending(path: ".build/tools/promtool").path,
    ].compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }

    private func text(_ name: String) throws -> String {
        Metrics(try #require(Reported.outcomes.first { $0.name == name }).outcome()).text
    }

    @Test(arguments: Reported.outcomes.map(\.name)) func `are those of the golden file`(name: String) throws {
        let text = try text(name)
        #expect(try Reported.golden("\(name).prom", text) == text)
    }

    @Test(
        .enabled(if: promtool != nil, "promtool is not here: run Tools/dependencies.sh test, or set PROMTOOL"),
        arguments: Reported.outcomes.map(\.name))
    func `are accepted by promtool without a remark`(name: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "amtguard-\(UUID().uuidString).prom")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text(name).utf8).write(to: file)
        let (status, output) = try run(
            "/bin/sh", ["-c", "exec \"$1\" check metrics <\"$2\"", "sh", try #require(Self.promtool), file.path])
        #expect(status == 0 && output.isEmpty, "\(output)")
    }

    @Test(arguments: ["silent", "outdated", "absent"])
    func `say that amtguardd is down, and nothing else, where its report does not count`(name: String) throws {
        let samples = try text(name).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(samples == ["amtguard_up 0"])
    }

    @Test func `have the names that alerts rely on, each once, with zeros from the start`() throws {
        let families = Metrics(try Reported.told { $0.repairs.count = 0 }).families
        let names = families.map(\.name)
        #expect(Set(names).count == names.count)
        for name in [
            "up", "build_info", "verdict", "amt_info", "repairs_total", "last_repair_timestamp_seconds",
            "observed_timestamp_seconds", "ports", "contested", "victims",
        ] { #expect(names.contains("amtguard_\(name)"), "\(name)") }
        #expect(families.first { $0.name == "amtguard_repairs_total" }?.description.hasSuffix("_total 0\n") == true)
        #expect(families.first { $0.name == "amtguard_verdict" }?.samples.count == Verdict.allCases.count)
    }

    @Test func `have no address, no process and no writer in a label`() throws {
        let text = try text("degraded")
        for secret in ["81.2.69", "192.0.2", "00:1b:21", "enx", "cira"] { #expect(!text.contains(secret)) }
    }

    @Test(
        arguments: [
            (0, "0"), (-3, "-3"), (1_763_700_000, "1763700000"), (0.1, "0.1"),
            (9_007_199_254_740_991, "9007199254740991"),
            (9_007_199_254_740_992, "9007199254740992.0"), (1e300, "1e+300"),
        ] as [(Double, String)])
    func `have whole numbers as such`(value: Double, text: String) {
        #expect(MetricFamily(gauge: "a", value, "b").description == "# HELP a b\n# TYPE a gauge\na \(text)\n")
    }

    @Test func `escape what a label may not have as it is`() {
        let sample = MetricFamily.Sample(
            labels: [.init(name: "l", value: "a\"b\\c\nd"), .init(name: "m", value: "")], value: 1)
        #expect(
            MetricFamily(gauge: "g", [sample], "x\\y\nz\"").description
                == "# HELP g x\\\\y\\nz\"\n# TYPE g gauge\ng{l=\"a\\\"b\\\\c\\nd\",m=\"\"} 1\n")
    }

    @Test func `of nothing are nothing`() {
        #expect(MetricFamily(counter: "a_total", nil, "b").description == "")
    }
}
