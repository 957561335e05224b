import AmtguardCore
import ArgumentParser
import SystemPackage

/// What a command says: to programs, to people, and to the shell.
struct Report {
    var json: JSON
    var text: [Status.Line]
    var exit: ExitStatus

    init(_ json: JSON, _ text: [Status.Line], _ exit: ExitStatus) {
        self.json = json
        self.text = text
        self.exit = exit
    }

    /// Asks the daemon, and says so where it does not answer or what it saw is too old.
    ///
    /// - Parameter render: What is said of a status; the second argument is why it may no longer be true.
    init(_ options: CommonOptions, _ render: (Status, String?) -> Report) {
        switch Inquiry(root: options.root.map { FilePath($0) }).outcome() {
        case .answer(let answer, nil): self = render(answer.status, nil)
        case .answer(let answer, let stale?):
            self = render(answer.status, stale)
            text.insert(Status.Line("Stale", "\(stale): nobody knows what is so now", .bad), at: 0)
            exit = .unknown
        case .absence(let absence): self.init(absence.json, absence.text, .unknown)
        }
    }

    /// Prints it, and ends the program with its exit status.
    func show(json isJSON: Bool) throws -> Never {
        print(isJSON ? json.description : Terminal.standard.render(text))
        throw ExitCode(exit.rawValue)
    }
}
