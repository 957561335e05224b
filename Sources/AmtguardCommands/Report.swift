import AmtguardCore
import ArgumentParser
import Glibc
import SystemPackage

/// What a command says: to programs, to people, and to the shell.
struct Report {
    var json: JSON
    var text: [Status.Line]
    var exit: ExitStatus
    /// What stands below the text; it depends on the width of the terminal.
    var drawing: ((Terminal) -> String)?

    init(_ json: JSON, _ text: [Status.Line], _ exit: ExitStatus, drawing: ((Terminal) -> String)? = nil) {
        self.json = json
        self.text = text
        self.exit = exit
        self.drawing = drawing
    }

    /// Prints it, and ends the program with its exit status.
    func show(json isJSON: Bool) throws -> Never {
        let terminal = Terminal.standard
        if isJSON {
            print(json)
        } else {
            if !text.isEmpty { print(terminal.render(text)) }
            if let drawing { print((text.isEmpty ? "" : "\n") + drawing(terminal)) }
        }
        guard fflush(nil) == 0 else { throw Unwritable(cause: Errno(rawValue: errno)) }
        throw ExitCode(exit.rawValue)
    }
}

/// Standard output takes no more: what was asked for is not told.
struct Unwritable: Error, CustomStringConvertible {
    let cause: Errno

    var description: String { "standard output: \(cause)" }
}
