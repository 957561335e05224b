import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// `amtguardctl watch`: prints the present state, then a line for each event, until the reader closes the output.
final class EventFeed {
    private let inquiry: Inquiry
    private let isJSON: Bool
    private let loop: EventLoop
    private var terminal = Terminal.standard
    private var output: LineOutput?
    private var place: BusPlace?
    private var listener: BusListener?
    private var retry: Timer?
    private var refresh: Timer?
    /// The daemon's presence on the bus at the last look; `nil` before the first line.
    private var presence: BusListener.Presence?
    /// When lost signals were last reported.
    private var toldLoss: Instant?
    /// Why standard output can't be written; nil if its reader is gone.
    private(set) var failure: Errno?

    init(_ inquiry: Inquiry, json isJSON: Bool, on loop: EventLoop) {
        self.inquiry = inquiry
        self.isJSON = isJSON
        self.loop = loop
        terminal.folds = false  // The state has three lines, and an event one.
        output = LineOutput(
            .standardOutput, on: loop,
            note: { [unowned self] count in line(.omitted(count)) },
            onEnd: { [unowned self] error in
                failure = error
                loop.exit()
            })
        retry = loop.timer("watch-bus") { [unowned self] in listen() }
        refresh = loop.timer("watch-state") { [unowned self] in tellState() }
        listen()
    }

    /// Below `--root` the bus appears with its directory, so the directory is searched for each second.
    private func listen() {
        do throws(Errno) {
            let place = try BusPlace(root: inquiry.root)
            self.place = place
            listener = try BusListener(
                to: "org.amtguard1", Announcement.signals, on: loop, address: place.address,
                onPresence: { [unowned self] in take($0) }, onLoss: { [unowned self] in tellLoss() },
                onSignal: { [unowned self] in tell(Announcement($0)) })
        } catch {
            take(.noBus)
            retry?.arm(after: .seconds(1), accuracy: .milliseconds(100))
        }
    }

    private func take(_ presence: BusListener.Presence) {
        let former = self.presence
        self.presence = presence
        switch presence {
        case .present:
            if former != nil { tell(.present) }
            tellState()
        case .noBus where former == .noBus: break
        case .absent, .noBus:
            if former == nil { tellOwnState() }
            tell(presence == .absent ? .absent : .noBus)
        }
    }

    /// Prints the state at the start if no daemon is on the bus. Without a bus the daemon still guards, and its state
    /// file has the status; without a daemon amtguardctl reads the list itself.
    private func tellOwnState() {
        switch inquiry.outcome() {
        case .report(let assessment): tell(assessment)
        case .absence(let absence): tell(absence.brief, absence.json)
        }
    }

    private func tellState() {
        switch inquiry.outcome() {
        case .report(let assessment): tell(assessment)
        case .absence(let absence): tell(.unknown(absence))
        }
    }

    private func tell(_ assessment: Assessment) { tell(assessment.brief, assessment.json) }

    private func tell(_ brief: [Status.Line], _ status: JSON) {
        output?.write(isJSON ? "\(Announcement.json(of: status, at: .now()))" : terminal.render(brief))
    }

    private func tell(_ announcement: Announcement) {
        guard isJSON || !announcement.isForProgramsAlone else { return }
        output?.write(line(announcement))
    }

    private func line(_ announcement: Announcement) -> String {
        let now = Moment.now()
        guard !isJSON else { return announcement.json(at: now).description }
        let says = terminal.spelled(announcement.says.inLocalTime())
        return now.localTime + "  " + terminal.paint(says, announcement.tone)
    }

    /// Reports lost signals, at most once in ten seconds.
    private func tellLoss() {
        let now = Instant.now()
        if let toldLoss, now - toldLoss < .seconds(10) { return }
        toldLoss = now
        tell(.lost)
        // A lost signal may have been a change of the verdict.
        refresh?.arm(after: .seconds(1), accuracy: .milliseconds(100))
    }
}

extension Moment {
    /// `2026-11-22 21:49:00`, in the local time zone.
    var localTime: String {
        String(iso8601.inLocalTime().prefix(19).map { $0 == "T" ? " " : $0 })
    }
}
