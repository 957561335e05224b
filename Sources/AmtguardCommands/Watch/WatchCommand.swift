import AmtguardSystemd
import ArgumentParser
import Glibc
import SystemPackage

/// `amtguardctl watch`
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show the present state in three lines, then each event as it comes.",
        discussion: """
            An event is a signal of amtguardd on the bus: org.amtguard1(5) describes them. Each is one line with its \
            local time. amtguardctl waits while amtguardd or the bus does not run, and goes on when it is back; it \
            never starts amtguardd.

            Exit status: 0 after SIGINT (Ctrl-C) or SIGTERM, and when the reader of the output is gone; 1 if the output \
            can't be written; 64 wrong usage.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print JSON, one object a line, as /usr/share/amtguard/watch.schema.json describes it.")
    var json = false

    func run() throws {
        // The number of a closed descriptor would be given to the next file that is opened, for instance to the bus.
        guard fcntl(STDOUT_FILENO, F_GETFD) != -1 else { throw Unwritable(cause: .badFileDescriptor) }
        for number in [SIGINT, SIGTERM, SIGPIPE] { endAtOnce(at: number) }
        let loop = try EventLoop()
        let feed = EventFeed(common.inquiry, json: json, on: loop)
        _ = try loop.run()
        if let failure = withExtendedLifetime(feed, { feed.failure }) { throw Unwritable(cause: failure) }
    }

    /// Makes this signal end the program with status 0, even while it waits for an answer of the daemon.
    ///
    /// There is nothing to clean up: each line was written at once. The corresponding C functions are `signal` and
    /// `_exit`.
    private func endAtOnce(at number: CInt) {
        _ = signal(number) { _ in _exit(0) }
    }
}
