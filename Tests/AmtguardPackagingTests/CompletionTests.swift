import AmtguardCommands
import AmtguardTestTools
import ArgumentParser
import Foundation
import Testing

@Suite struct `The completions` {
    @Test(arguments: [(CompletionShell.bash, "bash"), (.zsh, "zsh"), (.fish, "fish")])
    func `are what ArgumentParser writes`(shell: CompletionShell, name: String) throws {
        let generated = Amtguardctl.completionScript(for: shell).split(
            separator: "\n", omittingEmptySubsequences: false
        ).drop { $0.hasPrefix("#!") }
        let installed = try Repository.text("packaging/completions/amtguardctl.\(name)").split(
            separator: "\n", omittingEmptySubsequences: false)
        // A command prints one newline more.
        let isSame = generated.elementsEqual(installed.dropLast())
        #expect(isSame, "make completions")
    }

    @Test func `are taken by bash`() throws { try expectTaken(by: "bash", "-n") }

    @Test(.enabled(if: isInstalled("zsh"), "zsh is not installed"))
    func `are taken by zsh`() throws { try expectTaken(by: "zsh", "-n") }

    @Test(.enabled(if: isInstalled("fish"), "fish is not installed"))
    func `are taken by fish`() throws { try expectTaken(by: "fish", "--no-execute") }

    private static func isInstalled(_ shell: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)")
    }

    private func expectTaken(by shell: String, _ option: String) throws {
        let file = Repository.top.appending(path: "packaging/completions/amtguardctl.\(shell)").path
        let (status, output) = try run("/usr/bin/\(shell)", [option, file])
        #expect(status == 0, "\(output)")
    }
}
