package import AmtguardCore
import CLinux

/// One write of the list as the program in the kernel recorded it: `struct list_event` of `Sources/CLinux`.
package struct WriteEvent: Hashable {
    /// How many writes had been lost before: the low half of the page's count.
    package var lost: UInt32
    /// The position of the write in the file.
    package var position: UInt64
    /// Whether the program turned the replacement into an addition.
    package var isTurned: Bool
    /// Whether another program had denied it before.
    package var isDenied: Bool
    /// The written text; `nil` if it was not recorded completely.
    package var text: [UInt8]?
    package var writer: Writer

    /// - Returns: `nil` for bytes that are not such an event.
    package static func parse(_ bytes: ArraySlice<UInt8>) -> WriteEvent? {
        let headLength = MemoryLayout<list_event>.size
        guard bytes.count >= headLength,
            let position = bytes.native(UInt64.self, at: 8),
            let pids = bytes.pids(at: 16), let localPids = bytes.pids(at: 24),
            let length = bytes.native(Int32.self, at: 32),
            let flags = bytes.native(UInt32.self, at: 36),
            let namesLength = bytes.native(UInt32.self, at: 40), let lost = bytes.native(UInt32.self, at: 44),
            Int(namesLength) <= bytes.count - headLength
        else { return nil }
        let names = bytes.dropFirst(headLength).prefix(Int(namesLength))
        let text = bytes.dropFirst(headLength + Int(namesLength))
        guard text.count == max(0, Int(length)) else { return nil }

        let isInNamespace = localPids.own != 0
        let pid = isInNamespace ? localPids.own : pids.own
        let parent = localPids.parent != 0 ? localPids.parent : pids.parent
        guard pid > 0 else { return nil }
        return WriteEvent(
            lost: lost, position: position, isTurned: flags & UInt32(LIST_EVENT_TURNED) != 0,
            isDenied: flags & UInt32(LIST_EVENT_DENIED) != 0, text: length >= 0 ? Array(text) : nil,
            writer: Writer(
                pid: pid, command: command(bytes.dropFirst(48).prefix(16)),
                unit: flags & UInt32(LIST_EVENT_CUT) != 0 ? nil : unit(names),
                parent: parent > 0
                    ? Writer.Parent(pid: parent, command: command(bytes.dropFirst(64).prefix(16))) : nil))
    }

    private static func command(_ bytes: ArraySlice<UInt8>) -> String? {
        WriterLookup.command(Array(bytes.prefix { $0 != 0 }))
    }

    /// The unit of a control group, whose name comes first, then the names of the groups above it.
    private static func unit(_ names: ArraySlice<UInt8>) -> String? {
        // The kernel allows no newline in a name. In the text of /proc/PID/cgroup it would begin another group.
        guard !names.contains(UInt8(ascii: "\n")) else { return nil }
        let path = names.split(separator: 0).reversed().flatMap { [UInt8(ascii: "/")] + $0 }
        return ControlGroup.unit(cgroup: Array("0::".utf8) + path)
    }

    /// The write as a wish.
    package var wish: Wish {
        let text: Wish.Text = isDenied ? .refused : self.text.map { Wish.Text(written: $0) } ?? .unknown
        return Wish(replaces: position == 0, isPrevented: isTurned, text, by: writer)
    }
}

extension ArraySlice<UInt8> {
    /// Two pids, of a process and of its parent; `nil` for what can't be a pid.
    fileprivate func pids(at offset: Int) -> (own: Int32, parent: Int32)? {
        guard let own = native(Int32.self, at: offset), let parent = native(Int32.self, at: offset + 4),
            own >= 0, parent >= 0
        else { return nil }
        return (own, parent)
    }
}
