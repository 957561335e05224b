import Foundation
import Testing

/// The scenarios of `Tests/system/firmware`: the real guard, its real helper, and the emulated firmware.
enum Play {
    static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let directory = top.appending(path: "Tests/system/firmware")

    /// The table has one scenario for each machine.
    static let machines = names(in: top.appending(path: "Tools/mei-emulator/machines"), ending: ".machine")
    /// All scenarios except the table, and the files that they share.
    static let scenarios = names(in: directory, ending: ".sh").filter {
        !["emulator", "lms-lib", "table"].contains($0)
    }

    /// The condition of these tests. `make test-emulator` builds the guard and passes its path, because this package
    /// does not depend on it.
    static let needs: Comment = "needs root, /dev/fuse, and the guard: make test-emulator"
    static let isPossible =
        geteuid() == 0 && FileManager.default.isWritableFile(atPath: "/dev/fuse")
        && ["AMTGUARD_BIN", "HELPERS_BIN", "BENCH_BIN"].allSatisfy { ProcessInfo.processInfo.environment[$0] != nil }

    private static func names(in directory: URL, ending: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { String($0.dropLast(ending.count)) }
    }

    /// They mostly wait, so more of them run at a time than there are processors, but not so many that they wait for
    /// processors.
    private static let queue = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 6
        return queue
    }()

    /// Runs one to its end, within `limit` seconds; reports its output if an expectation failed.
    static func run(_ scenario: String, _ arguments: [String] = [], within limit: Int) async throws {
        let (status, output) = try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                continuation.resume(with: Result { try play(["firmware/\(scenario).sh"] + arguments, limit) })
            }
        }
        if status == 77 {
            let reason = output.split(separator: "\n").last { $0.hasPrefix("SKIPPED: ") } ?? "SKIPPED"
            try Test.cancel("\(scenario): \(reason)")
        }
        #expect(status == 0, "\(scenario) ended with status \(status):\n\(output)")
    }

    private static func play(_ arguments: [String], _ limit: Int) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = top.appending(path: "Tests/system/run")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging([
            "EMULATOR_BIN": try binaries(), "PLAY_TIME": "\(limit)",
        ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    /// The directory of the emulator, which also has the bundle of the tests.
    private static func binaries() throws -> String {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        var directory = URL(filePath: bundle).standardizedFileURL
        while directory.path != "/" {
            if FileManager.default.isExecutableFile(atPath: directory.path + "/mei-emulator") { return directory.path }
            directory.deleteLastPathComponent()
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
