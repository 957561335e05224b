import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

// What is told, to whom, and how often.

extension Daemon {
    /// Ends a turn of the loop: reports events in a moment, and mere changes of the status at most ten times a second.
    /// While the list is repeatedly overwritten, each repair changes the status; then at most once a second.
    ///
    /// Reporting waits a moment, because the program that wrote the list may wait for this very processor. It must find
    /// the list whole before the reports are made, which take ten times as long as the repair.
    func finish() {
        let now = Moment.now().instant.sinceBoot
        let pace = published?.contested == true ? Duration.seconds(1) : .milliseconds(100)
        let due = ground.outbox.isEmpty ? publishedAt + pace : now + .milliseconds(1)
        if due <= now { publish() } else { sources.publish?.arm(at: due) }
    }

    /// Tells what happened.
    func tell() {
        let events = ground.outbox
        ground.outbox = []
        // What telling has used is given back when there was nothing to tell for a while.
        if !events.isEmpty { sources.rest?.arm(after: .seconds(2), accuracy: .seconds(1)) }
        for event in events {
            teller.tell(event.journalEntry)
            face?.announce(event)
        }
    }

    /// The status as the bus tells it.
    var status: Status { published ?? guardian.status }

    /// Tells what happened, and tells the state file, the service manager and the bus what is so, where it is something
    /// else than before.
    func publish() {
        tell()
        let former = published
        var status = guardian.status
        guard status != former else { return }
        // Each look changes when the list was last observed, and any user can ask for a look.
        guard !status.differsByTimeAlone(from: former) || Moment.now().instant.sinceBoot >= publishedAt + .seconds(1)
        else { return sources.publish?.arm(at: publishedAt + .seconds(1)) ?? () }
        publishedAt = Moment.now().instant.sinceBoot
        ground.keepsake.write(status, guardian.memory)
        observe(.runtimeDirectory(problem: ground.keepsake.problem))
        if guardian.status != status {
            // Whether it could be written is part of what is to be told.
            tell()
            status = guardian.status
            ground.keepsake.write(status, guardian.memory)
        }
        published = status
        described = nil
        if status.line != line {
            line = status.line
            notifier.status(line)
        }
        face?.announce(status, after: former)
    }
}
