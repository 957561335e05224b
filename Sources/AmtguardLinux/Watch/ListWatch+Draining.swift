public import AmtguardCore
import Glibc
public import SystemPackage

extension ListWatch {
    /// The content of the events, read until none were left or the limit was reached.
    public struct Drained: Hashable, Sendable {
        /// There was no event; otherwise *look again*.
        public var isEmpty = true
        /// Whether events were lost: the list was written more often than this shows.
        public var overflowed = false
        /// Whether there may be more: then the descriptor stays readable.
        public var isPartial = false
        /// Events of this process. Always 0 with inotify, which does not distinguish our own writes from those of
        /// others.
        public var own = 0
        /// Events of other processes. Always 0 with inotify. The kernel merges waiting events of one writer.
        public var foreign = 0
        /// The writers, each once, in order, at most eight. A process outside of this pid namespace has no pid here.
        public var writers: [Writer] = []
        /// The error of a failed reading; its event is lost.
        public var failure: Errno?

        /// The result without events.
        public init() {}

        /// Whether other programs may have written. inotify does not distinguish our own writes.
        public var showsOthers: Bool { foreign > 0 || overflowed || failure != nil }
    }

    /// Takes the waiting events without blocking, and finds out which processes wrote.
    ///
    /// Naming a writer takes some 60 µs, a repair 7: repair first, then drain, and our own write is drained with the
    /// rest.
    public borrowing func drain(procfs: FilePath = "/proc") -> Drained {
        guard let source = rung.source else { return Drained() }
        switch events {
        case .some(let events): return source.drain(events, procfs: procfs)
        case .none: return Drained()
        }
    }

    /// Whether events wait to be drained. The corresponding C function is `poll`.
    public var hasEvents: Bool {
        var wanted = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&wanted, 1, 0) > 0
    }
}

extension ListWatch.Drained {
    /// 1 KiB holds 32 events, hence at most 64 open descriptors at a time, of the 1,024 that a process may have.
    private static var readLength: Int { 1_024 }
    private static var rounds: Int { 32 }

    /// Reads events, and passes the bytes of each reading to `take`. The corresponding C function is `read`.
    init(
        reading descriptor: borrowing Descriptor, _ take: (ArraySlice<UInt8>, inout ListWatch.Drained) -> Void
    ) {
        self.init()
        var buffer = [UInt8](repeating: 0, count: Self.readLength)
        let number = descriptor.number
        for _ in 0..<Self.rounds {
            do {
                let count = try valueOrErrno {
                    unsafe buffer.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
                }
                guard count > 0 else { return }
                isEmpty = false
                take(buffer[..<count], &self)
            } catch .resourceTemporarilyUnavailable {
                return
            } catch {
                // fanotify opens a descriptor for each event; if it fails (EMFILE), the event is lost as well.
                isEmpty = false
                failure = error
            }
        }
        isPartial = true
    }
}
