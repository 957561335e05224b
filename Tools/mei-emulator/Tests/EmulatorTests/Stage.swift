import Foundation
import Glibc
import Testing

/// Whether these tests may mount file systems, and why not.
let canMount = geteuid() == 0 && FileManager.default.isWritableFile(atPath: "/dev/fuse")
let needsMount: Comment = "needs root and /dev/fuse: a mount namespace of its own for each test"

/// An emulator in separate mount and process namespaces, which end with the test.
struct Stage {
    /// The output of a script.
    struct Output {
        var lines: [String]
        var errors: String
    }

    /// Runs a shell script with an emulator. In it `$ROOT` is the tree, `$MEI` the client, `$NODE` the device, `$PID`
    /// the emulator, `$LOG` the log of its questions and `$MACHINE` its file.
    static func run(machine text: String, options: String = "", _ script: String) throws -> Output {
        try run(
            """
            ROOT=$(mktemp -d) && mount -t tmpfs none $ROOT || exit 99
            LOG=$ROOT/log MACHINE=$ROOT/machine NODE=$ROOT/dev/mei0
            cat >$MACHINE; : >$ROOT/out
            $BIN/mei-emulator $MACHINE --root $ROOT --log $LOG \(options) >$ROOT/out & PID=$!
            for i in $(seq 100); do grep -q ready $ROOT/out && break; kill -0 $PID 2>/dev/null || exit 98; sleep 0.05; done
            \(script)
            kill $PID && wait $PID || echo "the emulator ended with $?"
            grep -q mei-emulator /proc/self/mounts && echo 'a mount was left'
            rm -rf $ROOT/sys; umount $ROOT; rmdir $ROOT
            """, input: text)
    }

    static func run(_ script: String, input: String = "") throws -> Output {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = [
            "-m", "-p", "--fork", "--kill-child", "--mount-proc",
            // The process that started the tests may ignore SIGINT, and a shell can't change that.
            "env", "--default-signal", "timeout", "-k", "5", "60", "bash", "-c",
            "BIN=\(try binaries()) MEI=\(try binaries())/mei-client\n" + script,
        ]
        let (input_, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input_
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        try input_.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try input_.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Output(
            lines: String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init),
            errors: String(decoding: complaint, as: UTF8.self))
    }

    /// The directory of the programs, which also has the bundle of the tests.
    static func binaries() throws -> String {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        var directory = URL(filePath: bundle).standardizedFileURL
        while directory.path != "/" {
            if FileManager.default.isExecutableFile(atPath: directory.path + "/mei-emulator") { return directory.path }
            directory.deleteLastPathComponent()
        }
        throw CocoaError(.fileNoSuchFile)
    }
}

/// The files in the package.
enum Package {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ name: String) throws -> String {
        try String(contentsOf: directory.appending(path: name), encoding: .utf8)
    }

    static let machines: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path + "/machines")
        return (names ?? []).filter { $0.hasSuffix(".machine") }.sorted()
    }()
}
