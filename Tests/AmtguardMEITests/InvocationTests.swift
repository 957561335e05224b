import AmtguardCore
import AmtguardMEI
import SystemPackage
import Testing

@Suite struct `The command line of amtguard-firmware` {
    @Test(
        arguments: [
            ([], .table), (["--json"], .json), (["--answer"], .answer), (["--version"], .version), (["-h"], .help),
        ] as [([String], HelperInvocation.Act)])
    func `asks for one thing`(arguments: [String], act: HelperInvocation.Act) throws {
        #expect(try HelperInvocation(arguments).act == act)
    }

    @Test func `takes what belongs to it`() throws {
        let invocation = try HelperInvocation(["--uuid", "--record=/r", "--unmasked", "--root", "/tree", "--json"])
        #expect(invocation.asksUUID && invocation.isUnmasked)
        #expect(invocation.record == "/r" && invocation.root == "/tree")
        #expect(try HelperInvocation(["--replay", "/r", "--uuid"]).replay == "/r")
    }

    @Test(arguments: [
        (["--wrong"], "--wrong"), (["mei0"], "mei0"), (["--record"], "--record"), (["--root="], "--root"),
        (["--json", "--answer"], "--answer"), (["--json=1"], "--json"), (["--unmasked"], "--unmasked"),
        (["--replay", "/a", "--record", "/b"], "--replay"), (["--replay", "/a", "--root", "/b"], "--replay"),
        (["--answer", "--uuid"], "--answer"), (["--he\nlp"], "--he?lp"),
    ])
    func `is refused in one line that names the word`(arguments: [String], word: String) {
        let misuse = #expect(throws: HelperInvocation.Misuse.self) { try HelperInvocation(arguments) }
        #expect(misuse?.message.contains(word) == true)
        #expect(misuse?.message.contains("\n") == false)
    }
}
