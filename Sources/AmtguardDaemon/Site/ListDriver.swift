import AmtguardCore
import AmtguardLinux
import SystemPackage

/// The list and its watch. If either is missing, it is opened again.
struct ListDriver: ~Copyable {
    private var list: ReservedPortsList?
    /// Whether the list was opened through the procfs mount that other programs write through: `--arm` handed it over,
    /// or that mount is below the root.
    private var isHosts = false
    /// Why it was not. inotify sees only writes through the procfs mount through which the list was opened.
    private var blindness = "no list was handed over by --arm"
    /// Why there is no list.
    private var absence = Obstacle.missing
    /// Whether the last reading failed: the open file may no longer be the one at the path.
    private var isAmiss = false
    /// What wakes the loop; `nil` if nothing could be watched.
    private var watch: ListWatch?
    /// The highest rung that the watch may use.
    private let highest: ListWatch.Rung
    /// Whether required ports shall stay in the list when other programs replace it; `nil` until that is decided.
    private var prevents: Bool?
    /// Whether this process is the one that guards.
    private var isGuarding = false
    /// The watch in the core's terms.
    private(set) var watched = Watch(.none)

    /// Takes the handed-over list, or opens it below the root or at its usual path. Watches it with what was armed, or
    /// else in the best way that this process may use, up to `highest`.
    init(
        below root: borrowing RootDirectory, adopting handed: consuming Descriptor? = nil,
        watchedBy armed: consuming ListWatch.Armed = ListWatch.Armed(), atMost highest: ListWatch.Rung = .bpf
    ) {
        self.highest = highest
        if let handed {
            do { list = try .adopt(handed) } catch { blindness = "what --arm handed over is not the list (\(error))" }
        }
        isHosts = list != nil
        if !isHosts { open(below: root) }
        startWatching(armed)
    }

    /// Whether nothing is left to try again.
    var isComplete: Bool { isUsable && watched.kind != .none }

    private var isUsable: Bool {
        switch list {
        case .none: false
        case .some(let list): list.isWritable && !isAmiss
        }
    }

    /// Why the last write failed; `nil` if it succeeded.
    var refusal: Obstacle? {
        switch list {
        case .none: absence
        case .some(let list): list.refusal.map { Obstacle($0) }
        }
    }

    /// Tries again what failed: a list that was missing, read-only or not a list; a watch. No caller may still wait on
    /// the descriptor of the former watch.
    mutating func retry(below root: borrowing RootDirectory) {
        if !isUsable { open(below: root) }
        if watched.kind == .none { startWatching(ListWatch.Armed()) }
    }

    /// One look at the list.
    mutating func read() -> Reading {
        do {
            guard let ports = try list?.read() else { return .obstacle(absence) }
            isAmiss = false
            return .ports(ports)
        } catch {
            isAmiss = true
            return .obstacle(Obstacle(error))
        }
    }

    /// Adds ports; returns why it could not.
    func add(_ ports: PortSet) -> Obstacle? {
        switch list {
        case .none: return absence
        case .some(let list):
            do { try list.add(ports) } catch { return Obstacle(error) }
            return nil
        }
    }

    /// Removes ports; returns why it could not.
    mutating func remove(_ ports: PortSet) -> Obstacle? {
        do {
            guard let _ = try list?.remove(ports) else { return absence }
            return nil
        } catch {
            switch error {
            case .busy: return .busy
            case .tooLong: return nil  // It has grown since the last look. The next look shows that.
            case .read(let error): return Obstacle(error)
            // The program in the kernel refuses to replace the list while a write of another program is not judged.
            case .write(.notPermitted) where isOutdated: return .busy
            case .write(let error): return Obstacle(error)
            }
        }
    }

    /// The descriptor on which the loop waits.
    var watchedDescriptor: FileDescriptor? {
        switch watch {
        case .none: nil
        case .some(let watch): watch.descriptor
        }
    }

    /// Whether the watch has events.
    var hasEvents: Bool {
        switch watch {
        case .none: false
        case .some(let watch): watch.hasEvents
        }
    }

    /// Takes the events of the watch. Returns the other programs that wrote; `nil` if it shows no write of others.
    func drain() -> [Writer]? {
        switch watch {
        case .none: return nil
        case .some(let watch):
            let drained = watch.drain()
            return drained.showsOthers ? drained.writers : nil
        }
    }

    /// Makes the program in the kernel work for this process, which guards from now on.
    mutating func guardNow() {
        isGuarding = true
        watch?.guardNow()
    }

    private var isOutdated: Bool {
        switch watch {
        case .none: false
        case .some(let watch): watch.isOutdated
        }
    }

    /// Whether a program in the kernel shows what is written.
    var showsWishes: Bool { watched.kind == .bpf }

    /// The writes that a program in the kernel has shown since `settle()`; `nil` without one.
    mutating func wishes() -> Wishes? { watch?.wishes() }

    /// Forgets what the last `wishes()` returned.
    mutating func settle() { watch?.settle() }

    /// Sets whether required ports shall stay in the list when others replace it.
    mutating func prevent(_ isOn: Bool) {
        prevents = isOn
        watch?.prevent(isOn)
    }

    private mutating func open(below root: borrowing RootDirectory) {
        list = ReservedPortsList.mounted(below: root)
        isHosts = list != nil
        guard !isHosts else { return }
        if root.isTree { blindness = "the root has no proc/sys/net that can be written" }
        do {
            let opened = try ReservedPortsList()
            guard try opened.isKernels else {
                // Closes the list as well: a program that mounted it there must be able to unmount it.
                list = nil
                // The program in the kernel does not watch this file.
                if !showsWishes {
                    watch = nil
                    watched = Watch(.none)
                }
                absence = .covered
                return
            }
            list = consume opened
        } catch {
            list = nil
            absence = Obstacle(error)
        }
    }

    private mutating func startWatching(_ armed: consuming ListWatch.Armed) {
        watch = nil
        switch list {
        case .none: watched = Watch(.none, shortfall: absence.says)
        case .some(let list):
            do {
                let best = try ListWatch.best(for: list, adopting: armed, atMost: highest)
                watched = Watch(best)
                if best.rung == .inotify, !isHosts {
                    let unseen = "\(blindness), so only audits find writes through other mounts of /proc"
                    watched.shortfall = watched.shortfall.map { "\($0); \(unseen)" } ?? unseen
                }
                if isGuarding { best.guardNow() }
                if let prevents { best.prevent(prevents) }
                watch = consume best
            } catch {
                watched = Watch(.none, shortfall: error.refusals.last.map(\.text))
            }
        }
    }
}

extension Watch {
    fileprivate init(_ watch: borrowing ListWatch) {
        self.init(
            watch.rung.kind, isPidOnly: watch.rung == .fanotify,
            shortfall: watch.refusals.isEmpty ? nil : watch.refusals.map(\.text).joined(separator: "; "))
    }
}

extension ListWatch.Refusal {
    fileprivate var text: String { "\(rung.map(\.description) ?? "the armed group"): \(reason)" }
}

extension Obstacle {
    /// The core has no errno.
    init(_ error: Errno) {
        switch error {
        case .noSuchFileOrDirectory: self = .missing
        case .readOnlyFileSystem: self = .readOnly
        case .permissionDenied, .notPermitted: self = .notPermitted
        default: self = .failed("\(error)")
        }
    }

    init(_ error: ReservedPortsList.ReadError) {
        switch error {
        case .system(let errno): self.init(errno)
        case .syntax(let syntax): self = .malformed(syntax.text)
        case .tooLong: self = .malformed("more than 256 KiB")
        }
    }
}
