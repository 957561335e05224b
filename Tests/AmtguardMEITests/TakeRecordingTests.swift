import AmtguardLab
import AmtguardMEI
import Foundation
import Testing

@testable import AmtguardCore

/// `Tools/take-recording`, which turns a recording into a test.
@Suite struct `A recording that somebody sent` {
    private let scratch = Scratch()

    /// A masked recording of a complete conversation, as `--record` writes it.
    private static func sent() throws -> String {
        let burst = try Line.burst().replacing("c8d9d27a1e33", with: "020000000001")
        return """
            amtguard-recording: 1
            program: amtguard-firmware 0.1.0
            masked: yes
            vendor: LENOVO
            machine: 20L6S0 (T480)

            attribute name=mei0
            open

            """ + Line.amthi + burst
    }

    /// The script's status, its output, and the files in the directory afterwards.
    private func take(_ text: String?, _ name: String...) throws -> (status: Int32, says: String, files: [String]) {
        let folder = try scratch.newFile("recordings")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("here\n".utf8).write(to: URL(filePath: folder + "/taken.recording"))
        let file = try scratch.newFile("sent")
        if let text { try Data(text.utf8).write(to: URL(filePath: file)) }
        let process = Process()
        process.executableURL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Tools/take-recording")
        process.arguments = [file] + name
        process.environment = [
            "PATH": "/usr/bin:/bin", "RECORDINGS": folder,
            "AMTGUARD_BIN": URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let says = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "taken.recording" }
        return (process.terminationStatus, says, files.sorted())
    }

    @Test func `is taken, with what is read in it`() throws {
        let (status, says, files) = try take(try Self.sent())
        #expect(status == 0, "\(says)")
        #expect(files == ["lenovo-20l6s0-t480-16.1.25.expected", "lenovo-20l6s0-t480-16.1.25.recording"])
        #expect(says.contains("Control mode:  admin (amthi)"))
        #expect(try take(try Self.sent(), "by-name").files == ["by-name.expected", "by-name.recording"])
    }

    @Test(
        arguments: [
            (nil, [], "there is no such file"),
            ("", [], "the file is empty"),
            ("amtguard-recording: 2\n", [], "line 1: the file does not begin with amtguard-recording: 1"),
            ("amtguard-recording: 1\n\nattribute name=mei0\nopen\nhello\n", [], "line 5: not understood: hello"),
            ("here\n", [], "line 1: the file does not begin"),
            ("amtguard-recording: 1\n", [], "no firmware answered there: the recording holds no device"),
            ("amtguard-recording: 1\n\nattribute name=mei0\nopen -> errno EACCES\n", [], "Was it made as root?"),
            ("masked: yes", ["masked: no"], "line 3: the recording, by its own header, is not masked"),
            ("masked: yes", ["masked: yes\nserial: PF1234"], "line 4: a serial number is not masked"),
            ("020000000001", ["c8d9d27a1e33"], "a MAC address is not masked"),
            ("1401a8c0", ["08080808"], "a public address is not masked"),
        ] as [(String?, [String], String)])
    func `is refused with one line, and nothing is written`(
        text: String?, instead: [String], reason: String
    ) throws {
        let sent = try instead.first.map { try Self.sent().replacing(text ?? "", with: $0) } ?? text
        let (status, says, files) = try take(sent)
        #expect(status == 1)
        #expect(says.contains(reason), "\(says)")
        #expect(says.hasPrefix("take-recording: ") && says.split(separator: "\n").count == 1, "\(says)")
        #expect(files == [])
    }

    @Test func `does not tell a server or the machine's UUID`() throws {
        let uuid = try Self.sent() + Line.ask(.uuid, GUID.amthi)
        #expect(try take(uuid).says.contains("a UUID is not masked"))
        let access = RemoteAccess(
            network: .init(rawValue: 2), connection: .init(rawValue: 2), trigger: .init(rawValue: 3),
            host: "mps.example.com")
        let server = try Self.sent() + Line.ask(.remoteAccess, access)
        #expect(try take(server).says.contains("the name of a server is not masked"))
        // The output of --record passes.
        let masked = try Recording(parsing: Array((uuid + Line.ask(.remoteAccess, access)).utf8)).masked
        #expect(try take(masked.description).status == 0)
    }

    @Test(arguments: ["Upper", "a/b", "../x", "taken"])
    func `gets no bad name`(name: String) throws {
        let (status, says, files) = try take(try Self.sent(), name)
        #expect(status == 1 && files == [])
        #expect(says.contains(name == "taken" ? "is here already" : "is no name"), "\(says)")
    }
}
