import Foundation
import Glibc

/// A program that ends with the object at the latest.
final class Program {
    private let process = Process()
    private let output = Pipe()

    init(_ words: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var id: pid_t { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func send(_ signal: CInt) { kill(id, signal) }

    /// Waits for the end, and returns what was printed.
    func text() -> String {
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    func end() {
        guard process.isRunning else { return }
        kill(id, SIGKILL)
        process.waitUntilExit()
    }

    deinit { end() }
}
