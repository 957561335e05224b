import AmtguardCore
import SystemPackage
import Testing

@testable import AmtguardDaemon

@Suite struct `The command line of amtguardd` {
    @Test(
        arguments: [
            ([], .guardHost), (["--arm"], .arm), (["--check"], .check), (["--dry-run"], .dryRun),
            (["--during", "a", "--arm", "--root=b"], .during(["a", "--arm", "--root=b"])), (["--release"], .release),
            (["--version"], .version), (["--help"], .help), (["-h"], .help),
        ] as [([String], Invocation.Act)])
    func `asks for one thing`(arguments: [String], act: Invocation.Act) throws {
        #expect(try Invocation(arguments).act == act)
    }

    @Test(arguments: [
        ["--config", "/a", "--root", "/b"], ["--root=/b", "--config=/a"], ["--config=/a", "--root", "/b"],
    ])
    func `takes paths with a space or an equals sign`(arguments: [String]) throws {
        let invocation = try Invocation(arguments)
        #expect(invocation.configuration == "/a")
        #expect(invocation.root == "/b")
    }

    @Test func `has its own options before the command, which has all that follows`() throws {
        let invocation = try Invocation(["--root", "/b", "--during", "ls", "--root", "/c"])
        #expect(invocation.root == "/b")
        #expect(invocation.act == .during(["ls", "--root", "/c"]))
    }

    @Test(arguments: [
        (["--wrong"], "--wrong"), (["guard"], "guard"), (["--config"], "--config"), (["--root", ""], "--root"),
        (["--check", "--arm"], "--arm"), (["--check=yes"], "--check"), (["--config="], "--config"),
        (["--he\nlp"], "--he?lp"), (["--during"], "--during needs a command"), (["--during", ""], "--during"),
        (["--during=sleep", "1"], "--during"), (["--check", "--during", "a"], "--during"),
    ])
    func `is refused in one line that names the word`(arguments: [String], word: String) {
        let misuse = #expect(throws: Invocation.Misuse.self) { try Invocation(arguments) }
        #expect(misuse?.message.contains(word) == true)
        #expect(misuse?.message.contains("\n") == false)
    }
}
