import AmtguardCommands
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

    @Test(arguments: [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
    func `are taken by their shell, where it is installed`(shell: String, option: String) throws {
        let program = "/usr/bin/\(shell)"
        guard FileManager.default.isExecutableFile(atPath: program) else { return }
        let file = Repository.top.appending(path: "packaging/completions/amtguardctl.\(shell)").path
        let (status, output) = try run(program, [option, file])
        #expect(status == 0, "\(output)")
    }
}
