import AmtguardCore
import AmtguardMEI
import Foundation
import Testing

/// Runs the program, as people and the guard's socket do.
@Suite struct `amtguard-firmware` {
    struct Run {
        var status: Int32
        var output: Data
        var text: String { String(decoding: output, as: UTF8.self) }
        var error: String
    }

    /// In the directory of the tests, where the build puts all products.
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "amtguard-firmware")

    private func run(_ arguments: String..., closingOutput: Bool = false) throws -> Run {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        if closingOutput { try output.fileHandleForReading.close() }
        try process.run()
        let bytes = closingOutput ? Data() : output.fileHandleForReading.readDataToEndOfFile()
        let message = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        return Run(status: process.terminationStatus, output: bytes, error: String(decoding: message, as: UTF8.self))
    }

    private let scratch = Scratch()

    private func recording(_ text: String) throws -> String {
        let path = try scratch.newFile("recording")
        try Data(("amtguard-recording: 1\n\nattribute name=mei0\n" + text).utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func `answers a person, a program and the guard alike`() throws {
        let path = try recording(Line.amthi + Line.burst())
        let table = try run("--replay", path)
        #expect(table.status == 0 && table.error == "")
        #expect(table.text.contains("Control mode:  admin (amthi)"))
        let json = try run("--replay", path, "--json")
        let object = try #require(try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
        #expect(object["outcome"] as? String == "answered")
        let answer = try FirmwareAnswer(parsing: Array(try run("--replay", path, "--answer").output))
        #expect(answer.controlMode == .known(.admin))
        #expect(answer.wired == .known(try Line.lan))
    }

    @Test(
        arguments: [
            ("open -> errno EACCES\n", "no permission"), ("open -> errno ENODEV\n", "in reset"),
            (String(repeating: Line.refused(.amthi, "EBUSY"), count: 9), "another program holds"),
            (Line.amthi + Line.ask(.codeVersions, "-> silence"), "did not answer in time"),
            (Line.amthi + Line.ask(.codeVersions, "ff"), "garbled"),
        ])
    func `says in one line why there is no answer, and tells the guard`(text: String, reason: String) throws {
        let path = try recording(String(repeating: text, count: text.hasPrefix("open") ? 20 : 1))
        let person = try run("--replay", path)
        #expect(person.status == 1)
        #expect(person.error.contains(reason))
        #expect(person.error.split(separator: "\n").count == 1)
        let guardian = try run("--replay", path, "--answer")
        #expect(guardian.status == 0 && guardian.error == "")
        #expect(try FirmwareAnswer(parsing: Array(guardian.output)).outcome != .answered)
    }

    /// As with Accept=yes, where the service manager has the connection open as well.
    @Test func `ends its answer itself, although somebody else has the socket too`() throws {
        var ends: [CInt] = [0, 0]
        try #require(unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let (guardian, helper) = (FileHandle(fileDescriptor: ends[0]), FileHandle(fileDescriptor: ends[1]))
        defer { [guardian, helper].forEach { try? $0.close() } }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["--replay", try recording(Line.amthi + Line.burst()), "--answer"]
        process.standardOutput = helper
        try process.run()
        process.waitUntilExit()
        let answer = try #require(try guardian.readToEnd(), "no end within 10 s")
        #expect(try FirmwareAnswer(parsing: Array(answer)).outcome == .answered)
    }

    @Test func `records for its owner alone, never over a file, and replays`() throws {
        let tree = try Tree()
        let path = tree.path + "/conversation"
        try tree.file("sys/class/mei/mei0/fw_ver", "0:16.1.25.2124\n0:16.1.25.2124\n0:16.1.25.2000\n")
        try tree.file("sys/class/mei/mei0/fw_status", "94000245\n09F10506\n00000020\n00004000\n00041F03\nC7E003CB\n")
        #expect(try run("--root", tree.path, "--record", path).status == 0)
        #expect(try run("--root", tree.path, "--record", path).error.contains("give another name"))
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        #expect(text.contains("masked: yes\n"))
        #expect(text.contains("attribute dev_state=ENABLED\n"))
        #expect(text.contains("attribute fw_ver=0:16.1.25.2124 0:16.1.25.2124 0:16.1.25.2000\n"))
        #expect(text.contains("attribute fw_status=94000245 09F10506 00000020 00004000 00041F03 C7E003CB\n"))
        #expect(text.contains("connect \(GUID.amthi) -> errno ENOTTY\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try run("--replay", path, "--answer").text == run("--root", tree.path, "--answer").text)
    }

    @Test func `is used in one way`() throws {
        #expect(try run("--version").text == "amtguard-firmware \(amtguardVersion)\n")
        #expect(try run("--help").text.contains("Usage:"))
        #expect(try run("--nonsense").status == 64)
        let missing = try run("--replay", "/nowhere")
        #expect(missing.status == 1 && missing.error.split(separator: "\n").count == 1)
        #expect(try run("--replay", "/dev/zero").error.contains("no regular file"))
        #expect(try run("--root", "/nowhere").status == 1)
    }

    @Test func `does not fail by a guard that went away, but tells a person that nothing was written`() throws {
        let path = try recording(Line.amthi + Line.burst())
        let guardian = try run("--replay", path, "--answer", closingOutput: true)
        #expect(guardian.status == 0 && guardian.error == "")
        let person = try run("--replay", path, closingOutput: true)
        #expect(person.status == 1)
        #expect(person.error.contains("standard output"))
    }
}
