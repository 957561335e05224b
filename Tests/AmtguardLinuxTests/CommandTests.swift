import AmtguardLinux
import Glibc
import SystemPackage
import Testing

@Suite struct `A command` {
    /// Waits for its end, and returns its status.
    private func end(_ arguments: [String]) throws -> CInt {
        var command = try Command(starting: arguments)
        while true {
            if let status = command.status() { return status }
            usleep(1_000)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (["true"], 0), (["/bin/false"], 1), (["sh", "-c", "exit 200"], 200), (["sh", "-c", "kill -TERM $$"], 143),
            (["sh", "-c", "kill -KILL $$"], 137), (["test", "a b", "=", "a b"], 0), (["test", "-n", ""], 1),
        ] as [([String], CInt)])
    func `ends as a shell would tell it`(arguments: [String], status: CInt) throws {
        #expect(try end(arguments) == status)
    }

    @Test(.timeLimit(.minutes(1))) func `tells its end again, and not before it`() throws {
        var command = try Command(starting: ["sleep", "0.2"])
        #expect(command.status() == nil)
        while command.status() == nil { usleep(1_000) }
        #expect(command.status() == 0)
    }

    @Test(
        arguments: [
            ("no-such-command-anywhere", .noSuchFileOrDirectory), ("/nowhere/at/all", .noSuchFileOrDirectory),
            ("/etc/passwd", .permissionDenied), ("/", .permissionDenied),
        ] as [(String, Errno)])
    func `that can't be started says why`(name: String, errno: Errno) {
        #expect(throws: errno) { _ = try Command(starting: [name]) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `has our environment, and no signal blocked or ignored that we block or ignore`() throws {
        #expect(try end(["sh", "-c", "test -n \"$PATH\""]) == 0)
        // Blocked in this thread alone; SigBlk and SigIgn are bits, that of SIGPIPE the 13th, of SIGTERM the 15th.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        defer { unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
        #expect(try end(["grep", "-q", "^SigBlk:\\s*0000000000000000$", "/proc/self/status"]) == 0)
    }

    @Test(.timeLimit(.minutes(1))) func `ignores no broken pipe, as we do`() throws {
        let former = signal(SIGPIPE, SIG_IGN)
        defer { _ = signal(SIGPIPE, former) }
        // The last four digits of the mask: 0x1000 is SIGPIPE.
        #expect(
            try end(["grep", "-q", "^SigIgn:\\s*[0-9a-f]*[02468ace][0-9a-f][0-9a-f][0-9a-f]$", "/proc/self/status"])
                == 0
        )
    }
}

@Suite struct `The output of a command` {
    @Test(.timeLimit(.minutes(1)))
    func `is both of its streams, with its end`() throws {
        let output = try CommandOutput(
            of: ["sh", "-c", "echo out; echo err >&2; read line || echo none; exit 3"], within: .seconds(20),
            atMost: 100)
        #expect(String(decoding: output.bytes, as: UTF8.self) == "out\nerr\nnone\n")
        #expect(output.end == .status(3))
    }

    @Test(.timeLimit(.minutes(1)))
    func `is cut in time and in size, and the command is ended`() throws {
        var beats = 0
        let slow = try CommandOutput(of: ["sh", "-c", "echo a; exec sleep 1000"], within: .seconds(1), atMost: 9) {
            beats += 1
        }
        #expect(slow.end == .tooLong && slow.bytes == Array("a\n".utf8) && beats >= 3)
        let endless = try CommandOutput(of: ["yes"], within: .seconds(20), atMost: 5)
        #expect(endless.end == .tooMuch && endless.bytes == Array("y\ny\ny".utf8))
    }

    @Test(.timeLimit(.minutes(1)))
    func `ends when the command does, though it closes its streams first`() throws {
        let output = try CommandOutput(
            of: ["sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 4"], within: .seconds(20), atMost: 5)
        #expect(output.end == .status(4) && output.bytes.isEmpty)
    }

    @Test func `of a command that can't be started is an error`() {
        #expect(throws: Errno.noSuchFileOrDirectory) {
            _ = try CommandOutput(of: ["no-such-command-anywhere"], within: .seconds(1), atMost: 1)
        }
    }
}
