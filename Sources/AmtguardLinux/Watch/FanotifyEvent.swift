package import CLinux
import Glibc

/// One event of a fanotify group, from the bytes that `read` returned.
package struct FanotifyEvent: Hashable {
    /// What the group reports about the process of an event.
    package enum Process: Hashable {
        /// The group has no pidfds.
        case notAsked
        /// It had ended and was reaped when the event was read (`FAN_NOPIDFD`).
        case gone
        /// The kernel could not create a pidfd (`FAN_EPIDFD`), for example for lack of descriptors.
        case failed
        /// A pidfd; the receiver must close it.
        case pidfd(CInt)
    }

    var mask: UInt64
    /// The written file, which the receiver must close; `nil` for an overflow.
    package var file: CInt?
    /// In the reader's pid namespace; 0 for a process outside of it.
    package var pid: pid_t
    var process: Process

    var isOverflow: Bool { mask & UInt64(FAN_Q_OVERFLOW) != 0 }
}

extension FanotifyEvent {
    /// Events in the order of `bytes`.
    ///
    /// - Returns: `isWhole` is false if the bytes end in the middle of an event, contradict themselves, or are of
    ///   another version. Nothing after that position is trusted.
    package static func parse(_ bytes: ArraySlice<UInt8>) -> (events: [FanotifyEvent], isWhole: Bool) {
        var events: [FanotifyEvent] = []
        var rest = bytes
        while !rest.isEmpty {
            guard let event = FanotifyEvent(first: rest), let length = rest.native(UInt32.self, at: 0) else {
                return (events, false)
            }
            events.append(event)
            rest = rest.dropFirst(Int(length))
        }
        return (events, true)
    }

    /// `struct fanotify_event_metadata` at the beginning of `bytes`, with its information records.
    private init?(first bytes: ArraySlice<UInt8>) {
        // event_len u32, vers u8, reserved u8, metadata_len u16, mask u64, fd s32, pid s32
        let headLength = MemoryLayout<fanotify_event_metadata>.size
        guard let length = bytes.native(UInt32.self, at: 0).map(Int.init),
            let version = bytes.native(UInt8.self, at: 4), version == UInt8(FANOTIFY_METADATA_VERSION),
            let head = bytes.native(UInt16.self, at: 6).map(Int.init),
            let mask = bytes.native(UInt64.self, at: 8),
            let file = bytes.native(Int32.self, at: 16),
            let pid = bytes.native(Int32.self, at: 20),
            head >= headLength, length >= head, length <= bytes.count, pid >= 0
        else { return nil }
        self.mask = mask
        self.file = file >= 0 ? file : nil
        self.pid = pid
        self.process = .notAsked
        // info_type u8, pad u8, len u16, and for a pidfd s32; other kinds of record are ignored.
        var records = bytes.prefix(length).dropFirst(head)
        while !records.isEmpty {
            guard let kind = records.native(UInt8.self, at: 0),
                let size = records.native(UInt16.self, at: 2).map(Int.init), size >= 4, size <= records.count
            else { return nil }
            if Int(kind) == Int(FAN_EVENT_INFO_TYPE_PIDFD) {
                guard size >= 8, let pidfd = records.native(Int32.self, at: 4) else { return nil }
                process =
                    switch pidfd {
                    case FAN_NOPIDFD: .gone
                    case 0...: .pidfd(pidfd)
                    default: .failed
                    }
            }
            records = records.dropFirst(size)
        }
    }
}

extension ArraySlice<UInt8> {
    /// A number in the machine's byte order, `offset` bytes after the beginning; `nil` beyond the end.
    func native<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, at offset: Int) -> Number? {
        guard count - offset >= MemoryLayout<Number>.size else { return nil }
        return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }
}
