// mei-emulator: see README.md.

import CFuse
import EmulatedMEI
import FoundationEssentials
import Glibc

private let usage = """
    usage: mei-emulator [--allow-other] [--log FILE] MACHINE-FILE MOUNTPOINT
           mei-emulator [--allow-other] [--log FILE] MACHINE-FILE --root DIR
           mei-emulator --check MACHINE-FILE...
           mei-emulator --host MACHINE-FILE

    """

@main
struct Emulator {
    static func main() {
        var words = CommandLine.arguments.dropFirst()
        switch words.first {
        case "--help", "-h":
            print(usage, terminator: "")
        case "--check":
            words.removeFirst()
            let machines = words.map(machine(at:))
            exit(words.isEmpty || machines.contains { $0 == nil } ? 1 : 0)
        case "--host":
            words.removeFirst()
            guard words.count == 1, let path = words.first else { refuse(usage) }
            guard let machine = machine(at: path) else { exit(1) }
            print(commands(for: machine.host), terminator: "")
        default: emulate(Options(words))
        }
    }

    /// Reads a machine file; if it can't, prints the problem.
    static func machine(at path: String) -> Machine? {
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            return RecordingFile.isRecording(text)
                ? try RecordingFile.machine(parsing: text) : try MachineFile.machine(parsing: text)
        } catch let error as MachineFile.SyntaxError {
            complain("\(path):\(error)")
        } catch {
            complain("\(path): can't be read")
        }
        return nil
    }

    private static func emulate(_ options: Options) -> Never {
        guard let machine = machine(at: options.machine) else { exit(1) }
        let log = options.log.map { path in
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { refuse("mei-emulator: can't write \(path)\n", status: 1) }
            return descriptor
        }
        // Before the first mount, because from here on a signal waits for the loop, which unmounts.
        let signals = blockSignals()
        let server = Server(machine, log: log)
        var sessions: [FuseSession] = []
        do {
            try mount(machine, options, server) { sessions.append($0) }
        } catch {
            for session in sessions.reversed() { session.unmount() }
            refuse("mei-emulator: \(error)\n", status: 1)
        }
        print("ready")
        fflush(nil)
        server.run(sessions, signals: signals) { Emulator.machine(at: options.machine) }
        for session in sessions.reversed() { session.unmount() }
        exit(0)
    }

    private static func mount(
        _ machine: Machine, _ options: Options, _ server: Server, _ add: (FuseSession) -> Void
    ) throws {
        let hardware = machine.hardware
        let present =
            hardware.driver ? (hardware.csme ? [hardware.index] : []) + [hardware.graphics].compactMap { $0 } : []
        let nodes = present.sorted().map { (name: "mei\($0)", node: Node.device($0)) }
        switch options.place {
        case .mountPoint(let path):
            add(try FuseSession(.directory(nodes), at: path, open: options.allowOther, for: server))
        case .root(let directory):
            let tree = try SystemTree(machine, below: directory)
            for (path, device) in tree.stateFiles {
                add(try FuseSession(.file(.state(device)), at: path, open: true, for: server))
            }
            guard !nodes.isEmpty else { return }
            add(
                try FuseSession(.directory(nodes), at: directory + "/dev", open: options.allowOther, for: server))
        }
    }

    private static func blockSignals() -> CInt {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { unsafe sigaddset(&set, number) }
        unsafe sigprocmask(SIG_BLOCK, &set, nil)
        return unsafe signalfd(-1, &set, CInt(SFD_CLOEXEC))
    }

    /// The interfaces of the host as iproute2 commands, for the network namespace of a test.
    private static func commands(for host: [Machine.HostInterface]) -> String {
        var text = ""
        for interface in host {
            let mac = interface.mac.map { hexadecimal([$0]) }.joined(separator: ":")
            let above = interface.above ?? ""
            switch interface.kind {
            case "bridge", "bond":
                text += "ip link add \(interface.name) address \(mac) type \(interface.kind)\n"
                if !above.isEmpty { text += "ip link set \(above) down master \(interface.name)\n" }
            case "vlan": text += "ip link add link \(above) name \(interface.name) type vlan id 7\n"
            default:
                // Both types are interfaces without a link; kernels differ in which they have.
                let add = "ip link add \(interface.name) address \(mac) type"
                text += "\(add) dummy 2>/dev/null || \(add) ifb\n"
            }
            for address in interface.addresses { text += "ip address add \(address) dev \(interface.name)\n" }
            text += "ip link set \(interface.name) up\n"
        }
        return text
    }
}

/// The command line.
private struct Options {
    enum Place {
        case mountPoint(String), root(String)
    }

    var machine: String
    var place: Place
    var allowOther = false
    var log: String?

    init(_ arguments: ArraySlice<String>) {
        var words = arguments
        var names: [String] = []
        var root: String?
        func value(of option: String) -> String {
            guard let value = words.popFirst() else { refuse("mei-emulator: \(option) wants a path\n\(usage)") }
            return value
        }
        while let word = words.popFirst() {
            switch word {
            case "--allow-other": allowOther = true
            case "--log": log = value(of: word)
            case "--root": root = value(of: word)
            case _ where word.hasPrefix("-"): refuse("mei-emulator: no option '\(word)'\n\(usage)")
            default: names.append(word)
            }
        }
        switch (names.count, root) {
        case (1, let root?): place = .root(root)
        case (2, nil): place = .mountPoint(names[1])
        default: refuse(usage)
        }
        machine = names[0]
    }
}

private func complain(_ text: String) {
    let line = text + "\n"
    unsafe _ = write(STDERR_FILENO, line, line.utf8.count)
}

private func refuse(_ text: String, status: CInt = 64) -> Never {
    unsafe _ = write(STDERR_FILENO, text, text.utf8.count)
    exit(status)
}
